// The list of orders: choose some, print them.
import { typing } from "/static/typing.js";

const all = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-all]"));
const print = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-print]"));
const boxes = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("input[name=number]")]);

function show() {
  const chosen = boxes.filter((box) => box.checked).length;
  if (print) print.disabled = chosen === 0;
  if (!all) return;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

all?.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
  show();
});
for (const box of boxes) box.addEventListener("change", show);
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.key === "a") all?.click();
  if (event.key === "p") print?.click();
});
show();
