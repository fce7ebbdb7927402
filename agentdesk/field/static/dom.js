// Small aids of the field page: elements, words, times.

import { language, make, speaking } from "/static/elements.js";

const body = document.body;
export const me = body.dataset.me ?? "";
export { language, make };
export const { words, span } = speaking(body.dataset.texts);

/** @typedef {import("/static/elements.js").Both} Both */

/** @param {Both | string | number | boolean | null | undefined} text */
export function both(text) {
  if (text === null || text === undefined) return "";
  if (typeof text === "boolean") return words(text ? "yes" : "no");
  return typeof text === "object" ? text[language] ?? "" : String(text);
}

/** @param {string} id @returns {any} */
export function part(id) {
  return document.getElementById(id);
}

/** A link that dials the company's own number for its people in the field; none where it has none. @param {any} work @returns {Node[]} */
export function dispatch(work) {
  const number = work?.dispatch_number;
  return number ? [make("a", { class: "button wide", href: `tel:${number}`, "data-dispatch": "" }, `☎ ${words("call-dispatch")} ${number}`)] : [];
}

/** Tell something, for some seconds. @param {string} text @param {string} [kind] */
export function say(text, kind = "") {
  const said = part("said");
  said.textContent = text;
  said.className = `said ${kind}`;
  said.hidden = false;
  clearTimeout(Number(said.dataset.timer));
  said.dataset.timer = String(setTimeout(() => { said.hidden = true; }, 6000));
}

const zone = body.dataset.zone;
const whole = new Intl.DateTimeFormat("sv-SE", {
  timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
});

/** The company's clock; with the day when it is not today. @param {string} moment */
export function when(moment) {
  const [day, time] = exactly(moment).split(" "), today = exactly(Date.now()).slice(0, 10);
  return day === today ? time.slice(0, 5) : `${day.slice(5)} ${time.slice(0, 5)}`;
}

/** @param {string | number} moment */
export function exactly(moment) {
  return whole.format(new Date(moment));
}

/**
 * A sheet from below. Answers the name of the button, or "" when it was put away.
 * @param {string} title @param {Node[]} content @param {{name: string, label: string, kind?: string}[]} acts
 * @returns {Promise<string>}
 */
export function sheet(title, content, acts) {
  const dialog = /** @type {HTMLDialogElement} */ (part("sheet"));
  part("sheet-title").textContent = title;
  part("sheet-body").replaceChildren(...content);
  part("sheet-acts").replaceChildren(
    ...acts.map((act) => make("button", { value: act.name, class: act.kind ?? "" }, act.label)),
    make("button", { value: "", formnovalidate: true }, words("not-now")),
  );
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}
