// What the call was about: reason, the fields it needs, notes, an order; then ready again.
import { ask } from "/static/live.js";
import { drawFields, firstMissing, readFields } from "./form.js";
import { make, part, say, tried, words } from "./texts.js";

/** @typedef {{code: string, label: string, path: string, fields: import("./form.js").Field[], order_type?: string | null}} Reason */

export class Wrapup {
  call = "";
  /** @type {number | null} */ customer = null;
  /** Noted while it lasted: wrap-up ends with the call. @type {{call: string, next: string} | null} */ noted = null;
  /** Begun and interrupted by the next call. @type {Map<string, {reason: Reason | null, filter: string, notes: string, fields: Node[]}>} */ #begun = new Map();
  /** @type {Reason[]} */ #reasons = [];
  /** @type {Reason | null} */ #reason = null;

  /** @param {{onDone: () => void, onReason: (reason: Reason) => void}} told */
  constructor(told) {
    this.told = told;
    this.filter = /** @type {HTMLInputElement} */ (part("reason-filter"));
    this.list = part("reasons");
    this.fields = part("reason-fields");
    this.notes = /** @type {HTMLTextAreaElement} */ (part("wrapup-notes"));
    this.filter.addEventListener("input", () => this.#draw());
    this.filter.addEventListener("keydown", (event) => this.#filterKey(event));
    this.list.addEventListener("click", (event) => {
      const code = /** @type {HTMLElement} */ (event.target).closest("[data-code]")?.getAttribute("data-code");
      if (code) this.#pick(code);
    });
    part("finish").addEventListener("click", () => this.finish("ready"));
    part("finish-pause").addEventListener("click", () => this.finish("pause"));
  }

  async load() {
    await tried(async () => { this.#reasons = (await ask("/desk/reasons")).reasons; });
    this.#draw();
  }

  /** A call to be wrapped up now or later; what was typed for it stays, also when another comes. @param {string} call */
  begin(call) {
    if (!call || call === this.call || call === this.noted?.call) return;
    if (this.call) this.#lay();
    const begun = this.#begun.get(call);
    this.call = call;
    this.#reason = begun?.reason ?? null;
    this.filter.value = begun?.filter ?? "";
    this.notes.value = begun?.notes ?? "";
    this.fields.replaceChildren(...(begun?.fields ?? []));
    this.#draw();
    part("wrapup").dataset.call = call;
    this.allow();
  }

  /** Lay the present notes aside: their call is wrapped up later. */
  #lay() {
    this.#begun.set(this.call, {
      reason: this.#reason, filter: this.filter.value, notes: this.notes.value, fields: [...this.fields.childNodes],
    });
  }

  allow() {
    for (const id of ["finish", "finish-pause"]) {
      /** @type {HTMLButtonElement} */ (part(id)).disabled = !this.call;
    }
  }

  #draw() {
    const wanted = this.filter.value.trim().toLowerCase().split(/\s+/);
    const found = this.#reasons.filter((reason) =>
      wanted.every((word) => `${reason.path} ${reason.label} ${reason.code}`.toLowerCase().includes(word)));
    this.list.replaceChildren(...found.slice(0, 40).map((reason) => {
      const row = make("li", "reason");
      row.dataset.code = reason.code;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(reason === this.#reason));
      row.append(make("span", "", reason.label), make("span", "quiet small", reason.path));
      return row;
    }));
    if (!found.length) this.list.append(make("li", "quiet", words("no-reason-found")));
  }

  /** Enter takes the first or the marked one; arrows walk. @param {KeyboardEvent} event */
  #filterKey(event) {
    const rows = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("[data-code]")]);
    const at = rows.findIndex((row) => row.classList.contains("at"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = Math.max(0, Math.min(rows.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
      rows[at]?.classList.remove("at");
      rows[next]?.classList.add("at");
      rows[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      const code = (rows[at] ?? rows[0])?.dataset.code;
      if (code) this.#pick(code);
    }
  }

  /** @param {string} code */
  #pick(code) {
    this.#reason = this.#reasons.find((reason) => reason.code === code) ?? null;
    if (!this.#reason) return;
    drawFields(this.fields, this.#reason.fields, "reason");
    this.filter.value = this.#reason.label;
    this.#draw();
    const first = /** @type {HTMLElement | null} */ (this.fields.querySelector("[data-field]"));
    (first ?? this.notes).focus();
    this.told.onReason(this.#reason);
  }

  /** The call is over; if it was noted before, nothing is left to do. @param {string} call */
  callOver(call) {
    if (this.noted?.call !== call) return;
    const { next } = this.noted;
    void tried(async () => {
      const { over } = await ask("/desk/wrapup/end", { call_id: call, next });
      if (over) this.noted = null;
    });
  }

  /** @param {"ready" | "pause"} next */
  async finish(next) {
    if (!this.call) return;
    if (!this.#reason) { say(words("reason-first")); this.filter.focus(); return; }
    if (firstMissing(this.fields)) { say(words("fields-first")); return; }
    const body = {
      call_id: this.call, reason: this.#reason.code, fields: readFields(this.fields),
      notes: this.notes.value.trim(), customer_id: this.customer, next,
    };
    await tried(async () => {
      const { over } = await ask("/desk/wrapup", body);
      this.noted = over ? null : { call: this.call, next };
      this.#begun.delete(this.call);
      this.call = "";
      this.allow();
      this.#reason = null;
      this.filter.value = "";
      this.notes.value = "";
      this.fields.replaceChildren();
      this.#draw();
      say(words("noted"), "good");
      this.told.onDone();
    });
  }
}
