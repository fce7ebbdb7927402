// The wallboard: the same picture, larger.
import { told } from "./telling.js";
import { filtered, onFilter } from "./filter.js";
import { follow, language, limits, make, one, percent, present, rows, tick, timeOfDay, words, write } from "./picture.js";

/** @typedef {import("./picture.js").Picture} Picture */

/** @param {Picture} picture */
function drawQueues(picture) {
  rows(one('[data-rows="wall-queues"]'), picture.queues, (queue) => queue.name,
    () => make("tr", "", ...Array.from({ length: 5 }, () => make("td"))),
    (row, queue) => {
      const cells = /** @type {HTMLElement[]} */ ([...row.children]);
      [queue.label[language], queue.waiting, null, queue.ready, percent(queue.service_level)].forEach((text, index) => {
        if (text !== null) write(cells[index], String(text));
      });
      tick(cells[2], queue.longest_since, ...limits(picture, queue.name));
      cells[1].classList.toggle("warn", queue.waiting > 0);
      cells[3].classList.toggle("bad", queue.waiting > 0 && queue.ready === 0);
      cells[4].classList.toggle("bad", queue.service_level !== null && queue.service_level < queue.goal);
    });
}

/** Those of whom a leader wants to know stand first; should there be no room, the free ones are left out. */
const ORDER = ["ringing", "reserved", "held", "talking", "wrapup", "paused", "ready"];
/** How small things may get until all of them fit. */
const DENSITIES = 6;

/** @param {Picture} picture */
function drawPeople(picture) {
  const here = picture.agents.filter((agent) => agent.state !== "closed")
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.number.localeCompare(b.number));
  const states = ORDER.filter((state) => here.some((agent) => agent.state === state));
  rows(one('[data-rows="states"]'), states, (state) => state,
    (state) => make("li", state, make("b"), make("span", "", words(`state-${state}`))),
    (row, state) => write(one("b", row), String(here.filter((agent) => agent.state === state).length)));
  one('[data-none="people"]').hidden = here.length > 0;
  rows(one('[data-rows="people"]'), here, (agent) => agent.number,
    () => make("div", "", make("b"), make("div", "", make("span", "state"), make("span", "for"))),
    (row, agent) => {
      row.className = `person ${agent.state}${agent.over ? " over" : ""}`;
      write(one("b", row), agent.name);
      write(one(".state", row), words(`state-${agent.state}`));
      tick(one(".for", row), agent.since);
    });
}

/** As large as all of it can be shown. @param {HTMLElement} place */
function fit(place) {
  for (let density = 0; density < DENSITIES; density += 1) {
    place.dataset.density = String(density);
    if (place.scrollHeight <= place.clientHeight) return;
  }
}

/** Rows came or went, or the room for them changed. */
function fitAll() {
  for (const place of document.querySelectorAll(".people, .left")) fit(/** @type {HTMLElement} */ (place));
}
addEventListener("resize", fitAll);

const clock = () => write(one("[data-clock]"), timeOfDay(present()));
clock();
setInterval(clock, 1000);
onFilter(() => follow.again());

/** What nobody may miss; a tone when something new turns up, once it was switched on. @param {Picture} picture */
function drawAlerts(picture) {
  const open = picture.alerts.filter((alert) => !alert.by);
  rows(one('[data-rows="wall-alerts"]'), open.slice(0, 3), (alert) => String(alert.id),
    () => make("li", ""),
    (row, alert) => { row.className = `alert ${alert.level}`; write(row, told(picture, alert)); });
  const marks = open.map((alert) => `${alert.id} ${alert.level}`);
  if (heard && marks.some((mark) => !heard?.has(mark))) ring();
  heard = new Set(marks);
}

/** @type {Set<string> | null} */
let heard = null;
/** @type {AudioContext | null} */
let audio = null;
const RING_S = 0.6;

function ring() {
  if (!audio) return;
  const tone = new OscillatorNode(audio, { frequency: 660 });
  const volume = new GainNode(audio, { gain: 0.2 });
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + RING_S);
  document.body.dataset.rung = String(Number(document.body.dataset.rung ?? 0) + 1);
}

const sound = /** @type {HTMLButtonElement} */ (one("[data-ring]"));
sound.addEventListener("click", () => {
  const on = sound.getAttribute("aria-pressed") !== "true";
  sound.setAttribute("aria-pressed", String(on));
  audio = on ? new AudioContext() : null;
  if (on) ring();
});

follow((picture) => { const shown = filtered(picture); drawQueues(shown); drawAlerts(picture); drawPeople(shown); fitAll(); });
