// The picture of a menu: larger, smaller, as wide as the page.
import { typing } from "/static/typing.js";

const drawing = document.querySelector(".drawing");
const svg = drawing?.querySelector("svg");
const full = svg?.viewBox.baseVal.width ?? 0;
let scale = 1;
const READABLE = 0.85;

/** @param {number} step -1, 0 (fit) or 1 */
function zoom(step) {
  if (!drawing || !svg) return;
  const fit = Math.min(1, (drawing.clientWidth - 2) / full);
  scale = step === 0 ? fit : Math.min(3, Math.max(0.2, scale * (step > 0 ? 1.25 : 0.8)));
  svg.setAttribute("width", String(full * scale));
  svg.removeAttribute("height");
}

document.querySelectorAll("[data-zoom]").forEach((button) =>
  button.addEventListener("click", () => zoom(Number(button.getAttribute("data-zoom")))),
);
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { "+": 1, "=": 1, "-": -1, 0: 0 }[event.key];
  if (step !== undefined) { event.preventDefault(); zoom(step); }
});
zoom(0);
if (scale < READABLE) { scale = READABLE / 1.25; zoom(1); }
