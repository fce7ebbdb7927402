// The calls on this telephone: one row each, and what can be done with them.
import { ask } from "/static/live.js";
import { away, clock, make, part, say, tried, words } from "./texts.js";

/** @typedef {import("/static/softphone.js").Softphone} Softphone */
/** @typedef {import("/static/softphone.js").Line} Line */
/** @typedef {import("./transfer.js").Place} Place */

export class Lines {
  /** @type {Softphone | null} */ phone = null;
  /** Titles by the call's key, told by the pop. @type {Map<string, string>} */ titles = new Map();
  /** Who is asked on the second line. @type {Place | null} */ asked = null;
  /** How many talk beside customer and agent, by the call's key; told by facts. @type {Map<string, number>} */ others = new Map();

  constructor() {
    this.place = part("lines");
    this.controls = part("controls");
    this.#wire();
    setInterval(() => this.#tick(), 500);
    this.draw();
  }

  /** @returns {Line[]} */
  get all() {
    return [...(this.phone?.lines ?? [])].filter((line) => line.target !== "600");
  }

  /** The one that the keys act on. @returns {Line | undefined} */
  get active() {
    return this.all.find((line) => line.state === "ringing")
      ?? this.all.find((line) => line.state !== "ended" && !line.held) ?? this.all[0];
  }

  /** The customer, and the second line on which somebody is asked. @returns {[Line, Line] | undefined} */
  get consultation() {
    const consulted = this.all.find((line) => line.consults || !line.incoming);
    const customer = this.all.find((line) => line !== consulted);
    return consulted && customer ? [customer, consulted] : undefined;
  }

  #wire() {
    /** @type {Record<string, (line: Line, phone: Softphone) => unknown>} */
    const acts = {
      answer: (line, phone) => line.state === "ringing" && phone.answer(line),
      hangup: (line, phone) => phone.hangUp(line),
      hold: (line, phone) => line.state === "talking" && phone.hold(line, !line.wanted).catch(() => say(words("hold-refused"), "bad")),
      mute: (line, phone) => line.state === "talking" && phone.mute(line, !line.muted),
    };
    for (const [name, act] of Object.entries(acts)) {
      part(name).addEventListener("click", () => tried(async () => {
        const line = this.active;
        if (line && this.phone) await act(line, this.phone);
      }));
    }
    part("keypad").addEventListener("click", (event) => {
      const key = /** @type {HTMLElement} */ (event.target).closest("[data-digit]")?.getAttribute("data-digit");
      if (key) this.digits(key);
    });
    part("complete").addEventListener("click", () => void tried(() => this.complete()));
    part("back").addEventListener("click", () => this.cancel());
    part("swap").addEventListener("click", () => void tried(() => this.swap()));
    part("together").addEventListener("click", () => void tried(() => this.together()));
    part("drop").addEventListener("click", () => void tried(() => this.drop()));
    part("park").addEventListener("click", () => void tried(() => this.park()));
  }

  /** @param {string} keys */
  digits(keys) {
    const line = this.active;
    if (line?.state === "talking") this.phone?.keypad(line, keys);
  }

  /** Hand the customer on. The server does it; while it is away, the telephone itself hands over to
   * whoever it can reach. @param {Place} place @param {string} back */
  async blind(place, back) {
    const line = this.active, { phone } = this;
    if (!line || !phone || line.state !== "talking") return;
    await ask("/desk/transfer", { call_id: line.key, kind: place.kind, target: place.target, back })
      .catch((refusal) => {
        if (!away(refusal) || !["agent", "queue", "outside"].includes(place.kind)) throw refusal;
        return phone.transfer(line, place.target).catch(() => { throw new Error(words("transfer-refused")); });
      });
    say(words("transferred"), "good");
  }

  /** A third joins at once. @param {Place} place */
  async askIn(place) {
    const line = this.active;
    if (!line || line.state !== "talking") return;
    await ask("/desk/conference", { call_id: line.key, kind: place.kind, target: place.target });
    say(words("asked-in"), "good");
  }

