// Sends what waits, in its order and as often as it takes, then asks how things stand.
import * as store from "/static/field/store.js";

/** @typedef {import("/static/field/store.js").Act} Act */
/** @typedef {"ok" | "off" | "out" | "busy"} Link */

const BATCH = 20;
const PIECE = 200_000;
const EVERY_MS = 30_000;
const PATIENCE_MS = 20_000;

export class SignedOut extends Error {}

/** A refusal of the server, with its code. */
export class Refused extends Error {
  /** @param {string} code @param {Record<string, string>} messages */
  constructor(code, messages) {
    super(messages.en ?? code);
    this.code = code;
    this.messages = messages;
  }
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<any>} */
export async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS), headers: { Accept: "application/json", ...options.headers } });
  if (answer.status === 401) throw new SignedOut();
  if (answer.status >= 500) throw new TypeError(String(answer.status));
  const body = await answer.json();
  if (!answer.ok) throw new Refused(body.error?.code ?? String(answer.status), body.error?.messages ?? {});
  return body;
}

/** @param {string} method @param {unknown} body @returns {RequestInit} */
export function json(method, body) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export class Sync extends EventTarget {
  /** @type {Link} */
  link = "busy";
  #running = false;
  #again = false;

  start() {
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.#is("off"));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
    setInterval(() => this.now(), EVERY_MS);
    return this.now();
  }

  /** At once; when it is under way already, once more after that. */
  async now() {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#round();
      }
    } finally {
      this.#running = false;
    }
  }

  async #round() {
    try {
      await this.#files(await named());
      await this.#acts();
      await this.#pull();
      await this.#fixes();
      await this.#files();
      this.#is("ok");
    } catch (error) {
      if (error instanceof Refused) console.info("sync", error.code);
      this.#is(error instanceof SignedOut ? "out" : "off");
    }
  }

  /** @param {Link} link */
  #is(link) {
    this.link = link;
    this.dispatchEvent(new Event("change"));
  }

  async #acts() {
    for (;;) {
      const queue = (await store.acts()).filter((act) => act.state === "queued").slice(0, BATCH);
      if (!queue.length) return;
      const sent = queue.map(({ seq, key, order, kind, action, note, report, fields = {}, based_on, at }) => ({ seq, key, order, kind, action, note, report, fields, based_on, at }));
      const answer = await ask("/api/field/acts", json("POST", { device: await store.device(), acts: sent }));
      const byKey = new Map(answer.results.map((/** @type {any} */ one) => [one.key, one]));
      await store.update(queue.filter((act) => byKey.has(act.key)).map((act) => ({ ...act, ...told(byKey.get(act.key)) })));
      if (!byKey.size && answer.expected < queue[0].seq) await store.renumber((await store.acts()).filter((act) => act.state === "queued"));
      else if (!byKey.size) throw new TypeError("nothing taken in");
    }
  }

  async #pull() {
    const before = await store.acts();
    const work = await ask("/api/field/orders");
    const over = before.filter((act) => ["done", "conflict", "dropped"].includes(act.state)).map((act) => act.seq);
    await store.replace({ ...work, pulled_at: new Date().toISOString() }, over);
    this.dispatchEvent(new Event("change"));
  }

  async #fixes() {
    const fixes = await store.fixes();
    if (!fixes.length) return;
    try {
      await ask("/api/field/positions", json("POST", { fixes }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    await store.dropFixes(fixes.map((fix) => fix.at));
  }

  /** @param {string} [among] keys; those that stand in it only */
  async #files(among) {
    for (const file of await store.files()) {
      if (file.refused || (among !== undefined && !among.includes(file.key))) continue;
      try {
        await this.#upload(file);
        await store.dropFile(file.key);
        this.#again = true;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await store.addFile({ ...file, refused: JSON.stringify(error.messages) });
      }
      this.dispatchEvent(new Event("change"));
    }
  }

  /** Piece by piece; what has arrived before is not sent twice over. @param {import("/static/field/store.js").Waiting} file */
  async #upload(file) {
    const { key, order, kind, taken_at, blob, point } = file;
    let received = 0;
    while (received < blob.size) {
      const about = new URLSearchParams({ order, kind, taken_at, size: String(blob.size), offset: String(received) });
      if (point) { about.set("lon", String(point[0])); about.set("lat", String(point[1])); }
      const piece = blob.slice(received, received + PIECE);
      const answer = await ask(`/api/field/attachments/${key}?${about}`, { method: "PUT", headers: { "Content-Type": file.type }, body: piece });
      received = Math.max(answer.received, received + piece.size);
    }
  }
}

/** What acts that wait are filled in with: the files that it names go before them. @returns {Promise<string>} */
async function named() {
  return JSON.stringify((await store.acts()).filter((act) => act.state === "queued").map((act) => act.fields));
}

/** @param {any} result */
function told(result) {
  return { state: result.outcome, code: result.code, words: result.words, theirs: result.theirs };
}
