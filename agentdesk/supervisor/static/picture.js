// What board and wallboard share: the picture from the live stream, ticking durations, rows.
import { filtered } from "./filter.js";
import { listen } from "/static/live.js";

/** @typedef {{zh: string, en: string}} Both */
/** @typedef {{name: string, label: Both, goal: number, level_s: number, ready: number, busy: number, paused: number,
 *   offered: number, answered: number, abandoned: number, other: number, called_back: number, waiting: number, longest_since: string | null,
 *   promised: number, promised_since: string | null, service_level: number | null, abandon_rate: number | null, asa_s: number | null}} Queue */
/** @typedef {{number: string, name: string, state: string, reason: string, over: boolean, since: string | null,
 *   queues: Record<string, number>, branch: string, call: string | null, queue: string | null, customer: string}} Agent */
/** @typedef {{call: string, queue: string | null, since: string, priority?: number, customer: string, class: string,
 *   elderly: boolean, medical: boolean, number: string, emergency: boolean, repeats: number, direction?: string, stage?: string, agent?: string | null}} Caller */
/** @typedef {{id: number, queue: string, since: string, next_at: string, state: string, agent: string | null, attempts: number,
 *   priority: number, customer: string, number: string}} Callback */
/** @typedef {{dnis: string, name: Both, mode: string, until: string | null}} Line */
/** @typedef {{id: number, measure: string, level: string, queue: string | null, agent: string | null, value: number,
 *   since: string, by: string, note: string}} Alert */
/** @typedef {{today: any, queues: Queue[], waiting: Caller[], agents: Agent[], calls: Caller[], callbacks: Callback[], lines: Line[],
 *   alerts: Alert[], sound: {balanced: boolean, ghosts: number, late: boolean}}} Picture */
/** @typedef {{offered: number[], answered: number[], abandoned: number[], expected: number[]}} Curves */
/** @typedef {{start: number, step_s: number, curves: Record<string, Curves>, aht_s: number | null,
 *   handling: Record<string, {calls: number, aht_s: number | null}>, occupancy: number | null}} Day */

const board = /** @type {HTMLElement} */ (document.getElementById("board"));
/** @type {Record<string, string>} */
const texts = JSON.parse(board.dataset.texts ?? "{}");
const skew = Date.parse(board.dataset.now ?? "") - Date.now();
const zone = board.dataset.zone;
export const mayAct = board.dataset.act === "yes";
export const language = document.documentElement.lang === "en" ? "en" : "zh";

/** @param {string} name @param {string} [value] stands for %s */
export function words(name, value = "") {
  return (texts[name] ?? name.replace(/^[a-z]+-/, "")).replace("%s", value);
}

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement} */
export function one(selector, within = document) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = String(Math.floor(whole / 60) % 60).padStart(whole >= 3600 ? 2 : 1, "0");
  const rest = String(whole % 60).padStart(2, "0");
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${minutes}:${rest}` : `${minutes}:${rest}`;
}

/** The time of day where the company is. @param {number} milliseconds @param {boolean} [dated] with the day */
export function timeOfDay(milliseconds, dated = false) {
  const moment = new Date(milliseconds);
  const time = moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  return dated ? `${moment.toLocaleDateString("sv-SE", { timeZone: zone }).slice(5)} ${time}` : time;
}

/** Now, by the server's clock. */
export function present() { return Date.now() + skew; }

/** Seconds since a moment, by the server's clock. @param {string} since */
export function age(since) {
  return (present() - Date.parse(since)) / 1000;
}

/** An element that ticks. @param {HTMLElement} element @param {string | null} since @param {number} [warn] @param {number} [bad] */
export function tick(element, since, warn = Infinity, bad = Infinity) {
  element.dataset.since = since ?? "";
  element.dataset.warn = String(warn);
  element.dataset.bad = String(bad);
  step(element);
}

/** ``12:34``; with hours it is longer. */
const MINUTES_LONG = 5;

/** @param {HTMLElement} element */
function step(element) {
  const { since } = element.dataset;
  const seconds = since ? age(since) : 0;
  const text = since ? duration(seconds) : "–";
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("long", text.length > MINUTES_LONG);
  const owner = element.closest(".tile, .figure") ?? element;
  owner.classList.toggle("bad", Boolean(since) && seconds >= Number(element.dataset.bad));
  owner.classList.toggle("warn", Boolean(since) && seconds >= Number(element.dataset.warn) && seconds < Number(element.dataset.bad));
}

setInterval(() => document.querySelectorAll("[data-since]").forEach((each) => step(/** @type {HTMLElement} */ (each))), 500);

/**
 * Rows that stay themselves while their content changes, so that focus and clicks are not lost.
 * @template T
 * @param {HTMLElement} place @param {T[]} items @param {(item: T) => string} key
 * @param {(item: T) => HTMLElement} make @param {(row: HTMLElement, item: T) => void} update
 */
export function rows(place, items, key, make, update) {
  const known = new Map([...place.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.key, row]));
  items.forEach((item, index) => {
    let row = /** @type {HTMLElement | undefined} */ (known.get(key(item)));
    if (!row) { row = make(item); row.dataset.key = key(item); }
    known.delete(key(item));
    update(row, item);
    if (place.children[index] !== row) place.insertBefore(row, place.children[index] ?? null);
  });
  for (const row of known.values()) row.remove();
}

/** @param {string} tag @param {string} [className] @param {...(Node | string)} children */
export function make(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {number | null | undefined} share */
export function percent(share) {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)}%`;
}

