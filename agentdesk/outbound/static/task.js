// The agent's next task by keyboard: a key presses the button, or chooses the answer, that names it.
import { typing } from "/static/typing.js";

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!/^[a-z1-9]$/.test(event.key)) return;
  const wanted = /** @type {HTMLElement | null} */ (document.querySelector(`[data-shortcut="${event.key}"]`));
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
  wanted.click();
});
