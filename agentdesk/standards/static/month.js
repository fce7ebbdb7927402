// The month by keyboard: [ and ] go to the month before and after, M chooses, P prints with all evidence open.
import { typing } from "/static/typing.js";

const field = /** @type {HTMLInputElement} */ (document.getElementById("month"));

/** Everything is open on paper. */
function print() {
  document.querySelectorAll("details.misses").forEach((one) => { /** @type {HTMLDetailsElement} */ (one).open = true; });
  window.print();
}

field.addEventListener("keydown", (event) => { if (event.key === "Enter") field.form?.requestSubmit(); });
document.getElementById("print")?.addEventListener("click", print);
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "m") { event.preventDefault(); field.focus(); }
  if (event.key === "p") { event.preventDefault(); print(); }
  const way = event.key === "[" || event.key === "]" ? document.querySelector(`[data-key="${event.key}"]`) : null;
  if (way instanceof HTMLElement) way.click();
});
