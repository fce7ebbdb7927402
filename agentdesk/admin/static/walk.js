// The menu tried in the page: every key asks anew what the caller hears after all keys so far.
import { ask } from "/static/live.js";
import { typing } from "/static/typing.js";
import { hear, silence } from "./prompts.js";

export class Walk {
  /** @type {string[]} */ keys = [];
  digits = "";
  waits = 0;

  /** @param {HTMLDialogElement} dialog @param {string} name @param {() => any} body @param {(node: string) => void} show @param {(error: unknown) => void} tell */
  constructor(dialog, name, body, show, tell) {
    this.dialog = dialog;
    this.name = name;
    this.body = body;
    this.show = show;
    this.tell = tell;
    this.heard = /** @type {HTMLElement} */ (dialog.querySelector("[data-heard]"));
    this.form = /** @type {HTMLFormElement} */ (dialog.querySelector("[data-caller]"));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.begin(); });
    dialog.addEventListener("close", silence);
    dialog.querySelector("[data-pad]")?.addEventListener("click", (event) => {
      const key = /** @type {HTMLElement} */ (event.target).closest("[data-key]");
      if (key) this.press(key.getAttribute("data-key") ?? "");
    });
    dialog.addEventListener("keydown", (event) => {
      if (typing(event) || !/^[0-9*#]$/.test(event.key)) return;
      event.preventDefault();
      this.press(event.key);
    });
  }

  open() {
    this.dialog.showModal();
    this.begin();
    /** @type {HTMLElement} */ (this.dialog.querySelector("[data-pad] button")).focus();
  }

  begin() {
    this.keys = [];
    this.digits = "";
    this.#go();
  }

  /** One key, or none: the caller keeps silent. Longer entries end with # or when they are complete. @param {string} key */
  press(key) {
    if (!this.waits) return;
    this.digits += key;
    const whole = this.waits === 1 || key === "" || key === "#" || this.digits.length >= this.waits;
    if (!whole) return this.#typed();
    this.keys.push(this.waits === 1 ? key : this.digits.replace("#", ""));
    this.digits = "";
    this.#go();
  }

  #typed() {
    const last = this.heard.lastElementChild?.querySelector("[data-typed]");
    if (last) last.textContent = ` ${this.digits}`;
  }

  async #go() {
    silence();
    const fields = new FormData(this.form);
    try {
      const told = await ask(`/admin/menus/${this.name}/walk`, {
        body: this.body(), keys: this.keys, ani: String(fields.get("ani") ?? ""), hours: fields.get("hours"),
      });
      this.#tell(told);
      if (fields.get("aloud")) await this.#aloud(told);
    } catch (error) {
      this.tell(error);
    }
  }

  /** @param {any} told */
  #tell(told) {
    this.waits = told.waits;
    this.heard.replaceChildren(...told.steps.map(line));
    if (told.end) this.heard.append(make("li", `■ ${told.end}`));
    this.heard.lastElementChild?.scrollIntoView({ block: "nearest" });
    this.show(told.steps.at(-1)?.node ?? "");
  }

  /** What is new since the last key. @param {any} told */
  async #aloud(told) {
    const fresh = told.steps.slice(-1)[0];
    if (fresh?.said.length) await hear(fresh.said, fresh.language === "en" ? "en" : "zh");
  }
}

/** @param {any} step */
function line(step) {
  const row = make("li", "");
  row.append(make("code", step.node), ` ${step.said.join(" ")}`);
  if (step.keyed.length) row.append(make("b", ` › ${step.keyed.map((/** @type {string} */ key) => key || "…").join(" ")}`));
  const typed = make("b", "");
  typed.dataset.typed = "";
  row.append(typed);
  return row;
}

/** @param {string} tag @param {string} words */
function make(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}
