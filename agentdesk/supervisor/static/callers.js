// Who waits, and what a leader may do for them.
import { asked, chosen, why } from "./asking.js";
import { limits, make, mayAct, one, queueName, rows, tick, words, write } from "./picture.js";
import { ask } from "/static/live.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./picture.js").Caller} Caller */
/** @typedef {import("./supervision.js").Supervision} Supervision */

/** @type {[string, string][]} */
const ACTS = [["raise", "U"], ["fetch", "F"], ["through", "O"], ["note-call", "N"]];

export class Callers {
  /** @param {Supervision} supervision @param {(act: () => Promise<unknown>) => Promise<void>} tried */
  constructor(supervision, tried) {
    this.supervision = supervision;
    this.tried = tried;
    this.place = one('[data-rows="waiting"]');
    /** @type {Picture | null} */
    this.picture = null;
  }

  /** @param {Picture} picture */
  draw(picture) {
    this.picture = picture;
    rows(this.place, picture.waiting, (caller) => caller.call, (caller) => this.#make(caller), (row, caller) => {
      nameOf(one(".name", row), caller);
      write(one(".queue", row), queueName(picture, caller.queue));
      tick(one(".since", row), caller.since, ...limits(picture, caller.queue));
    });
  }

  /** @param {Caller} caller */
  #make(caller) {
    const acts = make("td", "acts");
    if (mayAct) {
      const more = /** @type {HTMLButtonElement} */ (make("button", "", "⋯"));
      more.type = "button";
      more.setAttribute("aria-label", words("act-more"));
      more.addEventListener("click", () => this.perform(caller.call, "more"));
      acts.append(more);
    }
    const row = make("tr", "", make("td", "name"), make("td", "queue"), make("td", "since"), acts);
    row.tabIndex = -1;
    return row;
  }

  /** Whether the key meant something. @param {string} key */
  press(key) {
    const row = /** @type {HTMLElement | null} */ (document.activeElement?.closest('[data-rows="waiting"] tr') ?? null);
    if (!row || !mayAct) return false;
    const act = key === "enter" ? "more" : ACTS.find(([, letter]) => letter.toLowerCase() === key)?.[0];
    if (!act) return false;
    this.perform(row.dataset.key ?? "", act);
    return true;
  }

  /** @param {string} call @param {string} act */
  perform(call, act) {
    void this.tried(async () => {
      const caller = this.picture?.waiting.find((each) => each.call === call);
      if (!caller) return;
      const name = caller.customer || caller.number || words("unknown");
      const possible = ACTS.filter(([each]) => each !== "fetch" || this.supervision.possible);
      const choice = act === "more"
        ? await chosen(name, possible.map(([each, key]) => [each, words(`act-${each}`), key]))
        : act;
      if (choice) await this.#do(call, name, choice);
    });
  }

  /** @param {string} call @param {string} name @param {string} act */
  async #do(call, name, act) {
    const filled = await asked(words(`${act}?`, name), this.#fields(act));
    if (!filled) return;
    if (act === "raise") await ask(`/board/callers/${call}/raise`, filled);
    else if (act === "through") await ask(`/board/callers/${call}/fetch`, filled);
    else if (act === "fetch") await this.supervision.own(words("fetch", name), `/board/callers/${call}/fetch`, filled);
    else await ask(`/board/calls/${call}/notes`, filled);
  }

  /** @param {string} act */
  #fields(act) {
    if (act === "note-call") return [{ name: "text", label: words("note"), max: 1000, required: true }];
    if (act !== "through") return [why()];
    const free = (this.picture?.agents ?? []).filter((agent) => ["ready", "wrapup", "paused"].includes(agent.state));
    /** @type {[string, string][]} */
    const options = free.map((agent) => [agent.number, `${agent.number} ${agent.name} · ${words(`state-${agent.state}`)}`]);
    return [{ name: "agent", label: words("agent"), kind: /** @type {const} */ ("select"), options, required: true }, why()];
  }
}

/** @param {HTMLElement} place @param {Caller} caller */
function nameOf(place, caller) {
  const parts = [make("span", "", caller.customer || words("unknown")), make("span", "number quiet", caller.number)];
  if (caller.emergency) parts.push(make("span", "tag bad", words("emergency")));
  if (caller.repeats) parts.push(make("span", "tag warn", words("repeats").replace("{count}", String(caller.repeats))));
  if (caller.priority && !caller.emergency) parts.push(make("span", "tag warn", `+${caller.priority}`));
  if (caller.class && caller.class !== "residential") parts.push(make("span", "tag", words(`class-${caller.class}`)));
  for (const need of /** @type {const} */ (["elderly", "medical"])) if (caller[need]) parts.push(make("span", "tag bad", words(need)));
  const wanted = parts.map((part) => part.textContent).join(" ");
  if (place.dataset.text === wanted) return;
  place.dataset.text = wanted;
  place.replaceChildren(...parts.flatMap((part) => [part, " "]));
}
