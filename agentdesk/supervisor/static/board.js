// The leader's board.
import { typing } from "/static/typing.js";
import { ask } from "/static/live.js";
import { Curve } from "./curve.js";
import { follow, language, limits, make, mayAct, one, percent, queueName, rows, tick, words, write, duration } from "./picture.js";
import { Supervision } from "./supervision.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./picture.js").Agent} Agent */
/** @typedef {import("./picture.js").Caller} Caller */

const TONES = /** @type {Record<string, string>} */ ({ ready: "good", talking: "live", ringing: "warn", wrapup: "warn", paused: "", closed: "" });
const LONG = /** @type {Record<string, [number, number]>} */ ({ wrapup: [60, 180], paused: [1200, 2700], talking: [600, 1800] });
const curve = new Curve(one("[data-curve]"));
const supervision = new Supervision(trouble);

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
    () => make("tr", "", cell(), ...Array.from({ length: 10 }, () => cell("right number"))),
    (row, queue) => {
      const cells = /** @type {HTMLElement[]} */ ([...row.children]);
      const plain = [queue.label[language], queue.waiting, null, queue.ready, queue.busy, queue.offered, queue.answered,
        queue.abandoned, queue.other, percent(queue.service_level), queue.asa_s === null ? "–" : duration(queue.asa_s)];
      plain.forEach((text, index) => { if (text !== null) write(cells[index], String(text)); });
      cells[2].classList.add("since");
      tick(cells[2], queue.longest_since, ...limits(picture, queue.name));
      cells[9].title = `${queue.level_s} s / ${percent(queue.goal)}`;
      cells[9].classList.toggle("bad-text", queue.service_level !== null && queue.service_level < queue.goal);
    });
}

/** @param {Picture} picture */
function drawAgents(picture) {
  const order = ["talking", "held", "reserved", "ringing", "ready", "wrapup", "paused", "closed"];
  const agents = [...picture.agents].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.number.localeCompare(b.number));
  rows(place("agents"), agents, (agent) => agent.number, makeAgent, (row, agent) => {
    row.className = agent.state;
    row.dataset.state = agent.state;
    write(one(".who", row), `${agent.number} ${agent.name}`);
    const tag = one(".tag", row);
    tag.className = `tag ${TONES[agent.state] ?? ""}`;
    const reason = agent.state === "paused" && agent.reason ? ` · ${words(`pause-${agent.reason}`)}${agent.over ? ` · ${words("pause-over")}` : ""}` : "";
    write(tag, words(`state-${agent.state}`) + reason);
    tick(one(".since", row), agent.state === "closed" ? null : agent.since, ...(LONG[agent.state] ?? [Infinity, Infinity]));
    write(one(".with", row), agent.call ? `${agent.customer || words("unknown")} · ${queueName(picture, agent.queue)}` : "");
    showActs(row, agent);
  });
  const counts = order.map((state) => [state, agents.filter((agent) => agent.state === state).length]).filter(([, count]) => count);
  write(one("[data-states]"), counts.map(([state, count]) => `${words(`state-${state}`)} ${count}`).join(" · "));
}

const ACTS = /** @type {const} */ ([
  ["listen", "L"], ["whisper", "W"], ["barge", "B"], ["pause", "P"], ["ready", "R"], ["sign-out", ""],
]);

/** @param {Agent} agent */
function makeAgent(agent) {
  const acts = cell("acts");
  if (mayAct) for (const [act, key] of ACTS) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "", words(`act-${act}`)));
    button.type = "button";
    button.dataset.act = act;
    button.title = key;
    button.addEventListener("click", () => perform(agent.number, act));
    acts.append(button, " ");
  }
  const row = make("tr", "", cell("who name"), make("td", "", make("span", "tag")), cell("since"), cell("with name"), acts);
  row.tabIndex = -1;
  return row;
}

