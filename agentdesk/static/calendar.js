// The small calendar by keyboard: arrows go to the next time that is free, Home and End to the ends.

const STEPS = /** @type {Record<string, [number, number]>} */ ({
  ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0],
});

/** @param {HTMLElement} place what holds the calendar, now or later */
export function arrows(place) {
  place.addEventListener("keydown", (event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest("td");
    if (!cell || !cell.closest("table.calendar")) return;
    const found = event.key in STEPS ? next(cell, STEPS[event.key]) : edge(place, event.key);
    if (!found) return;
    event.preventDefault();
    found.focus();
  });
}

/** The first time that can be chosen. @param {HTMLElement} place @returns {HTMLElement | null} */
export function firstFree(place) {
  return place.querySelector("table.calendar button");
}

/** @param {HTMLTableCellElement} cell @param {[number, number]} step @returns {HTMLElement | null} */
function next(cell, [down, right]) {
  let row = /** @type {HTMLTableRowElement | null} */ (cell.closest("tr"));
  let column = cell.cellIndex;
  while (row) {
    column += right;
    row = down > 0 ? sibling(row.nextElementSibling) : down < 0 ? sibling(row.previousElementSibling) : row;
    const button = row?.cells[column]?.querySelector("button");
    if (button) return button;
    if (right && !row?.cells[column]) return null;
  }
  return null;
}

/** @param {Element | null} row @returns {HTMLTableRowElement | null} */
function sibling(row) {
  return row instanceof HTMLTableRowElement ? row : null;
}

/** @param {HTMLElement} place @param {string} key @returns {HTMLElement | null} */
function edge(place, key) {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("table.calendar button"));
  if (key === "Home") return buttons[0] ?? null;
  return key === "End" ? (buttons[buttons.length - 1] ?? null) : null;
}
