// A work order from the call.
import { ask } from "/static/live.js";
import { drawFields, firstMissing, readFields } from "./form.js";
import { part, say, tried, words } from "./texts.js";

/** @typedef {{code: string, label: string, fields: import("./form.js").Field[], urgency: string}} OrderType */

export class OrderDialog {
  /** @type {OrderType[]} */ #types = [];

  /** @param {() => {call: string, customer: number | null}} about @param {() => void} onOpened */
  constructor(about, onOpened) {
    this.about = about;
    this.onOpened = onOpened;
    this.dialog = /** @type {HTMLDialogElement} */ (part("order-dialog"));
    this.type = /** @type {HTMLSelectElement} */ (part("order-type"));
    this.account = /** @type {HTMLSelectElement} */ (part("order-account"));
    this.key = "";
    this.summary = /** @type {HTMLTextAreaElement} */ (part("order-summary"));
    this.type.addEventListener("change", () => this.#chosen());
    part("new-order").addEventListener("click", () => this.open());
    part("order-send").addEventListener("click", () => this.#send());
  }

  async load() {
    await tried(async () => { this.#types = (await ask("/desk/order-types")).types; });
    this.type.replaceChildren(...this.#types.map(({ code, label }) => new Option(label, code)));
  }

  /** @param {string | null} [type] the one that the reason suggests */
  open(type) {
    if (type && this.#types.some(({ code }) => code === type)) this.type.value = type;
    this.summary.value = "";
    this.key = crypto.randomUUID();
    const places = [...part("pop").querySelectorAll("[data-account-option]")];
    this.account.replaceChildren(...places.map((place) =>
      new Option(place.getAttribute("data-label") ?? "", place.getAttribute("data-account-option") ?? "")));
    this.#chosen();
    if (!this.dialog.open) this.dialog.showModal();
    this.type.focus();
  }

  /** @param {string} type */
  prefer(type) {
    if (this.#types.some(({ code }) => code === type)) this.type.value = type;
  }

  #chosen() {
    const type = this.#types.find(({ code }) => code === this.type.value);
    drawFields(part("order-fields"), type?.fields ?? [], "order");
    part("order-urgency").textContent = type?.urgency ?? "";
  }

  async #send() {
    if (firstMissing(part("order-fields"))) { say(words("fields-first")); return; }
    const { call, customer } = this.about();
    await tried(async () => {
      const opened = await ask("/desk/orders", {
        key: this.key, call_id: call || null, customer_id: customer, type: this.type.value,
        account_id: Number(this.account.value) || null, summary: this.summary.value.trim(), fields: readFields(part("order-fields")),
      });
      this.dialog.close();
      say(`${words(opened.what === "request" ? "request-made" : "order-opened")} ${opened.number}`, "good");
      this.onOpened();
    });
  }
}
