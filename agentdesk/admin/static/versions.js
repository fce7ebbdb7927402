// Versions of a definition by keyboard: V goes from one to the next, P to the reason for which the one that is
// shown is published or comes back.
import { typing } from "/static/typing.js";

function next() {
  const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-versions] a")]);
  const here = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  links[(here + 1) % links.length]?.focus();
}

function reason() {
  /** @type {HTMLElement | null} */ (document.querySelector("[data-into-force] [name=why]"))?.focus();
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const act = { v: next, p: reason }[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
