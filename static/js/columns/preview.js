// The first rows: the column being corrected is brought into view and lit; cells that do not fit a kind are marked.
const MOST_WAIT = 8000;

export function previewing(form) {
  const table = form.querySelector("[data-preview]");
  const region = table.closest(".preview");
  const places = new Map([...table.querySelectorAll("th[data-position]")].map((head, index) => [head.dataset.position, index + 1]));
  const asked = new Map();
  let lit = 0;

  const address = (position) => form.dataset.fit.replace(/0\/fit\/$/, `${position}/fit/`);

  function light(position) {
    const place = places.get(position);
    if (place === undefined) return void add(position);
    const [columns, heads] = [table.querySelectorAll("col"), table.tHead.rows[0].cells];
    for (const list of [columns, heads]) {
      list[lit]?.classList.remove("lit");
      list[place].classList.add("lit");
    }
    lit = place;
    const [head, first] = [heads[place], heads[0]];
    const left = head.offsetLeft - first.offsetWidth - 24;
    if (left < region.scrollLeft || head.offsetLeft + head.offsetWidth > region.scrollLeft + region.clientWidth) region.scrollLeft = left;
  }

  async function ask(position, kind = "") {
    asked.get(position)?.abort();
    const control = new AbortController();
    asked.set(position, control);
    const wait = setTimeout(() => control.abort(), MOST_WAIT);
    try {
      const answer = await fetch(`${address(position)}${kind && `?kind=${encodeURIComponent(kind)}`}`, { signal: control.signal });
      return answer.ok && !answer.redirected ? await answer.json() : null;
    } catch {
      return null; // asked anew, or the site is away: saving reads the whole column anyway
    } finally {
      clearTimeout(wait);
    }
  }

  const cell = (html) => {
    const row = document.createElement("template");
    row.innerHTML = `<table><tr>${html}</tr></table>`;
    return row.content.querySelector("td");
  };

  // Of a very wide table only the first columns are on the page.
  async function add(position) {
    const answer = await ask(position);
    if (!answer) return;
    put(position, answer.cells);
    light(position);
  }

  function put(position, cells) {
    const place = places.get(position);
    if (place !== undefined) return cells.forEach((html, index) => table.tBodies[0].rows[index].cells[place].replaceWith(cell(html)));
    table.tHead.rows[0].append(headOf(form.querySelector(`#column-${position}`)));
    table.querySelector("colgroup").append(document.createElement("col"));
    cells.forEach((html, index) => table.tBodies[0].rows[index].append(cell(html)));
    places.set(position, table.tHead.rows[0].cells.length - 1);
  }

  function headOf(row) {
    const head = document.createElement("th");
    const [link, words] = [document.createElement("a"), document.createElement("small")];
    const [kind, role] = ["kind", "role"].map((what) => row.querySelector(`select[name^="${what}-"]`)?.value ?? row.dataset[what]);
    Object.assign(head, { scope: "col", className: ["number", "integer"].includes(kind) ? "n" : "" });
    head.dataset.position = row.dataset.position;
    Object.assign(link, { href: `#${row.id}`, tabIndex: -1, textContent: row.dataset.column, title: row.dataset.column });
    words.textContent = `${kind}, ${role}`;
    head.append(link, words);
    return head;
  }

  function label(position, kind, role) {
    const words = table.tHead.rows[0].cells[places.get(position)]?.querySelector("small");
    if (words) words.textContent = `${kind}, ${role}`;
  }

  // Marks the cells of the column that cannot be read as the kind; the sentence that says so.
  async function fit(position, kind) {
    const answer = await ask(position, kind);
    if (!answer) return "";
    put(position, answer.cells);
    light(position);
    return answer.says;
  }

  for (const what of ["focusin", "click"]) {
    form.addEventListener(what, (event) => {
      const row = event.target.closest("tr[data-column]");
      if (row) light(row.dataset.position);
    });
  }
  // A name in the preview leads to its column's kind.
  table.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("th[data-position]");
    const row = head && form.querySelector(`#column-${head.dataset.position}`);
    if (!row) return;
    event.preventDefault();
    row.hidden = false;
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("select")?.focus({ preventScroll: true });
    light(head.dataset.position);
  });
  return { fit, label, shows: (position) => places.has(position) };
}
