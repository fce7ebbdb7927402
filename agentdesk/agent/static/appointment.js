// A time for an order, promised while the customer is on the line.
import { arrows, firstFree } from "/static/calendar.js";
import { ask } from "/static/live.js";
import { part, say, tried, words } from "./texts.js";

export class AppointmentDialog {
  #order = "";

  /** @param {() => string} call the call in which it is promised @param {() => void} onChanged */
  constructor(call, onChanged) {
    this.call = call;
    this.onChanged = onChanged;
    this.dialog = /** @type {HTMLDialogElement} */ (part("appointment-dialog"));
    this.place = part("appointment-calendar");
    this.reason = /** @type {HTMLInputElement} */ (part("appointment-reason"));
    arrows(this.place);
    this.place.addEventListener("click", (event) => this.#chosen(event));
    part("appointment-cancel").addEventListener("click", () => this.#cancel());
    part("pop").addEventListener("click", (event) => {
      const order = /** @type {HTMLElement} */ (event.target).closest("[data-appointment]");
      if (order) this.open(order.getAttribute("data-appointment") ?? "");
    });
  }

  /** @param {string} order number of the order */
  async open(order) {
    this.#order = order;
    this.reason.value = "";
    if (!(await this.#draw())) return;
    part("appointment-order").textContent = order;
    if (!this.dialog.open) this.dialog.showModal();
    (this.#present() ? this.reason : firstFree(this.place))?.focus();
  }

  /** Of the newest order on the pop. */
  openFirst() {
    const found = /** @type {HTMLElement | null} */ (part("pop").querySelector("[data-appointment]"));
    found?.click();
  }

  async #draw() {
    const drawn = await tried(async () => {
      const answer = await fetch(`/work-orders/${this.#order}/appointment/calendar`, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(words("offline"));
      this.place.innerHTML = await answer.text(); // made by our server, every value escaped there
      return true;
    });
    part("appointment-move").hidden = !this.#present();
    return drawn;
  }

  /** The promise that stands; empty: none. */
  #present() {
    return this.place.querySelector("[data-appointment-id]")?.getAttribute("data-appointment-id") ?? "";
  }

  /** @param {Event} event */
  async #chosen(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-day]");
    if (!button) return;
    event.preventDefault();
    const time = { day: button.getAttribute("data-day"), slot: button.getAttribute("data-slot") };
    const present = this.#present();
    if (present && !this.#why()) return;
    await this.#do(present
      ? [`/api/appointments/${present}/move`, { ...time, reason: this.#why() }]
      : [`/api/work-orders/${this.#order}/appointments`, { ...time, call_id: this.call() || null }]);
  }

  async #cancel() {
    if (this.#why()) await this.#do([`/api/appointments/${this.#present()}/cancel`, { reason: this.#why() }]);
  }

  /** Why; asked for when it is missing. */
  #why() {
    const why = this.reason.value.trim();
    if (!why) { say(words("reason-why")); this.reason.focus(); }
    return why;
  }

  /** Refused (the last place went to somebody else): the calendar is drawn as it is now. @param {[string, unknown]} asked */
  async #do([path, body]) {
    const done = await tried(async () => { await ask(path, body); return true; });
    if (!done) { await this.#draw(); firstFree(this.place)?.focus(); return; }
    this.dialog.close();
    say(words("noted"), "good");
    this.onChanged();
  }
}
