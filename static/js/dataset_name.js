// The dataset is called after the file until somebody types another name.
let suggested = "";

const named = (file) => file.replace(/\.[^.]*$/, "").replace(/[_\s]+/g, " ").trim().slice(0, 120);

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-drop] input[type=file]")) return;
  const field = event.target.form.elements.namedItem("name");
  const [file] = event.target.files;
  if (!field || !file || (field.value && field.value !== suggested)) return;
  suggested = named(file.name);
  field.value = suggested;
});
