// Listening in: the leader's own softphone in this page, and the call it joins.
import { ask } from "/static/live.js";
import { Softphone } from "/static/softphone.js";
import { Asked } from "./asked.js";
import { one, words } from "./picture.js";

const REGISTER_MS = 8000;

export class Supervision {
  /** @param {(error?: unknown) => void} trouble */
  constructor(trouble) {
    this.trouble = trouble;
    /** @type {HTMLElement | null} */
    this.light = document.querySelector("[data-phone]");
    /** @type {Softphone | null} */
    this.phone = null;
    /** @type {{agent: string, call: string | null} | null} */
    this.joined = null;
    this.asked = this.light && new Asked((line) => void this.phone?.answer(line));
    this.light?.addEventListener("click", () => { void this.on().catch(trouble); });
  }

  /** Whether this leader has a telephone to listen with. */
  get possible() { return this.light !== null; }

  /** The softphone, registered; made at the first need, because it asks for the microphone. */
  async on() {
    if (this.phone?.registered) return this.phone;
    if (!this.phone) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
        .catch(() => { throw new Error(words("microphone")); });
      const account = await ask("/board/telephone", {});
      const socket = `${account.scheme}://${location.hostname}:${account.port}/ws`;
      this.phone = new Softphone({ ...account, socket }, async () => stream);
      this.phone.addEventListener("link", () => this.showLink());
      this.phone.addEventListener("line", (event) => this.followed(/** @type {CustomEvent} */ (event).detail));
      this.phone.start();
    }
    await registered(this.phone);
    return this.phone;
  }

  /** @param {string} agent @param {string} name @param {string} mode */
  async join(agent, name, mode) {
    const phone = await this.on();
    for (const line of phone.lines) phone.hangUp(line);
    await ask(`/board/agents/${agent}/join`, { mode });
    this.joined = { agent, call: null };
    const notice = one("[data-joined]");
    one("span", notice).textContent = words(mode, name);
    notice.hidden = false;
  }

  /** A call of the leader's own comes to this telephone, and is answered by it.
   * @param {string} notice @param {string} path what brings it @param {Record<string, string>} body */
  async own(notice, path, body) {
    const phone = await this.on();
    for (const line of phone.lines) phone.hangUp(line);
    this.expecting = true;
    try { await ask(path, body); } catch (error) { this.expecting = false; throw error; }
    this.joined = null;
    const box = one("[data-joined]");
    one("span", box).textContent = notice;
    box.hidden = false;
  }

  stop() {
    this.joined = null;
    this.expecting = false;
    one("[data-joined]").hidden = true;
    if (this.phone) for (const line of this.phone.lines) this.phone.hangUp(line);
  }

  /** @param {import("/static/softphone.js").Line} line */
  followed(line) {
    if (this.expecting && line.incoming && line.state === "ringing") {
      this.expecting = false;
      if (!line.auto) void this.phone?.answer(line);
    } else if (line.incoming && !line.auto && line.state === "ringing") {
      this.asked?.rings(line);
    }
    if (line.state === "ended") this.asked?.over(line);
    if (line.state === "ended" && this.phone?.lines.size === 0 && !this.expecting) this.stop();
  }

  /** The talk that was listened to is over. @param {import("./picture.js").Agent[]} agents */
  floorChanged(agents) {
    if (!this.joined) return;
    const agent = agents.find((each) => each.number === this.joined?.agent);
    this.joined.call ??= agent?.call ?? null;
    if (!["talking", "held"].includes(agent?.state ?? "") || agent?.call !== this.joined.call) this.stop();
  }

  showLink() {
    if (!this.light || !this.phone) return;
    const up = this.phone.registered;
    this.light.className = `link light ${up ? "good" : "bad"}`;
    this.light.textContent = words(up ? "phone-on" : "phone-away");
  }
}

/** @param {Softphone} phone @returns {Promise<void>} */
function registered(phone) {
  return new Promise((resolve, reject) => {
    if (phone.registered) { resolve(); return; }
    const late = setTimeout(() => reject(new Error(words("phone-away"))), REGISTER_MS);
    phone.addEventListener("link", () => {
      if (phone.registered) { clearTimeout(late); resolve(); }
    });
  });
}
