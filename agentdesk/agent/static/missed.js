// Missed calls and missed colleagues, however long ago; one key calls back.
import { ask } from "/static/live.js";
import { part, tried } from "./texts.js";

const AGAIN_MS = 3000; // the books may be behind the telephone; who looks sees them catch up

/** @param {string} [before] @returns {Promise<string>} */
function fragment(before) {
  return fetch(`/desk/missed${before ? `?before=${before}` : ""}`, { headers: { Accept: "text/html" } })
    .then((response) => (response.ok ? response.text() : ""), () => "");
}

export class MissedCalls {
  /** @param {(number: string) => Promise<void>} dial  calls a colleague */
  constructor(dial) {
    this.dial = dial;
    this.shown = "";
    this.again = 0;
    this.place = part("missed");
    this.place.addEventListener("click", (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      const id = target.closest("[data-call-missed]")?.getAttribute("data-call-missed");
      if (id) void this.callBack(id);
      const more = target.closest("[data-more]");
      if (more) void this.#more(more);
    });
    part("missed-open").addEventListener("click", () => this.toggle());
  }

  toggle() {
    const closed = this.place.hidden;
    this.place.hidden = !closed;
    part("history").hidden = closed;
    part("missed-open").setAttribute("aria-pressed", String(closed));
    clearInterval(this.again);
    if (!closed) return;
    this.again = setInterval(() => void this.load(), AGAIN_MS);
    void this.load().then(() => this.#first()?.focus());
  }

  async load() {
    const html = await fragment();
    if (!html || html === this.shown) return;
    const id = document.activeElement?.getAttribute("data-call-missed");
    this.place.innerHTML = this.shown = html; // made by our server, every value escaped there
    /** @type {HTMLElement | null} */ (id && this.place.querySelector(`[data-call-missed="${id}"]`))?.focus();
  }

  /** @returns {HTMLButtonElement | null} */
  #first() {
    return this.place.querySelector("[data-call-missed]:not([disabled])");
  }

  /** The newest one, by one key. */
  async callBackNewest() {
    await this.load();
    const id = this.#first()?.getAttribute("data-call-missed");
    if (id) await this.callBack(id);
  }

  /** @param {string} id */
  async callBack(id) {
    await tried(async () => {
      const { dial } = await ask(`/desk/missed/${id}/call`, {});
      if (dial) await this.dial(dial);
    });
  }

  /** @param {Element} button */
  async #more(button) {
    const html = await fragment(button.getAttribute("data-more") ?? "");
    button.outerHTML = html;
  }
}
