// Small aids of the board: elements, words, times.

const page = /** @type {HTMLElement} */ (document.getElementById("board"));
const TEXTS = /** @type {Record<string, string>} */ (JSON.parse(page.dataset.texts ?? "{}"));
export const language = document.documentElement.lang === "en" ? "en" : "zh";

/** @typedef {{zh: string, en: string}} Both */

/** @param {string} name @param {string | number} [value] */
export function words(name, value = "") {
  return (TEXTS[name] ?? name).replace("%s", String(value));
}

/** @param {Both | null | undefined} text */
export function both(text) {
  return text ? text[language] : "";
}

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement} */
export function one(selector, within = document) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, string | boolean | (() => void)>} attributes @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (typeof value === "boolean") made.toggleAttribute(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** @param {number} minutes */
export function span(minutes) {
  const all = Math.max(0, Math.round(minutes)), hours = Math.floor(all / 60);
  return hours ? words("hours", `${hours}:${String(all % 60).padStart(2, "0")}`) : words("minutes", all);
}