/** When a promised call is late, and when it is very late. @type {[number, number]} */
export const PROMISES_S = [1800, 7200];

/** The large figures. @param {Picture} picture */
export function figures(picture) {
  const { today, queues } = picture;
  const goal = Math.min(...queues.filter((queue) => queue.offered).map((queue) => queue.goal), 1);
  figure("waiting", String(today.waiting), today.waiting ? "warn" : "");
  figure("level", percent(today.service_level), today.service_level === null ? "" : today.service_level < goal - 0.2 ? "bad" : today.service_level < goal ? "warn" : "good");
  figure("asa", today.asa_s === null ? "–" : duration(today.asa_s));
  figure("offered", String(today.offered));
  figure("answered", String(today.answered));
  figure("abandoned", String(today.abandoned));
  const rate = today.abandon_rate;
  figure("rate", percent(rate), rate !== null && rate > 0.1 ? "bad" : rate !== null && rate > 0.05 ? "warn" : "");
  figure("calls", String(picture.calls.length));
  const ready = picture.agents.filter((agent) => agent.state === "ready").length;
  figure("ready", String(ready), !ready && today.waiting ? "bad" : "");
  figure("promised", String(today.promised));
  const oldest = document.querySelector("[data-oldest]");
  if (oldest) tick(/** @type {HTMLElement} */ (oldest), today.promised_since, ...PROMISES_S);
  const longest = document.querySelector('[data-figure="longest"] b');
  if (longest) tick(/** @type {HTMLElement} */ (longest), today.longest_since, 30, 90);
}

/** @param {string} name @param {string} text @param {string} [tone] */
function figure(name, text, tone = "") {
  const place = document.querySelector(`[data-figure="${name}"]`);
  if (!place) return;
  write(/** @type {Element} */ (place.querySelector("b")), text);
  for (const each of ["good", "warn", "bad"]) place.classList.toggle(each, each === tone);
}

/** Whether the figures can be trusted. @param {Picture["sound"]} sound */
function soundness(sound) {
  const light = document.querySelector("[data-sound]");
  if (!light) return;
  const good = sound.balanced && !sound.ghosts && !sound.late;
  light.className = `light ${good ? "good" : sound.late ? "warn" : "bad"}`;
  write(light, words(good ? "sound" : sound.late ? "late" : "unsound"));
}

/** Draw now, and whenever the floor or the day changes.
 * @param {(picture: Picture) => void} draw @param {(day: Day) => void} [drawDay] */
export function follow(draw, drawDay = () => undefined) {
  /** @type {Picture} */ let latest;
  /** @param {Picture} picture */
  const show = (picture) => { latest = picture; figures(filtered(picture)); soundness(picture.sound); draw(picture); };
  follow.again = () => show(latest);
  show(JSON.parse(board.dataset.picture ?? "{}"));
  drawDay(JSON.parse(board.dataset.day ?? "{}"));
  const light = /** @type {HTMLElement | null} */ (document.querySelector("[data-link]")), live = light?.textContent ?? "";
  listen({ "feed.board": show, "feed.day": drawDay }, {
    feeds: ["board", "day"],
    onLink: (up) => {
      if (!light) return;
      light.className = `light ${up ? "good" : "bad"}`;
      light.textContent = up ? live : light.dataset.down ?? "";
      light.title = up ? "" : words("link-down");
    },
  });
}
/** Draw the latest picture once more. */
follow.again = () => {};

/** Wait limits of a queue for colouring: its service level, and three times that. @param {Picture} picture @param {string | null} name @returns {[number, number]} */
export function limits(picture, name) {
  const level = picture.queues.find((queue) => queue.name === name)?.level_s ?? 20;
  return [level, level * 3];
}

/** @param {Picture} picture @param {string | null | undefined} name */
export function queueName(picture, name) {
  return picture.queues.find((queue) => queue.name === name)?.label[language] ?? name ?? "";
}
