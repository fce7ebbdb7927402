// Only the fields that a reason or an order type needs, as the server describes them.
import { make, words } from "./texts.js";

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {"text" | "number" | "choice" | "yesno" | "date" | "long"} kind
 * @property {boolean} required
 * @property {{value: string, label: string}[]} [options]
 */

/** @param {HTMLElement} place @param {Field[]} fields @param {string} prefix */
export function drawFields(place, fields, prefix) {
  place.replaceChildren(...fields.map((field) => {
    const label = make("label", "", field.label + (field.required ? " *" : ""));
    const control = drawControl(field);
    control.id = `${prefix}-${field.name}`;
    control.dataset.field = field.name;
    control.dataset.kind = field.kind;
    control.toggleAttribute("required", field.required);
    label.append(control);
    return label;
  }));
}

/** @param {Field} field @returns {HTMLElement} */
function drawControl(field) {
  if (field.kind === "choice" || field.kind === "yesno") {
    const select = document.createElement("select");
    const options = field.options ?? [{ value: "yes", label: words("yes") }, { value: "no", label: words("no") }];
    select.append(new Option("", ""), ...options.map(({ value, label }) => new Option(label, value)));
    return select;
  }
  if (field.kind === "long") return document.createElement("textarea");
  const input = document.createElement("input");
  input.maxLength = 200;
  if (field.kind === "number") input.inputMode = "decimal";
  if (field.kind === "date") input.type = "date";
  return input;
}

/** What was filled in; empty fields are left out. @param {HTMLElement} place @returns {Record<string, string | boolean | number>} */
export function readFields(place) {
  /** @type {Record<string, string | boolean | number>} */
  const found = {};
  for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (place.querySelectorAll("[data-field]"))) {
    const text = control.value.trim();
    if (!text) continue;
    const kind = control.dataset.kind;
    found[control.dataset.field ?? ""] =
      kind === "yesno" ? text === "yes" : kind === "number" && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return found;
}

/** The first required field that is empty, marked and focused. @param {HTMLElement} place */
export function firstMissing(place) {
  for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (place.querySelectorAll("[data-field]"))) {
    const missing = control.required && !control.value.trim();
    control.setAttribute("aria-invalid", String(missing));
    if (missing) { control.focus(); return control; }
  }
  return null;
}
