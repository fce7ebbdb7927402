// The agents on the board, and what a leader may do with each.
import { asked, chosen, why } from "./asking.js";
import { language, make, mayAct, one, queueName, rows, tick, timeOfDay, words, write } from "./picture.js";
import { ask } from "/static/live.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./picture.js").Agent} Agent */
/** @typedef {import("./supervision.js").Supervision} Supervision */
/** @typedef {(act: () => Promise<unknown>) => Promise<void>} Tried */

const ORDER = ["talking", "held", "reserved", "ringing", "ready", "wrapup", "paused", "closed"];
const TONES = /** @type {Record<string, string>} */ ({ ready: "good", talking: "live", held: "live", reserved: "live", ringing: "warn", wrapup: "warn" });
const LONG = /** @type {Record<string, [number, number]>} */ ({ wrapup: [60, 180], paused: [1200, 2700], talking: [600, 1800] });
/** Acts and their keys; those marked stand in the row, all of them in its menu. @type {[string, string, boolean][]} */
const ACTS = [
  ["listen", "L", true], ["whisper", "W", true], ["barge", "B", true], ["take-over", "T", false],
  ["pause", "P", true], ["ready", "R", true], ["queues", "M", false], ["call", "C", false],
  ["note", "N", false], ["sign-out", "", false],
];
const NOTES_SHOWN = 5;
const IN_CALL = ["talking", "held"];

export class Agents {
  /** @param {Supervision} supervision @param {Tried} tried */
  constructor(supervision, tried) {
    this.supervision = supervision;
    this.tried = tried;
    this.place = one('[data-rows="agents"]');
    /** @type {Picture | null} */
    this.picture = null;
  }

  /** @param {Picture} picture */
  draw(picture) {
    this.picture = picture;
    const agents = [...picture.agents].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.number.localeCompare(b.number));
    rows(this.place, agents, (agent) => agent.number, (agent) => this.#make(agent), (row, agent) => this.#update(row, agent));
    const counts = ORDER.map((state) => [state, agents.filter((agent) => agent.state === state).length]).filter(([, count]) => count);
    write(one("[data-states]"), counts.map(([state, count]) => `${words(`state-${state}`)} ${count}`).join(" · "));
  }

  /** @param {Agent} agent */
  #make(agent) {
    const acts = make("td", "acts");
    if (mayAct) {
      for (const [act, key] of ACTS.filter(([, , shown]) => shown)) acts.append(this.#button(agent.number, act, key), " ");
      const more = this.#button(agent.number, "more", "Enter");
      more.textContent = "⋯";
      more.setAttribute("aria-label", words("act-more"));
      acts.append(more);
    }
    const row = make("tr", "", make("td", "who name"), make("td", "", make("span", "tag")), make("td", "since"), make("td", "with name"), acts);
    row.tabIndex = -1;
    return row;
  }

