// How many matters concern whoever sits here, on the desk and on the board: a line that is there when there are any.
import { ask } from "/static/live.js";

const EVERY_MS = 60_000;
const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-matters]"));

/** @param {HTMLElement} within */
async function look(within) {
  if (document.hidden) return;
  try {
    const { open, late } = await ask("/matters/mine");
    within.hidden = !open;
    within.classList.toggle("bad", late > 0);
    /** @type {HTMLElement} */ (within.querySelector("[data-count]")).textContent = String(open);
    /** @type {HTMLElement} */ (within.querySelector("[data-late]")).textContent = late ? `(${late})` : "";
  } catch {
    // the page says itself when the server is away
  }
}

if (place) {
  look(place);
  setInterval(() => look(place), EVERY_MS);
  document.addEventListener("visibilitychange", () => look(place));
}
