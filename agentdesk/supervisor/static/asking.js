// One dialog for all that a leader is asked before something is done: by keyboard alone.
import { make, one, words } from "./picture.js";

/** @typedef {{name: string, label: string, kind?: "text" | "select" | "number" | "datetime-local", options?: [string, string][], value?: string, required?: boolean, max?: number}} Field */

const dialog = /** @type {HTMLDialogElement} */ (one("[data-asking]"));
const form = /** @type {HTMLFormElement} */ (one("form", dialog));
const cancel = one("[data-cancel]", dialog);
cancel.addEventListener("click", () => dialog.close());

/** Why something is done: everybody may be asked one day. @returns {Field} */
export const why = () => ({ name: "why", label: words("why"), max: 200 });

/**
 * Ask, with the first field in focus; Enter does it, Escape does not.
 * @param {string} title @param {Field[]} fields @param {string[]} [told] what to know before
 * @returns {Promise<Record<string, string> | null>} what was filled in; null when not to be done
 */
export function asked(title, fields, told = []) {
  write(title, [...fields.map(labelled), ...told.map((text) => make("p", "quiet small told", text))]);
  return new Promise((resolve) => {
    /** @type {Record<string, string> | null} */
    let filled = null;
    form.onsubmit = (event) => {
      event.preventDefault();
      filled = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
      dialog.close();
    };
    dialog.onclose = () => resolve(filled);
    dialog.showModal();
    /** @type {HTMLElement | null} */ (form.querySelector("input, select"))?.focus();
  });
}

/** Choose one of several acts. @param {string} title @param {[string, string, string][]} acts name, words, key */
export function chosen(title, acts) {
  return new Promise((resolve) => {
    let choice = "";
    write(title, acts.map(([name, text, key]) => {
      const button = /** @type {HTMLButtonElement} */ (make("button", "act", text, key ? make("kbd", "", key) : ""));
      button.type = "button";
      button.addEventListener("click", () => { choice = name; dialog.close(); });
      return button;
    }), false);
    dialog.onkeydown = (event) => {
      const act = acts.find(([, , key]) => key && key.toLowerCase() === event.key.toLowerCase());
      if (act) { choice = act[0]; dialog.close(); event.preventDefault(); }
    };
    form.onsubmit = (event) => event.preventDefault();
    dialog.onclose = () => { dialog.onkeydown = null; resolve(choice); };
    dialog.showModal();
    /** @type {HTMLElement | null} */ (form.querySelector("button.act"))?.focus();
  });
}

/** @param {string} title @param {HTMLElement[]} parts @param {boolean} [confirmed] whether a button confirms */
function write(title, parts, confirmed = true) {
  one("h2", dialog).textContent = title;
  one("[data-fields]", dialog).replaceChildren(...parts);
  one("[data-confirm]", dialog).hidden = !confirmed;
}

/** @param {Field} field */
function labelled(field) {
  const input = field.kind === "select" ? select(field) : /** @type {HTMLInputElement} */ (make("input"));
  input.name = field.name;
  input.required = field.required ?? false;
  if (input instanceof HTMLInputElement) {
    input.type = field.kind ?? "text";
    input.value = field.value ?? "";
    if (field.max) input.maxLength = field.max;
    if (field.kind === "number") { input.min = "0"; input.max = "20"; }
  }
  return make("label", field.kind === "number" ? "penalty" : "", make("span", "", field.label), input);
}

/** @param {Field} field */
function select(field) {
  const made = /** @type {HTMLSelectElement} */ (make("select"));
  for (const [value, text] of field.options ?? []) made.append(new Option(text, value, false, value === field.value));
  return made;
}
