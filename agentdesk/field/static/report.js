// What was found on the spot: steps, measured values, cause, materials, result. Kept while it is typed.
import { both, make, words } from "/static/field/dom.js";
import * as store from "/static/field/store.js";

/** @typedef {import("/static/field/store.js").Report} Report */

/** The form of an order's type, filled with what was typed before. @param {import("/static/field/fields.js").Place} place */
export function form({ order, work, draft }) {
  const lists = work.lists[order.type];
  const made = make("form", { id: "report", class: "card", autocomplete: "off" },
    ...block("checks", lists.checks.map((/** @type {any} */ one) => tick("checkbox", "checks", one, draft.report.checks?.includes(one.code)))),
    ...block("measures", lists.measures.map((/** @type {any} */ one) => measure(one, draft.report.measures?.[one.code]))),
    ...block("causes", lists.causes.map((/** @type {any} */ one) => tick("radio", "cause", one, draft.report.cause === one.code))),
    ...block("materials", lists.materials.map((/** @type {any} */ one) => material(one, draft.report.materials?.[one.code] ?? 0)), false),
    ...block("results", lists.results.map((/** @type {any} */ one) => tick("radio", "result", one, draft.report.result === one.code))),
    make("label", { for: "note" }, words("note")),
    make("textarea", { id: "note", name: "note", maxlength: "2000", rows: "3" }, draft.note));
  made.addEventListener("submit", (event) => event.preventDefault());
  made.addEventListener("input", () => {
    const told = readReport();
    return store.typed(order.number, (typed) => ({ ...typed, ...told }));
  });
  return made;
}

/** @param {string} name @param {Node[]} content @param {boolean} [open] */
function block(name, content, open = true) {
  return content.length ? [make("details", { open, class: "block" }, make("summary", {}, words(name)), make("div", { class: "choices" }, ...content))] : [];
}

/** @param {string} type @param {string} name @param {any} one @param {boolean} [on] */
function tick(type, name, one, on) {
  return make("label", { class: "choice" }, make("input", { type, name, value: one.code, checked: Boolean(on) }), make("span", {}, both(one.label)));
}

/** @param {any} one @param {number | undefined} value */
function measure(one, value) {
  const usual = [one.low, one.high].some((end) => end !== null) ? words("usual", `${one.low ?? ""}–${one.high ?? ""}`) : "";
  const field = make("input", {
    id: `m-${one.code}`, name: "measure", "data-code": one.code, type: "number", inputmode: "decimal", step: "any",
    min: String(one.least), max: String(one.most), value: value === undefined ? "" : String(value),
  });
  const warning = make("span", { class: "mark bad", hidden: true }, words("unusual"));
  const look = () => {
    const number = field.valueAsNumber;
    warning.hidden = !(number < (one.low ?? -Infinity) || number > (one.high ?? Infinity));
  };
  field.addEventListener("input", look);
  look();
  return make("div", { class: "measure" }, make("label", { for: field.id }, both(one.label), make("span", { class: "quiet" }, ` ${one.unit} ${usual}`)), field, warning);
}

/** @param {any} one @param {number} count */
function material(one, count) {
  const field = make("input", { id: `u-${one.code}`, name: "material", "data-code": one.code, type: "number", inputmode: "decimal", min: "0", max: String(one.most), step: "any", value: String(count) });
  /** @param {number} by */
  const change = (by) => () => {
    field.value = String(Math.min(one.most, Math.max(0, (field.valueAsNumber || 0) + by)));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  return make("div", { class: "material" }, make("label", { for: field.id }, `${both(one.label)} (${both(one.unit)})`),
    make("button", { type: "button", "aria-label": `${both(one.label)}: ${words("less")}`, click: change(-1) }, "−"), field,
    make("button", { type: "button", "aria-label": `${both(one.label)}: ${words("plus")}`, click: change(1) }, "+"));
}

/** What the form says; only what was filled in. @returns {{report: Report, note: string}} */
export function readReport() {
  const found = /** @type {HTMLFormElement | null} */ (document.getElementById("report"));
  if (!found) return { report: {}, note: "" };
  const data = new FormData(found);
  const numbers = (/** @type {string} */ name, /** @type {(value: number) => boolean} */ counts) => Object.fromEntries(
    [.../** @type {NodeListOf<HTMLInputElement>} */ (found.querySelectorAll(`input[name=${name}]`))]
      .map((field) => [field.dataset.code, field.valueAsNumber]).filter(([, value]) => Number.isFinite(value) && counts(Number(value))));
  const report = {
    cause: data.get("cause"), result: data.get("result"), checks: data.getAll("checks"),
    measures: numbers("measure", () => true), materials: numbers("material", (value) => value > 0),
  };
  const filled = Object.entries(report).filter(([, value]) => value && Object.keys(value).length);
  return { report: Object.fromEntries(filled), note: String(data.get("note") ?? "").trim() };
}

/** Whether a number lies where it cannot. */
export function impossible() {
  const found = /** @type {HTMLFormElement | null} */ (document.getElementById("report"));
  return found !== null && !found.checkValidity();
}
