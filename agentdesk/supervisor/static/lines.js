// The hotline numbers: by the calendar, or by hand until a certain time.
import { asked, why } from "./asking.js";
import { language, make, mayAct, rows, timeOfDay, words, write } from "./picture.js";
import { ask } from "/static/live.js";

/** @typedef {import("./picture.js").Picture} Picture */

const MODES = ["auto", "night", "holiday", "emergency"];

/** @param {HTMLElement} place @param {Picture} picture @param {(act: () => Promise<unknown>) => Promise<void>} tried */
export function drawLines(place, picture, tried) {
  rows(place, picture.lines, (line) => line.dnis,
    (line) => make("tr", "lines", make("td"), make("td", "quiet small until"), make("td", "right", mayAct ? modes(line.dnis, tried) : make("span", "tag"))),
    (row, line) => {
      write(/** @type {Element} */ (row.firstElementChild), `${line.dnis} ${line.name[language]}`);
      write(/** @type {Element} */ (row.querySelector(".until")), line.until ? words("until", timeOfDay(Date.parse(line.until), true)) : "");
      const select = /** @type {HTMLSelectElement | null} */ (row.querySelector("select"));
      if (select && select !== document.activeElement) select.value = line.mode;
      const tag = row.querySelector(".tag");
      if (tag) { write(tag, words(`mode-${line.mode}`)); tag.className = `tag ${line.mode === "auto" ? "" : "warn"}`; }
    });
}

/** @param {string} dnis @param {(act: () => Promise<unknown>) => Promise<void>} tried */
function modes(dnis, tried) {
  const select = /** @type {HTMLSelectElement} */ (make("select"));
  select.setAttribute("aria-label", dnis);
  for (const mode of MODES) select.append(new Option(words(`mode-${mode}`), mode));
  let before = "auto";
  select.addEventListener("focus", () => { before = select.value; });
  select.addEventListener("change", () => void tried(async () => {
    const mode = select.value;
    const filled = await asked(words(`${mode}?`, dnis), mode === "auto" ? [why()] : [until(), why()]);
    if (!filled) { select.value = before; return; }
    before = mode;
    const end = filled.until ? new Date(filled.until).toISOString() : null;
    try {
      await ask(`/board/lines/${dnis}`, { mode, until: end, why: filled.why });
    } finally { select.blur(); }
  }));
  return select;
}

const until = () => ({ name: "until", label: words("until-field"), kind: /** @type {const} */ ("datetime-local") });
