// Arrows walk along the history, Enter opens a line; the slider shows the page as it stood.
// @ts-check

const list = document.getElementById("history");
const slider = /** @type {HTMLInputElement} */ (document.getElementById("days-back"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("as-of"));
const day = /** @type {HTMLInputElement} */ (form.elements.namedItem("day"));
const DAY_MS = 86_400_000;

/** @param {number} step */
function walk(step) {
  const lines = /** @type {HTMLElement[]} */ ([...(list?.children ?? [])]);
  const here = lines.findIndex((line) => line === document.activeElement);
  lines[Math.max(0, Math.min(lines.length - 1, here + step))]?.focus();
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.altKey || event.metaKey || target.closest("input, select, textarea")) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && target.parentElement === list) {
    target.querySelector("a")?.click();
  }
});

slider.addEventListener("input", () => {
  const today = Date.parse(`${slider.dataset.today}T00:00:00Z`);
  day.value = new Date(today + Number(slider.value) * DAY_MS).toISOString().slice(0, 10);
  slider.setAttribute("aria-valuetext", day.value);
});
slider.addEventListener("keydown", (event) => {
  if (event.key === "Enter") form.requestSubmit();
});
slider.addEventListener("pointerup", () => form.requestSubmit());

export {};
