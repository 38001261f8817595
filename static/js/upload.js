// A drop zone around a file input: drag or browse, then a progress bar while the form is sent. Without script it is a plain form.
import { toastNext } from "./toast.js";

const MEGABYTE = 1024 * 1024;
const size = (bytes) => (bytes < MEGABYTE ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / MEGABYTE).toFixed(1)} MB`);

function show(zone, text) {
  zone.querySelector("[data-drop-name]").textContent = text;
}

function picked(zone, input) {
  const [file] = input.files;
  zone.classList.toggle("drop--full", Boolean(file));
  show(zone, file ? `${file.name}, ${size(file.size)}` : zone.dataset.empty ?? "");
}

function failed(zone, text) {
  const input = zone.querySelector("input[type=file]");
  zone.classList.remove("drop--busy");
  zone.querySelector("progress").hidden = true;
  zone.querySelector("[data-drop-error]").textContent = text;
  picked(zone, input);
  input.setAttribute("aria-invalid", "true");
}

// What cannot be taken is said before it is sent.
function refusal(zone, [file]) {
  const limit = Number(zone.dataset.limitMb) * MEGABYTE;
  if (file.size === 0) return "The file is empty: a table needs a line of column names and rows below it.";
  return file.size > limit ? `The file has ${size(file.size)}; the limit is ${zone.dataset.limitMb} MB. Upload a sample of it.` : "";
}

// The answer replaces the page: after a success it is the page redirected to, after a refusal the form with its errors.
// Following the redirect has used up the server's messages, so they are handed on to the page that opens.
function answered(request, zone) {
  if (!request.responseURL || request.status >= 500) {
    return failed(zone, `The server answered ${request.status}. Nothing was stored; try again.`);
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  if (new URL(request.responseURL).pathname !== location.pathname) {
    toastNext([...page.querySelectorAll(".toasts .toast")].map((node) => node.textContent.trim()));
    return location.assign(request.responseURL);
  }
  const { files } = zone.querySelector("input[type=file]");
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.querySelectorAll("[data-drop]").forEach((fresh) => {
    prepare(fresh);
    keep(fresh, files);
  });
  document.querySelector("main [aria-invalid], main .error")?.scrollIntoView({ block: "center" });
}

// The page came anew, the file need not be chosen anew.
function keep(zone, files) {
  const input = zone.querySelector("input[type=file]");
  input.files = files;
  picked(zone, input);
}

function send(form, zone) {
  const bar = zone.querySelector("progress");
  const request = new XMLHttpRequest();
  zone.classList.add("drop--busy");
  bar.hidden = false;
  zone.querySelector("[data-drop-error]").textContent = "";
  request.upload.addEventListener("progress", (event) => {
    bar.max = event.total;
    bar.value = event.loaded;
    show(zone, event.loaded < event.total ? `${size(event.loaded)} of ${size(event.total)} sent` : "Sent. The table is being read.");
    if (event.loaded === event.total) bar.removeAttribute("value");
  });
  request.addEventListener("load", () => answered(request, zone));
  request.addEventListener("error", () => failed(zone, "The upload broke off. Nothing was stored; try again."));
  request.open("POST", form.action);
  request.send(new FormData(form));
}

function prepare(zone) {
  const input = zone.querySelector("input[type=file]");
  const form = zone.closest("form");
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("drop--over"); });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("drop--over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    input.removeAttribute("aria-invalid");
    zone.querySelector("[data-drop-error]").textContent = input.files.length ? refusal(zone, input.files) : "";
    picked(zone, input);
  });
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    if (zone.classList.contains("drop--busy")) return;
    const problem = refusal(zone, input.files);
    if (problem) failed(zone, problem);
    else send(form, zone);
  });
}

document.querySelectorAll("[data-drop]").forEach(prepare);
