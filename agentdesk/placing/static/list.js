// Addresses by keyboard: arrows choose one, figures the place that is meant, 0 puts aside, e says it in other words,
// u undoes, n looks on.
import { typing } from "/static/typing.js";

const waits = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#waits > li")]);
const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });

/** The address in which the focus is; the first when it is in none. */
function present() {
  return Math.max(0, waits.findIndex((one) => one.contains(document.activeElement)));
}

/** @param {string} key @returns {HTMLElement | null} */
function button(key) {
  const place = key === "u" ? document : waits[present()];
  return place?.querySelector(`button[data-key="${CSS.escape(key)}"]`) ?? null;
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const step = steps[event.key];
  if (step !== undefined) {
    waits[Math.min(waits.length - 1, Math.max(0, present() + step))]?.focus();
    event.preventDefault();
  } else if (event.key === "n") {
    /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[rel=next]"))?.click();
  } else if (event.key === "e") {
    /** @type {HTMLInputElement | null} */ (waits[present()]?.querySelector("input[data-words]"))?.focus();
    event.preventDefault();
  } else if (/^[0-5u]$/.test(event.key)) {
    button(event.key)?.click();
  }
});

const asked = new URLSearchParams(location.search).get("premise");
const anew = waits.find((one) => one.querySelector(`input[name=premise][value="${CSS.escape(asked ?? "")}"]`));
(anew ?? waits[0])?.focus();
