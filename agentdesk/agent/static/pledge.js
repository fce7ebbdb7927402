// A small form in the talk: a time that is promised, a matter that climbs.
import { ask } from "/static/live.js";
import { part, say, tried, words } from "./texts.js";

/**
 * @typedef {object} Pledge
 * @property {string} name of its elements: `promise-dialog`, `promise-form`, …
 * @property {string} path
 * @property {string} told the words when it is done
 */

/** @typedef {() => {call: string, customer: number | null}} About */

/** Both forms, for whoever may open orders. @param {About} about the talk */
export function pledges(about) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("promise-form"));
  if (!form) return;
  pledging({ name: "promise", path: "/desk/promises", told: "promised" }, about);
  pledging({ name: "matter", path: "/desk/matters", told: "raised" }, about);
  soonOrThen(form);
}

/** @param {Pledge} what @param {About} about */
function pledging({ name, path, told }, about) {
  const dialog = /** @type {HTMLDialogElement} */ (part(`${name}-dialog`));
  const form = /** @type {HTMLFormElement} */ (part(`${name}-form`));
  const order = /** @type {HTMLSelectElement} */ (part(`${name}-order`));
  let key = "";

  part(`new-${name}`).addEventListener("click", () => {
    form.reset();
    key = crypto.randomUUID();
    order.replaceChildren(new Option("–", ""), ...orders());
    dialog.showModal();
    /** @type {HTMLElement | null} */ (form.querySelector("select, textarea"))?.focus();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { call, customer } = about();
    const body = { ...filled(form), key, call_id: call || null, customer_id: customer };
    await tried(async () => {
      const made = await ask(path, body);
      dialog.close();
      say(`${words(told)} ${made.told}`, "good");
    });
  });
  part(`${name}-close`).addEventListener("click", () => dialog.close());
}

/** So soon, or at a time that is typed: never both. @param {HTMLFormElement} form */
function soonOrThen(form) {
  const within = /** @type {HTMLSelectElement} */ (form.elements.namedItem("within_min"));
  const due = /** @type {HTMLInputElement} */ (form.elements.namedItem("due_at"));
  within.addEventListener("change", () => {
    if (within.value) due.value = "";
    due.required = !within.value;
  });
  due.addEventListener("input", () => {
    if (due.value) within.value = "";
    due.required = !within.value;
  });
  form.addEventListener("reset", () => { due.required = false; });
}

/** The open orders of whoever calls, the newest first. */
function orders() {
  return [...part("pop").querySelectorAll("[data-order]")].map((each) =>
    new Option(each.getAttribute("data-label") ?? "", each.getAttribute("data-order") ?? ""));
}

/** What is not empty. @param {HTMLFormElement} form */
function filled(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
}
