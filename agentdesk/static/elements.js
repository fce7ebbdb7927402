// What scripts that draw have in common: elements, and a page's own words in its language.

/** @typedef {{zh: string, en: string}} Both */

export const language = document.documentElement.lang === "en" ? "en" : "zh";
const DAYS_FROM_H = 48;

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement} */
export function one(selector, within = document) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

/**
 * An element. @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, string | boolean | EventListener>} [attributes] @param {(Node | string)[]} children
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

/** How a page speaks whose texts are told as JSON: words by name, and lengths of time. @param {string | undefined} told */
export function speaking(told) {
  const texts = /** @type {Record<string, string>} */ (JSON.parse(told ?? "{}"));

  /** Words in the page's language; %s becomes the value. @param {string} name @param {string | number} [value] */
  function words(name, value = "") {
    return (texts[name] ?? name).replace("%s", String(value));
  }

  /** "1:20 h" from minutes; whole days when there are many. @param {number} minutes */
  function span(minutes) {
    const all = Math.max(0, Math.round(minutes)), hours = Math.floor(all / 60);
    if (hours >= DAYS_FROM_H) return words("days", Math.floor(hours / 24));
    return hours ? words("hours", `${hours}:${String(all % 60).padStart(2, "0")}`) : words("minutes", all);
  }

  return { words, span };
}
