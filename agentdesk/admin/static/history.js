// Every tree there was, so that going back is exact.

export class History {
  /** @type {any[]} */ past = [];
  /** @type {any[]} */ future = [];
  #last = "";

  /** @param {any} body the tree as it was loaded */
  constructor(body) {
    this.present = body;
    this.kept = body;
  }

  get changed() {
    return JSON.stringify(this.present) !== JSON.stringify(this.kept);
  }

  /** A new tree. Typing on in the same field is one step. @param {any} body @param {string} [field] */
  go(body, field = "") {
    if (JSON.stringify(body) === JSON.stringify(this.present)) return;
    if (!field || field !== this.#last) this.past.push(this.present);
    this.#last = field;
    this.present = body;
    this.future = [];
  }

  undo() {
    if (!this.past.length) return;
    this.#last = "";
    this.future.push(this.present);
    this.present = this.past.pop();
  }

  redo() {
    if (!this.future.length) return;
    this.#last = "";
    this.past.push(this.present);
    this.present = this.future.pop();
  }

  /** From now on, typing begins a new step. */
  pause() {
    this.#last = "";
  }
}
