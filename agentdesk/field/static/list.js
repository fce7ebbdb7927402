// The list: what is mine first, the most urgent on top; then what the team has to give.
import { both, make, span, when, words } from "/static/field/dom.js";
import { left, predicted, stepOf } from "/static/field/model.js";

/** @typedef {{work: any, acts: import("/static/field/store.js").Act[], files: import("/static/field/store.js").Waiting[]}} Known */

/** @param {Known} known @returns {Node[]} */
export function list({ work, acts }) {
  if (!work) return [make("p", { class: "empty" }, words("never"))];
  if (!work.orders.length) return [make("p", { class: "empty" }, words("none"))];
  const seen = new Map(work.orders.map((/** @type {any} */ order) => [order.number, predicted(order, work, acts)]));
  const own = work.orders.filter((/** @type {any} */ order) => order.mine || seen.get(order.number).owner === work.me);
  const others = work.orders.filter((/** @type {any} */ order) => !own.includes(order));
  return [["mine", own], ["pool", others]].filter(([, orders]) => orders.length).flatMap(([name, orders]) => [
    make("h2", {}, words(name)),
    make("ul", { class: "cards" }, ...orders.map((/** @type {any} */ order) => make("li", {}, card(order, work, acts, seen.get(order.number))))),
  ]);
}

/** @param {any} order @param {any} work @param {any[]} acts @param {any} seen */
function card(order, work, acts, seen) {
  const unsent = acts.some((act) => act.order === order.number && act.state === "queued");
  const marks = [
    make("span", { class: `urgency ${order.urgency}` }, words(order.urgency)),
    make("span", { class: "step" }, both(stepOf(work, order, seen)?.label)),
    ...(unsent ? [make("span", { class: "mark" }, `↑ ${words("unsent")}`)] : []),
    ...(order.conflicts.length ? [make("span", { class: "mark bad" }, `! ${words(order.conflicts[0].code ? "incomplete" : "conflict")}`)] : []),
  ];
  return make("a", { href: `#/order/${order.number}`, class: `card ${order.urgency}` },
    make("span", { class: "row" }, ...marks),
    make("b", {}, both(order.name)),
    make("span", {}, order.address ? both(order.address) : order.summary),
    make("span", { class: "row quiet" }, clock(order, seen.paused), order.customer));
}

/** How much time there is. @param {any} order @param {boolean} paused */
export function clock(order, paused) {
  if (paused) return make("span", { class: "time" }, words("paused"));
  const minutes = left(order, Date.now());
  const until = order.visit ? words("visit", `${when(order.visit[0])}–${when(order.visit[1]).slice(-5)}`) : words("due", when(order.responded_at ? order.due_complete_at : order.due_respond_at));
  const rest = minutes < 0 ? words("late", span(-minutes)) : words("left", span(minutes));
  return make("span", { class: minutes < 0 ? "time bad" : minutes < 30 ? "time warn" : "time" }, `${until} · ${rest}`);
}
