// What every page has; each module listens for itself.
import "./theme_switch.js";
import "./keys.js";
import "./dialogs.js";
import "./menus.js";
import "./toast.js";
import "./copy.js";
import "./live.js";
import "./upload.js";