/** @param {HTMLElement} row @param {Agent} agent */
function showActs(row, agent) {
  const talking = agent.state === "talking" && supervision.possible;
  const shown = {
    listen: talking, whisper: talking, barge: talking,
    pause: agent.state === "ready", ready: ["paused", "wrapup"].includes(agent.state) && agent.reason !== "signed-in",
    "sign-out": agent.state !== "closed" && agent.state !== "talking",
  };
  row.querySelectorAll("[data-act]").forEach((button) => {
    const act = /** @type {keyof typeof shown} */ (button.getAttribute("data-act"));
    button.toggleAttribute("hidden", !shown[act]);
  });
}

/** @param {string} number @param {string} act */
function perform(number, act) {
  const row = /** @type {HTMLElement} */ (document.querySelector(`[data-rows="agents"] [data-key="${number}"]`));
  const name = one(".who", row).textContent ?? number;
  if (one(`[data-act="${act}"]`, row)?.hidden ?? true) return;
  if (act === "sign-out" && !confirm(words("sign-out?", name))) return;
  void tried(() => (["listen", "whisper", "barge"].includes(act)
    ? supervision.join(number, name, act)
    : ask(`/board/agents/${number}/state`, { wish: act })));
}

/** @param {Picture} picture */
function drawWaiting(picture) {
  rows(place("waiting"), picture.waiting, (caller) => caller.call,
    () => make("tr", "", cell("name"), cell(), cell("since")),
    (row, caller) => {
      const [who, queue, since] = /** @type {HTMLElement[]} */ ([...row.children]);
      nameOf(who, caller);
      write(queue, queueName(picture, caller.queue));
      tick(since, caller.since, ...limits(picture, caller.queue));
    });
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
function drawLines(picture) {
  rows(place("lines"), picture.lines, (line) => line.dnis,
    (line) => make("tr", "lines", cell(), make("td", "right", mayAct ? modes(line.dnis) : make("span", "tag"))),
    (row, line) => {
      write(/** @type {Element} */ (row.firstElementChild), `${line.dnis} ${line.name[language]}`);
      const select = /** @type {HTMLSelectElement | null} */ (row.querySelector("select"));
      if (select && select !== document.activeElement) select.value = line.mode;
      const tag = row.querySelector(".tag");
      if (tag) { write(tag, words(`mode-${line.mode}`)); tag.className = `tag ${line.mode === "auto" ? "" : "warn"}`; }
    });
}

/** @param {string} dnis */
function modes(dnis) {
  const select = /** @type {HTMLSelectElement} */ (make("select"));
  select.setAttribute("aria-label", dnis);
  for (const mode of ["auto", "night", "emergency"]) select.append(new Option(words(`mode-${mode}`), mode));
  let before = "auto";
  select.addEventListener("focus", () => { before = select.value; });
  select.addEventListener("change", () => {
    const mode = select.value;
    if (mode !== "auto" && !confirm(words(`${mode}?`, dnis))) { select.value = before; return; }
    before = mode;
    void tried(() => ask(`/board/lines/${dnis}`, { mode })).then(() => select.blur());
  });
  return select;
}

/** @param {Picture} picture */
function draw(picture) {
  drawQueues(picture);
  drawAgents(picture);
  drawWaiting(picture);
  drawCalls(picture);
  drawLines(picture);
  curve.show(picture.curve);
  write(one('[data-count="calls"]'), picture.calls.length ? String(picture.calls.length) : "");
  for (const name of /** @type {const} */ (["agents", "waiting", "calls"])) one(`[data-none="${name}"]`).hidden = picture[name].length > 0;
  supervision.floorChanged(picture.agents);
}

/** @param {number} step */
function move(step) {
  const all = /** @type {HTMLElement[]} */ ([...place("agents").children]);
  const here = all.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  all[Math.min(Math.max(here + step, 0), all.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = /** @type {HTMLElement | null} */ (document.activeElement?.closest('[data-rows="agents"] tr') ?? null);
  const key = event.key.toLowerCase();
  const act = ACTS.find(([, letter]) => letter.toLowerCase() === key && letter)?.[0];
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "e") supervision.stop();
  else if (act && row && mayAct) perform(row.dataset.key ?? "", act);
  else return;
  event.preventDefault();
});
one("[data-stop]").addEventListener("click", () => supervision.stop());
follow(draw);
