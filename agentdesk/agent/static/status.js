// The state of this desk, its three lights, and the buttons that change it.
import { ask } from "/static/live.js";
import { clock, part, say, tried, words } from "./texts.js";
import { closed, inCall, shown } from "./standing.js";

/** @typedef {"" | "good" | "warn" | "bad"} Shade */

export class Status {
  standing = closed();
  proven = false;
  wrapupS = 60;
  busy = false;

  /** @param {() => Promise<boolean>} prove @param {() => Promise<void>} leave */
  constructor(prove, leave) {
    this.prove = prove;
    this.leave = leave;
    part("check").addEventListener("click", () => this.#once(async () => { await this.prove(); }));
    part("ready").addEventListener("click", () => this.#once(() => this.ready()));
    part("sign-off").addEventListener("click", () => this.#once(() => this.leave()));
    const reasons = /** @type {HTMLSelectElement} */ (part("pause-reason"));
    reasons.addEventListener("change", () => this.#once(async () => {
      const reason = reasons.value;
      reasons.value = "";
      if (reason) await ask("/desk/pause", { reason });
    }));
    part("dnd").addEventListener("click", () => this.#once(() => this.#quiet()));
    setInterval(() => this.#tick(), 500);
  }

  /** @param {() => Promise<unknown>} work */
  async #once(work) {
    if (this.busy) return;
    this.busy = true;
    this.draw();
    await tried(work);
    this.busy = false;
    this.draw();
  }

  async #quiet() {
    const quiet = this.standing.word === "paused" && this.standing.reason === "dnd";
    if (quiet) await this.ready(); else await ask("/desk/pause", { reason: "dnd" });
  }

  async ready() {
    if (!this.proven && !(await this.prove())) return;
    await ask("/desk/ready", {});
    if (inCall(this.standing.act) || this.standing.act === "wrapup") say(words("ready-after"));
  }

  /** @param {"microphone" | "link" | "echo"} name @param {Shade} shade @param {string} [why] */
  light(name, shade, why = "") {
    const light = part(`light-${name}`);
    light.className = `light ${shade}`;
    light.title = why;
    part(`light-${name}-why`).textContent = shade === "bad" ? why : "";
  }

  draw() {
    const { standing } = this, state = shown(standing);
    const chip = part("state");
    chip.dataset.state = state;
    chip.textContent = words(`state-${state}`);
    document.title = `${state === "ringing" ? "☎ " : ""}${words(`state-${state}`)} · Mainline`;
    const able = (/** @type {string} */ id, /** @type {boolean} */ possible) => {
      /** @type {HTMLButtonElement} */ (part(id)).disabled = this.busy || !possible;
    };
    able("ready", standing.word !== "ready" && standing.act !== "ringing" && standing.act !== "reserved");
    able("pause-reason", standing.word !== "closed");
    part("dnd").setAttribute("aria-pressed", String(standing.word === "paused" && standing.reason === "dnd"));
    able("dnd", standing.word !== "closed" && !inCall(standing.act));
    able("check", standing.act === null);
    able("sign-off", standing.act === null || standing.act === "wrapup");
    part("wrapup").classList.toggle("due", standing.act === "wrapup");
    this.#tick();
  }

  /** Why paused, and whether that is too long. @param {number} seconds */
  #reason(seconds) {
    const { standing } = this, paused = shown(standing) === "paused";
    const limit = Number(/** @type {HTMLElement | null} */ (part("pause-reason").querySelector(`[value="${standing.reason}"]`))?.dataset.limit ?? 0);
    const over = paused && limit > 0 && seconds >= limit;
    const text = paused ? words(`pause-${standing.reason}`).replace(/^pause-/, "") : "";
    part("state-reason").textContent = over ? `${text} · ${words("pause-over")}` : text;
    part("state").classList.toggle("over", over);
  }

  #tick() {
    const seconds = (Date.now() - this.standing.since) / 1000;
    this.#reason(seconds);
    part("state-time").textContent = this.standing.word === "closed" && !this.standing.act ? "" : clock(seconds);
    const left = this.wrapupS - seconds;
    const counting = this.standing.act === "wrapup";
    part("countdown").hidden = !counting;
    if (counting) {
      part("countdown").textContent = clock(left);
      part("countdown").classList.toggle("bad", left < 15);
    }
  }
}
