// Pairs by keyboard: arrows choose one, 1 and 2 keep a side, 0 says they are two, u undoes, n looks on.
// A stretch of the town without any is not shown to anybody: the page looks on by itself.
import { ask } from "/static/live.js";
import { typing } from "/static/typing.js";

const pairs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#pairs > li")]);
const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });

/** The pair in which the focus is; the first when it is in none. */
function present() {
  return Math.max(0, pairs.findIndex((pair) => pair.contains(document.activeElement)));
}

/** @param {string} key @returns {HTMLElement | null} */
function button(key) {
  const place = key === "u" ? document : pairs[present()];
  return place?.querySelector(`button[data-key="${CSS.escape(key)}"]`) ?? null;
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const step = steps[event.key];
  if (step !== undefined) {
    pairs[Math.min(pairs.length - 1, Math.max(0, present() + step))]?.focus();
    event.preventDefault();
  } else if (event.key === "n") {
    /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[rel=next]"))?.click();
  } else if (["0", "1", "2", "u"].includes(event.key)) {
    button(event.key)?.click();
  }
});
pairs[0]?.focus();

/** Stretch after stretch to one with a pair, or to the last one; where the server refuses, the button is still there. */
async function lookOn() {
  const next = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[rel=next]"));
  if (next === null || pairs.length > 0 || document.querySelector("[role=alert]")) return;
  const there = new URL(next.href);
  /** @type {HTMLElement} */ (document.querySelector("#looking")).hidden = false;
  for (let told = null; told === null || (told.items.length === 0 && told.next !== null);) {
    if (told !== null) there.searchParams.set("after", told.next);
    const { what, after } = Object.fromEntries(there.searchParams);
    told = await ask(`/api/duplicates?${new URLSearchParams({ what, next: after, limit: "1" })}`);
  }
  location.replace(there);
}

lookOn().catch(() => { /** @type {HTMLElement} */ (document.querySelector("#looking")).hidden = true; });
