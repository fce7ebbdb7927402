// The dispatcher's board: orders with clocks, people, the map. Sent by drag or by keyboard, reasons shown.
import { make, one } from "/static/elements.js";
import { ask, listen, Refusal } from "/static/live.js";
import { typing } from "/static/typing.js";
import { drawMap } from "./map.js";
import { both, span, words } from "./words.js";

/** @typedef {import("./map.js").Board} Board */
/** @typedef {import("./map.js").Order} Order */
/** @typedef {import("./map.js").Person} Person */

const map = /** @type {Element} */ (document.querySelector("[data-map]"));
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("proposals"));
/** @type {Board | null} */
let shown = null;
/** @type {[number, number][]} */
let track = [];

/** @param {Board} board */
function draw(board) {
  shown = board;
  for (const column of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-column]"))) {
    const mine = board.orders.filter((order) => order.column === column.dataset.column);
    fill(one("[data-orders]", column), mine, order);
    one("[data-count]", column).textContent = String(mine.length || "");
    one("[data-none]", column).hidden = mine.length > 0;
    told(one("[data-late]", column), column.dataset.column === "unassigned" ? mine.filter((each) => each.late).length : 0);
  }
  fill(one("[data-people]"), board.people, person);
  fill(one("[data-spots]"), board.hot_spots, (spot) => make("li", {}, make("b", {}, both(spot.type)), " ", words("spot", spot.numbers.length)));
  one("[data-nobody]").hidden = board.people.length > 0;
  one("[data-no-map]").hidden = board.areas.length > 0;
  map.toggleAttribute("hidden", !board.areas.length);
  one("[data-no-spots]").hidden = board.hot_spots.length > 0;
  drawMap(map, board, track);
}

/** How many of them are late, when there are any. @param {HTMLElement} tag @param {number} late */
function told(tag, late) {
  tag.hidden = !late;
  tag.textContent = late ? words("late-orders", late) : "";
}

