// What goes on around this desk: how many serve, who waits in my queues, who is parked for my group.
import { ask } from "/static/live.js";
import { clock, make, part, tried, words } from "./texts.js";

/** @typedef {{serving: number, idle: number, paused: number, closed: number}} Counts */
/** @typedef {{queue: string, count: number, since: string, urgent: boolean}} Waiting */
/** @typedef {{slot: number, call: string, agent: string, team: string, queue: string, since: string, title: string}} Parked */
/** @typedef {{counts: Counts, waiting: Waiting[], parked: Parked[]}} Picture */

export class Floor {
  number = "";
  team = "";
  /** @type {string[]} */ queues = [];
  skew = 0;
  /** @type {Picture} */ picture = { counts: { serving: 0, idle: 0, paused: 0, closed: 0 }, waiting: [], parked: [] };

  /** @param {() => boolean} inCall */
  constructor(inCall) {
    this.inCall = inCall;
    part("parked").addEventListener("click", (event) => {
      const slot = /** @type {HTMLElement} */ (event.target).closest("[data-slot]")?.getAttribute("data-slot");
      if (slot) this.take(Number(slot));
    });
    part("unpark").addEventListener("click", () => { const [first] = this.mine; if (first) this.take(first.slot); });
    setInterval(() => this.draw(), 1000);
  }

  /** Whose desk this is. @param {any} state @param {number} skew */
  know(state, skew) {
    Object.assign(this, { number: state.number, team: state.team, queues: state.queues, skew });
    this.draw();
  }

  /** @param {Picture} picture */
  show(picture) {
    this.picture = picture;
    this.draw();
  }

  /** Parked for my group, the longest first. */
  get mine() {
    return this.picture.parked
      .filter((one) => one.agent === this.number || (this.team && one.team === this.team) || this.queues.includes(one.queue))
      .sort((one, other) => one.since.localeCompare(other.since));
  }

  /** @param {number} slot */
  take(slot) {
    void tried(() => ask("/desk/unpark", { slot }));
  }

  draw() {
    const { counts } = this.picture;
    part("counts").textContent = ["serving", "idle", "paused", "closed"]
      .map((name) => `${words(`count-${name}`)} ${counts[/** @type {keyof Counts} */ (name)]}`).join(" · ");
    this.#drawHint();
    this.#drawParked();
  }

  #drawHint() {
    const waiting = this.picture.waiting.filter((one) => this.queues.includes(one.queue));
    const count = waiting.reduce((sum, one) => sum + one.count, 0);
    const longest = waiting.map((one) => one.since).sort()[0];
    const urgent = waiting.some((one) => one.urgent);
    const hint = part("hint");
    hint.hidden = !count;
    hint.className = `notice small ${urgent ? "bad" : "warn"}`;
    hint.textContent = count
      ? `${words(urgent ? "waiting-urgent" : "waiting")}: ${count} · ${words("longest")} ${this.#age(longest)}` : "";
    part("urgent-hint").hidden = !(urgent && this.inCall());
  }

  #drawParked() {
    const place = part("parked"), { mine } = this;
    place.replaceChildren(...mine.map((one) => {
      const button = make("button", "slot");
      button.dataset.slot = String(one.slot);
      button.append(make("b", "number", String(one.slot)), make("span", "", one.title || words("caller")), make("span", "number quiet", this.#age(one.since)));
      const row = make("li");
      row.append(button);
      return row;
    }));
    part("parked-box").hidden = !mine.length;
  }

  /** @param {string} since */
  #age(since) {
    return clock((Date.now() + this.skew - Date.parse(since)) / 1000);
  }
}