  /** Whoever is asked joins customer and agent. */
  async together() {
    const both = this.consultation;
    if (!both || !this.phone) return;
    if (both[1].held) await this.phone.hold(both[1], false);
    await ask("/desk/conference", { call_id: both[0].key, ...this.#consulted(both[1]) });
    await this.phone.hold(both[0], false);
  }

  /** From the one to the other and back; whoever waits hears music. */
  async swap() {
    const both = this.consultation, { phone } = this;
    if (!both || !phone) return;
    const [here, there] = both[0].held ? [both[1], both[0]] : both;
    await phone.hold(here, true);
    await phone.hold(there, false);
  }

  /** Who that is, for the server. @param {Line} line */
  #consulted(line) {
    const place = this.asked ?? { kind: "agent", target: line.target };
    return { kind: place.kind, target: place.target };
  }

  async drop() {
    const line = this.active;
    if (line) await ask("/desk/conference/drop", { call_id: line.key });
  }

  /** The customer waits with music in a slot that the desks of the group show. */
  async park() {
    const line = this.active;
    if (!line || line.state !== "talking") return;
    const { slot } = await ask("/desk/park", { call_id: line.key });
    say(`${words("parked")} ${slot}`, "good");
  }

  /** Ask first; the customer hears music. Colleagues are dialled from here; numbers outside by the
   * server, whose call this telephone takes by itself. @param {Place} place */
  async consult(place) {
    const line = this.active, { phone } = this;
    if (!line || !phone || line.state !== "talking") return;
    if (!line.held) await phone.hold(line, true);
    this.asked = place;
    if (place.consult) {
      await phone.call(place.consult, { headers: line.key ? [`X-Call-Key: ${line.key}`] : [] });
      return;
    }
    await ask("/desk/consult", { call_id: line.key, kind: place.kind, target: place.target }).catch(async (refusal) => {
      await phone.hold(line, false);
      throw refusal;
    });
  }

  /** Join the customer with whoever was asked. The server does it so that the recording keeps both
   * sides; while it is away the telephones do it themselves. */
  async complete() {
    const both = this.consultation, { phone } = this;
    if (!both || !phone) return;
    const [customer, asked] = both;
    if (asked.held) await phone.hold(asked, false);
    await ask("/desk/join", { call_id: customer.key, ...this.#consulted(asked) }).catch((refusal) => {
      if (!away(refusal)) throw refusal;
      return phone.transfer(customer, asked).catch(() => { throw new Error(words("transfer-refused")); });
    });
    say(words("transferred"), "good");
  }

  async cancel() {
    const both = this.consultation;
    if (!both || !this.phone) return;
    this.phone.hangUp(both[1]);
    if (both[0].held) await this.phone.hold(both[0], false);
  }

  /** When whoever was asked is gone, the customer must not stay with the music. @param {Line} line */
  over(line) {
    const rest = this.all;
    const second = Boolean(line.consults) || (!line.incoming && Boolean(line.target));
    if (!second) return;
    this.asked = null;
    if (rest.length === 1 && rest[0].held) void this.phone?.hold(rest[0], false).catch(() => undefined);
  }

  draw() {
    const active = this.active, both = this.consultation;
    this.place.replaceChildren(...this.all.map((line) => this.#row(line, line === active)));
    part("no-lines").hidden = this.all.length > 0;
    const on = (/** @type {string} */ id, /** @type {boolean} */ possible) => {
      /** @type {HTMLButtonElement} */ (part(id)).disabled = !possible;
    };
    const talking = active?.state === "talking";
    on("answer", active?.state === "ringing");
    on("hangup", Boolean(active));
    for (const id of ["hold", "mute", "keys"]) on(id, Boolean(talking));
    for (const id of ["transfer", "park"]) on(id, Boolean(talking && !both && active?.key));
    part("drop").hidden = !(active && this.others.get(active.key));
    part("hold").setAttribute("aria-pressed", String(Boolean(active?.held)));
    part("mute").setAttribute("aria-pressed", String(Boolean(active?.muted)));
    part("consulting").hidden = !both;
    if (both) for (const id of ["complete", "together", "swap"]) on(id, both[1].state === "talking");
    if (!talking) part("keypad").hidden = true;
  }

  /** @param {Line} line @param {boolean} active */
  #row(line, active) {
    const row = make("li", `line ${line.state}${active ? " active" : ""}`);
    row.dataset.key = line.key;
    row.dataset.state = line.held ? "held" : line.state;
    const asked = line === this.consultation?.[1] ? this.asked?.title : undefined;
    const title = this.titles.get(line.key) ?? asked ?? (line.incoming ? words("caller") : line.target ?? line.remote);
    row.append(make("b", "", title), make("span", "tag live", words(`line-${row.dataset.state}`)));
    const time = make("span", "number quiet", clock((Date.now() - line.since) / 1000));
    time.dataset.since = String(line.since);
    row.append(time);
    return row;
  }

  #tick() {
    for (const time of this.place.querySelectorAll("[data-since]")) {
      time.textContent = clock((Date.now() - Number(time.getAttribute("data-since"))) / 1000);
    }
  }
}