/** Anew, with the focus where it was. @template T @param {HTMLElement} place @param {T[]} rows @param {(row: T) => HTMLElement} row */
function fill(place, rows, row) {
  const mark = JSON.stringify([rows, Math.floor(Date.now() / 60_000)]);
  if (place.dataset.shown === mark) return;
  place.dataset.shown = mark;
  const focused = place.contains(document.activeElement) ? document.activeElement?.getAttribute("data-number") : null;
  place.replaceChildren(...rows.map(row));
  if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-number="${focused}"]`))?.focus();
}

/** @param {Order} order */
function order(order) {
  const minutes = (Date.parse(order.due_at) - Date.now()) / 60_000;
  const time = order.paused ? words("paused") : minutes < 0 ? words("late", span(-minutes)) : words("left", span(minutes));
  const tone = order.paused ? "" : order.late ? "bad" : order.warns ? "warn" : "good";
  const button = make("button", {
    class: `order ${order.urgency}`, draggable: "true", "data-number": order.number, "data-owner": order.owner,
    click: () => propose(order.number),
  }, make("span", { class: "spread" }, make("b", {}, both(order.type)), make("span", { class: `tag ${tone}` }, time)),
  make("span", {}, both(order.address) || order.summary),
  make("span", { class: "quiet small" }, `${words(order.urgency)} · ${both(order.step)} · ${both(order.owner_name)} `, make("span", { class: "number" }, order.number)),
  ...(order.disputed ? [make("span", { class: "tag bad" }, words("disputed"))] : []));
  button.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", order.number));
  return make("li", {}, button);
}

/** @param {Person} person */
function person(person) {
  const told = [
    person.age_min === null ? words("unseen") : words("seen", person.age_min),
    words("orders", person.orders), ...(person.late ? [words("late-orders", person.late)] : []),
  ];
  const place = make("li", { class: person.on_shift ? "" : "away", "data-login": person.login },
    make("div", {}, make("b", {}, person.name), " ", make("span", { class: `tag ${person.on_shift ? "good" : ""}` }, words(person.on_shift ? "on-shift" : "off-shift")),
      make("div", { class: "quiet small" }, told.join(" · "))),
    make("button", { class: "small", click: () => follow(person) }, words("track")));
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    const number = event.dataTransfer?.getData("text/plain");
    const found = shown?.orders.find((each) => each.number === number);
    if (found) send(found.number, found.owner, person.login, person.name);
  });
  return place;
}

/** @param {Person} person */
async function follow(person) {
  const found = await tried(() => ask(`/api/dispatch/people/${encodeURIComponent(person.login)}/track`));
  track = (found?.items ?? []).map((/** @type {any} */ point) => point.drawn).filter(Boolean);
  if (found && !track.length) say(words("no-track"));
  if (shown) drawMap(map, shown, track);
}

/** @param {string} number */
async function propose(number) {
  const found = await tried(() => ask(`/api/dispatch/orders/${number}/proposals`));
  if (!found) return;
  const title = shown?.orders.find((each) => each.number === number);
  document.getElementById("proposals-title")?.replaceChildren(`${words("choose")} ${title ? both(title.type) : ""} ${number}`);
  one("[data-proposals]", dialog).replaceChildren(...found.items.slice(0, 9).map((/** @type {any} */ each, /** @type {number} */ index) => proposal(number, found.owner, each, index + 1)));
  if (!dialog.open) dialog.showModal();
  /** @type {HTMLElement | null} */ (dialog.querySelector("[data-send]"))?.focus();
}

/** @param {string} number @param {string} owner @param {any} each @param {number} key */
function proposal(number, owner, each, key) {
  const reasons = each.reasons.map((/** @type {any} */ reason) => make("li", { class: reason.points < 0 ? "against" : "" },
    words(`reason-${reason.code}`, reason.value), ...(reason.points ? [make("span", { class: "number" }, ` ${Math.round(reason.points * 10) / 10}`)] : [])));
  return make("li", { class: each.fits ? "" : "away" },
    make("button", { "data-send": each.login, "data-key": String(key), disabled: !each.fits, click: () => send(number, owner, each.login, each.name) },
      `${words("send")} `, make("kbd", {}, String(key))),
    make("div", {}, make("b", {}, each.name), " ", make("span", { class: "tag number" }, each.fits ? words("score", each.score) : words("unfit")), make("ul", { class: "reasons" }, ...reasons)));
}

/** @param {string} number @param {string} owner @param {string} to @param {string} name */
async function send(number, owner, to, name) {
  const done = await tried(() => ask(`/api/dispatch/orders/${number}/assign`, { to, owner }));
  dialog.close();
  if (done) say(words("sent", name), "good");
  await refresh();
}

async function refresh() {
  const board = await tried(() => ask("/api/dispatch/board"));
  if (!board) return;
  draw(board);
  const said = one("#said");
  if (said.textContent === words("link-down")) said.hidden = true;
}

/** @template T @param {() => Promise<T>} work @returns {Promise<T | null>} */
async function tried(work) {
  try {
    return await work();
  } catch (error) {
    say(error instanceof Refusal ? error.message : words("link-down"), "bad");
    return null;
  }
}

/** @param {string} text @param {string} [kind] */
function say(text, kind = "") {
  const said = /** @type {HTMLElement} */ (document.getElementById("said"));
  said.textContent = text;
  said.className = `notice ${kind}`;
  said.hidden = false;
}

const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] });

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || typing(event)) return;
  if (dialog.open && /^[1-9]$/.test(event.key)) {
    /** @type {HTMLElement | null} */ (dialog.querySelector(`[data-key="${event.key}"]`))?.click();
  } else if (!dialog.open && event.key in ARROWS) {
    if (move(...ARROWS[event.key])) event.preventDefault();
  }
});

/** From order to order, and from column to column. @param {number} right @param {number} down */
function move(right, down) {
  const columns = [...document.querySelectorAll("[data-column]")].map((column) => /** @type {HTMLElement[]} */ ([...column.querySelectorAll("[data-number]")]));
  const x = columns.findIndex((each) => each.includes(/** @type {HTMLElement} */ (document.activeElement)));
  if (x < 0) {
    const first = columns.flat()[0];
    first?.focus();
    return Boolean(first);
  }
  const y = columns[x].indexOf(/** @type {HTMLElement} */ (document.activeElement));
  let to = x + right;
  while (right && columns[to] && !columns[to].length) to += right;
  const target = right ? columns[to]?.[Math.min(y, columns[to].length - 1)] : columns[x][y + down];
  target?.focus();
  return Boolean(target);
}

const light = one("[data-link]");
listen({ "feed.dispatch": draw, hello: refresh }, {
  feeds: ["dispatch"],
  onLink: (up) => { light.className = `light ${up ? "good" : "bad"}`; light.textContent = words(up ? "live" : "link-down"); },
});
setInterval(refresh, 30_000);
await refresh();
document.body.dataset.started = "true";