  /** @param {string} number @param {string} act @param {string} key */
  #button(number, act, key) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "", words(`act-${act}`)));
    button.type = "button";
    button.dataset.act = act;
    button.title = key;
    button.addEventListener("click", () => this.perform(number, act));
    return button;
  }

  /** @param {HTMLElement} row @param {Agent} agent */
  #update(row, agent) {
    row.className = agent.state;
    row.dataset.state = agent.state;
    write(one(".who", row), `${agent.number} ${agent.name}`);
    const tag = one(".tag", row);
    tag.className = `tag ${TONES[agent.state] ?? ""}`;
    const over = agent.over ? ` · ${words("pause-over")}` : "";
    const reason = agent.state === "paused" && agent.reason ? ` · ${words(`pause-${agent.reason}`)}${over}` : "";
    write(tag, words(`state-${agent.state}`) + reason);
    tick(one(".since", row), agent.state === "closed" ? null : agent.since, ...(LONG[agent.state] ?? [Infinity, Infinity]));
    const picture = /** @type {Picture} */ (this.picture);
    write(one(".with", row), agent.call ? `${agent.customer || words("unknown")} · ${queueName(picture, agent.queue)}` : "");
    const possible = this.#possible(agent);
    row.querySelectorAll("[data-act]").forEach((button) => {
      const act = button.getAttribute("data-act") ?? "";
      button.toggleAttribute("hidden", act !== "more" && !possible.has(act));
    });
  }

  /** What can be done with this agent now. @param {Agent} agent */
  #possible(agent) {
    const found = new Set(["queues", "note"]);
    /** @param {boolean} when @param {...string} acts */
    const also = (when, ...acts) => { if (when) acts.forEach((act) => found.add(act)); };
    const talking = IN_CALL.includes(agent.state);
    also(talking && this.supervision.possible, "listen", "whisper", "barge", "take-over");
    also(agent.state === "ready", "pause");
    also(["paused", "wrapup"].includes(agent.state) && agent.reason !== "signed-in", "ready");
    also(agent.state !== "closed" && this.supervision.possible, "call");
    also(agent.state !== "closed" && !talking, "sign-out");
    return found;
  }

  /** The agent in whose row the focus is. */
  get focused() {
    const row = /** @type {HTMLElement | null} */ (document.activeElement?.closest('[data-rows="agents"] tr') ?? null);
    return row?.dataset.key ?? null;
  }

  /** Whether the key meant something. @param {string} key */
  press(key) {
    const number = this.focused;
    if (!number || !mayAct) return false;
    const act = key === "enter" ? "more" : ACTS.find(([, letter]) => letter.toLowerCase() === key && letter)?.[0];
    if (!act) return false;
    this.perform(number, act);
    return true;
  }

  /** @param {string} number @param {string} act */
  perform(number, act) {
    void this.tried(async () => {
      const agent = this.picture?.agents.find((each) => each.number === number);
      if (!agent) return;
      const name = `${agent.number} ${agent.name}`;
      const possible = this.#possible(agent);
      const choice = act === "more"
        ? await chosen(name, ACTS.filter(([each]) => possible.has(each)).map(([each, key]) => [each, words(`act-${each}`), key]))
        : act;
      if (possible.has(choice)) await this.#do(agent, name, choice);
      /** @type {HTMLElement | null} */ (this.place.querySelector(`[data-key="${number}"]`))?.focus();
    });
  }

  /** @param {Agent} agent @param {string} name @param {string} act */
  async #do(agent, name, act) {
    if (["listen", "whisper", "barge"].includes(act)) { await this.supervision.join(agent.number, name, act); return; }
    if (act === "note") { await this.#note(agent.number, name); return; }
    if (act === "queues") { await this.#move(agent, name); return; }
    const filled = await asked(words(`${act}?`, name), [why()]);
    if (!filled) return;
    if (act === "take-over") await this.supervision.own(words("take-over", name), `/board/agents/${agent.number}/take-over`, filled);
    else if (act === "call") await this.supervision.own(words("call", name), `/board/agents/${agent.number}/call`, filled);
    else await ask(`/board/agents/${agent.number}/state`, { wish: act, ...filled });
  }

  /** @param {Agent} agent @param {string} name */
  async #move(agent, name) {
    const queues = this.picture?.queues ?? [];
    const filled = await asked(words("queues?", name), [
      ...queues.map((queue) => ({
        name: queue.name, label: queue.label[language], kind: /** @type {const} */ ("number"),
        value: queue.name in agent.queues ? String(agent.queues[queue.name]) : "",
      })),
      why(),
    ]);
    if (!filled) return;
    const { why: reason, ...penalties } = filled;
    const wanted = Object.entries(penalties).filter(([, penalty]) => penalty !== "");
    await ask(`/board/agents/${agent.number}/queues`, { queues: Object.fromEntries(wanted.map(([queue, penalty]) => [queue, Number(penalty)])), why: reason });
  }

  /** @param {string} number @param {string} name */
  async #note(number, name) {
    /** @type {{at: string, by: string, text: string}[]} */
    const before = await ask(`/board/agents/${number}/notes`);
    const told = before.slice(0, NOTES_SHOWN).map((note) => `${timeOfDay(Date.parse(note.at), true)} ${note.by}: ${note.text}`);
    const filled = await asked(words("note?", name), [{ name: "text", label: words("note"), max: 1000, required: true }], told);
    if (filled) await ask(`/board/agents/${number}/notes`, filled);
  }
}
