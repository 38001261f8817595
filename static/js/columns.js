// The columns of a dataset: found, corrected one by one or many at once, beside the first rows of the file.
import { filtering } from "./columns/filter.js";
import { picking } from "./columns/pick.js";
import { previewing } from "./columns/preview.js";
import { changing } from "./columns/changes.js";

const form = document.querySelector("[data-columns]");
const rows = [...form.querySelectorAll("tr[data-column]")];
const preview = previewing(form);

filtering(form, rows);
if (form.querySelector("[data-save]")) picking(form, rows, changing(form, rows, preview));
