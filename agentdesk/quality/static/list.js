// Lists by keyboard: / searches, J and K move, Enter opens, Escape leaves a field.
import { typing } from "/static/typing.js";

const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-open]")]);

/** Where the focus was last, for it may have been left. */
let at = -1;

/** @param {number} step */
function move(step) {
  const here = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  at = Math.min(Math.max((here < 0 ? at : here) + step, 0), links.length - 1);
  links[at]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && typing(event)) /** @type {HTMLElement} */ (event.target).blur();
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector("[data-search]"))?.focus();
  } else if (event.key === "j" || event.key === "k") {
    event.preventDefault(); // it may lead into a field, where it must not be typed
    move(event.key === "j" ? 1 : -1);
  }
});
