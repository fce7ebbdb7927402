// The pages of knowledge by keyboard: / searches, J and K move, Enter opens, keys act, Ctrl+S keeps.
import { typing } from "/static/typing.js";

const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-open]")]);

/** @param {number} step */
function move(step) {
  const here = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  links[Math.min(Math.max(here + step, 0), links.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  const draft = /** @type {HTMLFormElement | null} */ (document.getElementById("article"));
  if ((event.ctrlKey || event.metaKey) && event.key === "s" && draft) {
    event.preventDefault();
    draft.requestSubmit();
  }
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    /** @type {HTMLInputElement | null} */ (document.querySelector("[data-search]"))?.select();
    return;
  }
  if (event.key === "j" || event.key === "k") { move(event.key === "j" ? 1 : -1); return; }
  const act = /^[a-z]$/.test(event.key) ? document.querySelector(`main [data-key="${event.key}"]`) : null;
  if (act instanceof HTMLElement) { event.preventDefault(); act.click(); }
});
