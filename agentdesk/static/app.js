// Every page: keyboard help, and small aids that need no framework. The page loads it; nobody imports
// it, because a second copy would listen a second time.
import { typing } from "/static/typing.js";

const help = /** @type {HTMLDialogElement} */ (document.getElementById("key-help"));

document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !typing(event)) {
    event.preventDefault();
    if (help.open) help.close(); else help.showModal();
  }
  const entry = event.altKey
    ? /** @type {HTMLAnchorElement | null} */ (document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`)) : null;
  if (entry) {
    event.preventDefault();
    entry.click();
  }
});
document.querySelectorAll("[data-key-help]").forEach((button) =>
  button.addEventListener("click", () => help.showModal()),
);
document.querySelectorAll("dialog [data-close]").forEach((button) =>
  button.addEventListener("click", () => button.closest("dialog")?.close()),
);
