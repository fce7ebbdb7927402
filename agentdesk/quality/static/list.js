// The list of calls by keyboard: / searches, J and K move, Enter opens.
import { typing } from "/static/typing.js";

const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-open]")]);

/** @param {number} step */
function move(step) {
  const here = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  links[Math.min(Math.max(here + step, 0), links.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector("[data-search]"))?.focus();
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
});
