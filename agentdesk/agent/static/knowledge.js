// What is said about the reason of the call, and a search that forgives. It stands below the caller.
import { part, words } from "./texts.js";

export class Knowledge {
  #reason = "";
  #turn = 0;
  /** Opened in this call already: counted once. @type {Set<string>} */ #counted = new Set();

  constructor() {
    this.place = part("knowledge-answers");
    this.query = /** @type {HTMLInputElement} */ (part("knowledge-query"));
    part("knowledge-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#draw(this.query.value.trim());
    });
    this.query.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); this.place.querySelector("summary")?.focus(); }
      if (event.key === "Escape") { this.about(this.#reason); this.query.blur(); }
    });
    this.place.addEventListener("keydown", (event) => this.#walk(event));
    this.place.addEventListener("toggle", (event) => this.#opened(event.target), true);
  }

  /** The reason that was chosen. @param {string} code */
  about(code) {
    this.#reason = code;
    this.query.value = "";
    void this.#draw("");
  }

  /** The next call. */
  clear() {
    this.#counted.clear();
    this.about("");
  }

  focus() {
    this.query.focus();
    this.query.select();
  }

  /** @param {string} query */
  async #draw(query) {
    const turn = ++this.#turn;
    const asked = new URLSearchParams(query ? { q: query } : { reason: this.#reason });
    const html = await fetch(`/knowledge/beside?${asked}`, { headers: { Accept: "text/html" } })
      .then((response) => (response.ok ? response.text() : ""), () => "");
    if (turn !== this.#turn) return; // a later question was faster
    if (html) this.place.innerHTML = html; // made by our server, every value escaped there
    else this.place.textContent = words("offline");
    this.place.dataset.about = query || this.#reason;
  }

  /** @param {EventTarget | null} target */
  #opened(target) {
    if (!(target instanceof HTMLDetailsElement) || !target.open) return;
    const id = target.dataset.article ?? "";
    if (!id || this.#counted.has(id)) return;
    this.#counted.add(id);
    void fetch(`/knowledge/${id}/opened`, { method: "POST" }).catch(() => {});
  }

  /** Arrows go from article to article, Escape back to the search. @param {KeyboardEvent} event */
  #walk(event) {
    const rows = /** @type {HTMLElement[]} */ ([...this.place.querySelectorAll("summary")]);
    const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Escape" || (event.key === "ArrowUp" && at === 0)) { event.preventDefault(); this.focus(); }
    else if (at >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      rows[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    }
  }
}
