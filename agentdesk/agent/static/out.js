// Calling out: a number that is typed, or a telephone of the customer, which the page shows masked.
import { ask } from "/static/live.js";
import { part, tried } from "./texts.js";

/** @param {() => number | null} customer whom the page shows */
export function callingOut(customer) {
  const dialog = /** @type {HTMLDialogElement} */ (part("out-dialog"));
  const typed = /** @type {HTMLInputElement} */ (part("out-number"));

  /** @param {{phone_id?: number, number?: string}} to */
  const call = (to) => tried(() => ask("/desk/call", { ...to, customer_id: customer() }));

  part("out").addEventListener("click", () => { typed.value = ""; dialog.showModal(); typed.focus(); });
  part("out-form").addEventListener("submit", () => {
    const number = typed.value.trim();
    if (number) void call({ number });
  });
  part("pop").addEventListener("click", (event) => {
    const id = /** @type {HTMLElement} */ (event.target).closest("[data-call-phone]")?.getAttribute("data-call-phone");
    if (id) void call({ phone_id: Number(id) });
  });
}
