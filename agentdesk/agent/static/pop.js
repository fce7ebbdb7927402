// The screen pop: who calls, drawn while it rings.
import { ask } from "/static/live.js";
import { part, tried } from "./texts.js";

/** A piece of a page; empty when the server does not know the call yet, null when it is away.
 * @param {string} path */
function fragment(path) {
  return fetch(path, { headers: { Accept: "text/html" } }).then(
    (response) => (response.ok ? response.text() : null),
    () => null,
  );
}

/** @param {Element} element */
function topicOf(element) {
  return element.closest("[data-topic]")?.getAttribute("data-topic");
}

/** Whose masks it takes off. @param {Element} unmask */
function recordOf(unmask) {
  return unmask.querySelector("form")?.dataset.unmask;
}

export class Pop {
  call = "";
  #asked = 0;
  #answered = 0;
  /** @type {Promise<void> | null} */ #drawing = null;

  /** @param {(customer: number | null) => void} onCustomer told when the pop knows its customer */
  constructor(onCustomer) {
    this.place = part("pop");
    this.onCustomer = onCustomer;
    this.place.addEventListener("click", (event) => this.#choose(event));
    this.place.addEventListener("click", (event) => this.#theirs(event));
    this.place.addEventListener("unmasked", (event) => {
      event.preventDefault();
      void this.show(this.call, true);
    });
  }

  /** Draw the pop of a call; again only when forced. @param {string} call @param {boolean} [again] */
  async show(call, again = false) {
    if (!call || (call === this.call && !again)) return;
    const changed = call !== this.call;
    this.call = call;
    if (changed) this.place.dataset.call = call;
    this.#drawing = this.#draw(this.#path(), changed);
    await this.#drawing;
  }

  /** Something has become known of the call: asked for only when what is shown does not know it yet.
   * @param {string} call @param {number} fact its place in the journal */
  async learn(call, fact) {
    if (call === this.call) await this.#drawing;
    const seen = Number(this.place.querySelector("[data-seen]")?.getAttribute("data-seen") ?? 0);
    if (call !== this.call || seen < fact) await this.show(call, true);
  }

  /** @param {string} path @param {boolean} fresh */
  async #draw(path, fresh) {
    const turn = ++this.#asked;
    let html = await fragment(path);
    for (let again = 0; html === "" && again < 10 && this.#wanted(path); again++) {
      await new Promise((resolve) => setTimeout(resolve, 150)); // it rings before the books know it
      html = await fragment(path);
    }
    if (turn < this.#answered || !this.#wanted(path)) return; // a later answer was faster
    this.#answered = turn;
    if (!html) {
      if (fresh) this.#without();
      return;
    }
    const opened = fresh ? [] : this.#topics().filter((details) => details.open).map((details) => details.dataset.topic);
    const focused = !fresh && this.place.contains(document.activeElement) ? document.activeElement : null;
    const asking = fresh ? null : this.place.querySelector("details.unmask[open]");
    this.place.innerHTML = html; // made by our server, every value escaped there
    const anew = this.place.querySelector("details.unmask");
    if (asking && anew && recordOf(asking) === recordOf(anew)) anew.replaceWith(asking); // half filled in, as it was
    for (const details of this.#topics()) details.open = opened.includes(details.dataset.topic);
    if (focused) this.#again(focused)?.focus({ preventScroll: true });
    this.#drawn();
  }

  /** Whether this is still the call that is looked at. @param {string} path */
  #wanted(path) {
    return path === this.#path();
  }

  #path() {
    return `/desk/pop/${encodeURIComponent(this.call)}`;
  }

  /** What stays open when the same call is drawn again. */
  #topics() {
    return /** @type {HTMLDetailsElement[]} */ ([...this.place.querySelectorAll("details[data-topic]")]);
  }

  /** What had the focus before the same call was drawn again: of the same kind, marked alike, in the same topic.
   * @param {Element} before @returns {HTMLElement | undefined} */
  #again(before) {
    const marks = before.cloneNode(false), topic = topicOf(before);
    const found = /** @type {HTMLElement[]} */ ([...this.place.querySelectorAll(before.localName)]);
    return found.find((each) => topicOf(each) === topic && marks.isEqualNode(each.cloneNode(false)));
  }

  /** The call goes on without knowing who it is. */
  #without() {
    const template = /** @type {HTMLTemplateElement} */ (part("pop-missing"));
    this.place.replaceChildren(template.content.cloneNode(true));
    this.onCustomer(null);
    this.#drawn();
  }

  #drawn() {
    requestAnimationFrame(() => { // never comes in a hidden tab, where nothing is drawn
      if (this.place.dataset.drawnCall === this.call) return; // the first time counts
      this.place.dataset.drawnCall = this.call;
      this.place.dataset.drawnAt = String(performance.timeOrigin + performance.now());
      performance.mark("pop-drawn", { detail: this.call });
    });
    const known = this.place.querySelector("[data-customer]")?.getAttribute("data-customer");
    this.onCustomer(known ? Number(known) : null);
  }

  /** The number on the line is the customer's. @param {Event} event */
  async #theirs(event) {
    const customer = /** @type {HTMLElement} */ (event.target).closest("[data-theirs]")?.getAttribute("data-theirs");
    if (!customer) return;
    await tried(async () => {
      await ask("/desk/theirs", { call_id: this.call, customer_id: Number(customer) });
      await this.show(this.call, true);
    });
  }

  /** One of several candidates, chosen. @param {Event} event */
  async #choose(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-choose]");
    if (!button) return;
    const customer = Number(button.getAttribute("data-choose"));
    const account = Number(button.getAttribute("data-account")) || null;
    await tried(async () => {
      await ask("/desk/candidate", { call_id: this.call, customer_id: customer, account_id: account });
      await this.show(this.call, true);
    });
  }

  clear() {
    this.call = "";
    this.#answered = ++this.#asked;
    const template = /** @type {HTMLTemplateElement} */ (part("pop-empty"));
    this.place.replaceChildren(template.content.cloneNode(true));
    this.onCustomer(null);
  }
}
