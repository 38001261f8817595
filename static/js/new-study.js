// The new-study form asks the server what it comes to while one types, and takes over what changed. Without script the
// form works by its buttons alone.
import { takeOver } from "./new-study/take-over.js";

const WAIT = 300;
const REST = 1200;
const form = document.getElementById("new-study");
let timer = 0;
let timingTimer = 0;
let asking = null;

// `timing`: whoever lets the form rest asks for a few fits to be timed, and again until they are.
// `pressed`: the button whose value belongs to the question.
async function check(timing = false, pressed = null) {
  asking?.abort();
  asking = new AbortController();
  const body = new FormData(form);
  body.delete("pasted");
  if (timing) body.set("timing", "1");
  if (pressed) body.set(pressed.name, pressed.value);
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body, signal: asking.signal });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    takeOver(form, page.getElementById("new-study"));
  } catch (error) {
    if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // away: the next key asks again
  } finally {
    form.removeAttribute("aria-busy");
    askForTiming();
  }
}

function askForTiming() {
  clearTimeout(timingTimer);
  if (form.querySelector("[data-timing=wanted]")) timingTimer = setTimeout(() => (document.hidden ? askForTiming() : check(true)), REST);
}

function soon(wait, pressed = null) {
  clearTimeout(timer);
  clearTimeout(timingTimer);
  form.setAttribute("aria-busy", "true");
  timer = setTimeout(() => check(false, pressed), wait);
}

// A tick says at once whether a row is searched or fixed.
function showRow(tick) {
  const row = tick.closest("tr");
  row.classList.toggle("off", !tick.checked);
  row.querySelectorAll("[data-when-searched]").forEach((cell) => { cell.hidden = !tick.checked; });
  row.querySelectorAll("[data-when-fixed]").forEach((cell) => { cell.hidden = tick.checked; });
}

form.querySelector("[data-without-script]").hidden = true;

// Enter in a field asks at once; it neither launches nor loads the page anew.
form.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-refresh], [data-add]")) return;
  event.preventDefault();
  soon(0, event.submitter.matches("[data-add]") ? event.submitter : null);
});

form.addEventListener("input", (event) => {
  if (event.target.name === "pasted") return;
  if (event.target.matches("[data-tick]")) showRow(event.target);
  soon(event.target.matches("input:not([type=radio], [type=checkbox])") ? WAIT : 0);
});

// A model that cannot serve all rows is picked on a sample: what the button would send, without a new page.
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sample]");
  if (!button) return;
  event.preventDefault();
  const radio = form.querySelector(`[name=estimator][value="${CSS.escape(button.value)}"]`);
  form.elements.rows.value = button.dataset.sample;
  radio.disabled = false;
  radio.checked = true;
  radio.focus();
  soon(0);
});

// An address that names a closed part opens it, whether it is followed here or comes from elsewhere.
function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (!named?.matches("details") || named.open) return;
  named.open = true;
  named.scrollIntoView({ block: "start" });
}
addEventListener("hashchange", openNamed);
openNamed();

// A link to a fault puts the cursor where it can be mended; the link to the spec opens it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const goal = link && document.getElementById(link.hash.slice(1));
  if (!goal) return;
  if (goal.matches("details")) goal.open = true;
  if (!form.contains(goal)) return;
  const field = goal.matches("input, select, textarea") ? goal
    : goal.querySelector("[aria-invalid]") ?? goal.querySelector("input:checked, input, textarea");
  if (!field) return;
  event.preventDefault();
  goal.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});

// A page that the browser kept shows what was typed before, with the answers of then.
addEventListener("pageshow", (event) => { if (event.persisted) soon(0); });

askForTiming();
