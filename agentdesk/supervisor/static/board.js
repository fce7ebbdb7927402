// The leader's board.
import { acknowledge, drawAlerts, unseen } from "./alerts.js";
import { Agents } from "./agents.js";
import { drawCallbacks } from "./callbacks.js";
import { Callers } from "./callers.js";
import { Curve } from "./curve.js";
import { filtered, onFilter, shownQueue } from "./filter.js";
import { drawLines } from "./lines.js";
import { Supervision } from "./supervision.js";
import { duration, follow, language, limits, make, mayAct, one, percent, queueName, rows, tick, words, write } from "./picture.js";
import { typing } from "/static/typing.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./picture.js").Day} Day */

const curve = new Curve(one("[data-curve]"));
const supervision = new Supervision(trouble);
const agents = new Agents(supervision, tried);
const callers = new Callers(supervision, tried);
/** @type {Picture} */ let whole;
/** @type {Day} */ let day;

/** @param {string} name */
const place = (name) => one(`[data-rows="${name}"]`);
/** @param {string} [className] */
const cell = (className = "") => make("td", className);

/** @param {unknown} [error] nothing clears it */
function trouble(error) {
  const box = one("[data-trouble]");
  box.hidden = !error;
  box.textContent = error instanceof Error ? error.message : String(error ?? "");
}

/** @param {() => Promise<unknown>} act */
async function tried(act) {
  trouble();
  try { await act(); } catch (error) { trouble(error); }
}

/** @param {Picture} picture */
function drawQueues(picture) {
  rows(place("queues"), picture.queues, (queue) => queue.name,
    () => make("tr", "", cell(), ...Array.from({ length: 12 }, () => cell("right number"))),
    (row, queue) => {
      const cells = /** @type {HTMLElement[]} */ ([...row.children]);
      const aht = day?.handling[queue.name]?.aht_s ?? null;
      const plain = [queue.label[language], queue.waiting, null, queue.ready, queue.busy, queue.offered, queue.answered,
        queue.abandoned, queue.called_back, queue.other, percent(queue.service_level), seconds(queue.asa_s), seconds(aht)];
      plain.forEach((text, index) => { if (text !== null) write(cells[index], String(text)); });
      cells[2].classList.add("since");
      tick(cells[2], queue.longest_since, ...limits(picture, queue.name));
      cells[10].title = `${queue.level_s} s / ${percent(queue.goal)}`;
      cells[10].classList.toggle("bad-text", queue.service_level !== null && queue.service_level < queue.goal);
    });
}

/** @param {number | null} length */
const seconds = (length) => (length === null ? "–" : duration(length));

/** @param {Picture} picture */
function drawCalls(picture) {
  rows(place("calls"), picture.calls, (call) => call.call,
    (call) => {
      const link = /** @type {HTMLAnchorElement} */ (make("a"));
      link.href = `/calls/${call.call}`;
      return make("tr", "", make("td", "name", link), cell(), cell("since"));
    },
    (row, call) => {
      const [who, stage, since] = /** @type {HTMLElement[]} */ ([...row.children]);
      write(one("a", who), `${call.customer || words("unknown")} ${call.number}`);
      const what = call.stage === "waiting" ? queueName(picture, call.queue) : call.stage === "talking" ? call.agent ?? "" : "";
      write(stage, [call.direction === "out" ? words("direction-out") : "", words(`stage-${call.stage}`), what].filter(Boolean).join(" · "));
      tick(since, call.since);
    });
}

/** @param {Picture} picture */
function draw(picture) {
  whole = picture;
  drawAlerts(picture, tried);
  const shown = filtered(picture);
  drawQueues(shown);
  agents.draw(shown);
  callers.draw(shown);
  drawCallbacks(shown);
  drawCalls(shown);
  drawLines(place("lines"), picture, tried);
  write(one('[data-count="calls"]'), shown.calls.length ? String(shown.calls.length) : "");
  for (const name of /** @type {const} */ (["agents", "waiting", "callbacks", "calls"])) one(`[data-none="${name}"]`).hidden = shown[name].length > 0;
  supervision.floorChanged(picture.agents);
}

/** @param {Day} found */
function drawDay(found) {
  day = found;
  const handled = shownQueue() ? day.handling[shownQueue()]?.aht_s ?? null : day.aht_s;
  write(one('[data-figure="aht"] b'), seconds(handled));
  write(one('[data-figure="occupancy"] b'), percent(day.occupancy));
  curve.show(day, shownQueue());
  if (whole) drawQueues(filtered(whole));
}

/** The next or previous row of the list in which the focus is; of the agents, when in none. @param {number} step */
function move(step) {
  const list = document.activeElement?.closest("[data-rows]") ?? place("agents");
  const all = /** @type {HTMLElement[]} */ ([...list.children]);
  const here = all.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  all[Math.min(Math.max(here + step, 0), all.length - 1)]?.focus();
}

/** @type {Record<string, () => void>} */
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  e: () => supervision.stop(),
  g: () => /** @type {HTMLElement | null} */ (place("waiting").firstElementChild)?.focus(),
  q: () => one('[data-filter="queue"]').focus(),
  a: () => { const alert = unseen(whole); if (alert && mayAct) void tried(() => acknowledge(alert.id, whole)); },
};

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "enter" && document.activeElement?.matches("button, a, select")) return;
  if (!agents.press(key) && !callers.press(key)) {
    if (!(key in KEYS)) return;
    KEYS[key]();
  }
  event.preventDefault();
});
one("[data-stop]").addEventListener("click", () => supervision.stop());
onFilter(() => { follow.again(); drawDay(day); });
follow(draw, drawDay);
