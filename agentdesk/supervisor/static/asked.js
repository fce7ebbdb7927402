// An agent rings the leader about a customer: who asks, the customer they talk with, a key to answer.
import { typing } from "/static/typing.js";
import { one, words } from "./picture.js";

/** @typedef {import("/static/softphone.js").Line} Line */

export class Asked {
  /** @type {Line | null} */ line = null;

  /** @param {(line: Line) => void} answer */
  constructor(answer) {
    this.answer = answer;
    this.place = one("[data-asked]");
    one("[data-asked-answer]").addEventListener("click", () => this.take());
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "y" && this.line && !typing(event) && !event.altKey && !event.ctrlKey) this.take();
    });
  }

  /** @param {Line} line */
  rings(line) {
    this.line = line;
    this.place.hidden = false;
    one("[data-asked-who]", this.place).textContent = words("asked", line.remote);
    one("[data-asked-answer]", this.place).hidden = false;
    one("[data-asked-caller]", this.place).replaceChildren();
    if (line.key) void this.#show(line.key);
  }

  take() {
    if (!this.line) return;
    this.answer(this.line);
    one("[data-asked-answer]", this.place).hidden = true;
  }

  /** @param {Line} line */
  over(line) {
    if (line !== this.line) return;
    this.line = null;
    this.place.hidden = true;
  }

  /** @param {string} call */
  async #show(call) {
    const html = await fetch(`/board/asked/${encodeURIComponent(call)}`, { headers: { Accept: "text/html" } })
      .then((response) => (response.ok ? response.text() : ""), () => "");
    if (html && this.line?.key === call) one("[data-asked-caller]", this.place).innerHTML = html; // made by our server, every value escaped there
  }
}
