// What the device keeps: the orders, what was done with them, files that wait, points of a track.
// Everything that must not be lost is written here before anything is shown as done.
import { me } from "/static/field/dom.js";

/** @typedef {{step: string, owner: string, paused: boolean}} Seen */
/** @typedef {{cause?: string, result?: string, checks?: string[], measures?: Record<string, number>, materials?: Record<string, number>}} Report */
/** @typedef {{seq: number, key: string, order: string, kind: string, action: string, note: string, report: Report,
 *   fields: Record<string, any>, based_on: Seen, at: string, state: string, code?: string, words?: Record<string, string>, theirs?: any}} Act */
/** @typedef {{key: string, order: string, kind: string, type: string, blob: Blob, taken_at: string,
 *   point: [number, number] | null, refused?: string}} Waiting */

const NAME = `mainline-field:${me}`;
/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept");
      asked.result.createObjectStore("acts", { keyPath: "seq" });
      asked.result.createObjectStore("files", { keyPath: "key" });
      asked.result.createObjectStore("fixes", { keyPath: "at" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/**
 * Do something in one transaction: whole or not at all, and on the disk before it answers.
 * @template T @param {string[]} stores @param {IDBTransactionMode} mode
 * @param {(stores: Record<string, IDBObjectStore>) => Promise<T> | T} work @returns {Promise<T>}
 */
async function within(stores, mode, work) {
  const transaction = (await database()).transaction(stores, mode, { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error);
  });
  const found = await work(Object.fromEntries(stores.map((name) => [name, transaction.objectStore(name)])));
  await done;
  return found;
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {string} name @returns {Promise<any>} */
export function kept(name) {
  return within(["kept"], "readonly", ({ kept: store }) => answer(store.get(name)));
}

/** @param {string} name @param {unknown} value */
export function keep(name, value) {
  return within(["kept"], "readwrite", async ({ kept: store }) => {
    if (value === null) store.delete(name); else store.put(value, name);
  });
}

/** Change what is typed for an order and not told yet, whoever else changes it. @param {string} number @param {(draft: any) => any} change */
export function typed(number, change) {
  return within(["kept"], "readwrite", async ({ kept: store }) => {
    store.put(change(await answer(store.get(`draft:${number}`))), `draft:${number}`);
  });
}

/** Who this device is: made once. @returns {Promise<string>} */
export function device() {
  return within(["kept"], "readwrite", async ({ kept: store }) => {
    const known = await answer(store.get("device"));
    if (known) return known;
    const made = crypto.randomUUID();
    store.put(made, "device");
    return made;
  });
}

/** One more act, with the next number. What was typed goes when the act tells it. @param {Omit<Act, "seq" | "key" | "state">} act @param {object | null} [draft] what stays typed; undefined: all of it */
export function add(act, draft) {
  return within(["kept", "acts"], "readwrite", async ({ kept: store, acts }) => {
    const seq = (Number(await answer(store.get("seq"))) || 0) + 1;
    store.put(seq, "seq");
    acts.put({ ...act, seq, key: crypto.randomUUID(), state: "queued" });
    if (draft) store.put(draft, `draft:${act.order}`);
    else if (draft === null) store.delete(`draft:${act.order}`);
  });
}

/** All acts that are not over, in their order. @returns {Promise<Act[]>} */
export function acts() {
  return within(["acts"], "readonly", ({ acts: store }) => answer(store.getAll()));
}

/** What the server said about some. @param {Act[]} changed */
export function update(changed) {
  return within(["acts"], "readwrite", async ({ acts: store }) => { changed.forEach((act) => store.put(act)); });
}

/** @param {number} seq */
export function drop(seq) {
  return within(["acts"], "readwrite", async ({ acts: store }) => { store.delete(seq); });
}

/** The orders as the server tells them now: what was done before is in them. @param {any} work @param {number[]} over */
export function replace(work, over) {
  return within(["kept", "acts"], "readwrite", async ({ kept: store, acts: queue }) => {
    store.put(work, "work");
    over.forEach((seq) => queue.delete(seq));
  });
}

/** The server knows nothing of this device any more: it begins anew, with what has not been sent. @param {Act[]} queue */
export function renumber(queue) {
  return within(["kept", "acts"], "readwrite", async ({ kept: store, acts: all }) => {
    queue.forEach((act) => all.delete(act.seq));
    queue.forEach((act, index) => all.put({ ...act, seq: index + 1 }));
    store.put(crypto.randomUUID(), "device");
    store.put(queue.length, "seq");
  });
}

/** @returns {Promise<Waiting[]>} */
export function files() {
  return within(["files"], "readonly", ({ files: store }) => answer(store.getAll()));
}

/** @param {Waiting} file */
export function addFile(file) {
  return within(["files"], "readwrite", async ({ files: store }) => { store.put(file); });
}

/** @param {string} key */
export function dropFile(key) {
  return within(["files"], "readwrite", async ({ files: store }) => { store.delete(key); });
}

/** @returns {Promise<any[]>} */
export function fixes() {
  return within(["fixes"], "readonly", ({ fixes: store }) => answer(store.getAll(null, 500)));
}

/** @param {any} fix */
export function addFix(fix) {
  return within(["fixes"], "readwrite", async ({ fixes: store }) => { store.put(fix); });
}

/** @param {string[]} moments */
export function dropFixes(moments) {
  return within(["fixes"], "readwrite", async ({ fixes: store }) => { moments.forEach((at) => store.delete(at)); });
}

/** Forget everything on this device. */
export async function forget() {
  (await database()).close();
  opened = null;
  indexedDB.deleteDatabase(NAME);
}
