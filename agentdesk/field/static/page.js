// The field page: from what the device has, to what is on the screen. The network is only told about it.
import { make, part, when, words } from "/static/field/dom.js";
import { list } from "/static/field/list.js";
import { mine } from "/static/field/me.js";
import { order } from "/static/field/order.js";
import { follow } from "/static/field/position.js";
import * as store from "/static/field/store.js";
import { Sync } from "/static/field/sync.js";
import { waiting } from "/static/field/waiting.js";

const sync = new Sync();
let shownAt = "";

/** @returns {Promise<import("/static/field/list.js").Known>} */
async function known() {
  const [work, acts, files] = await Promise.all([store.kept("work"), store.acts(), store.files()]);
  return { work: work ?? null, acts, files };
}

/** After something was done here: show it, then tell the server. */
async function changed() {
  await draw(true);
  sync.now();
}

/** Draw anew; a form in which somebody types is left alone. @param {boolean} [anyway] */
async function draw(anyway = false) {
  const route = location.hash || "#/", now = await known();
  status(now);
  if (!anyway && route === shownAt && (busy() || part("sheet").open)) return;
  const top = route === shownAt ? scrollY : 0, open = route === shownAt ? unfolded() : null;
  const content = await view(route, now);
  if (route !== (location.hash || "#/")) return;
  part("main").replaceChildren(...content);
  if (open) fold(open);
  const deep = route.startsWith("#/order/");
  part("back").hidden = !deep;
  part("title").textContent = words(route === "#/waiting" ? "waiting" : route === "#/me" ? "me" : "orders");
  for (const tab of document.querySelectorAll(".tabs a")) {
    tab.toggleAttribute("aria-current", tab.getAttribute("href") === (deep ? "#/" : route));
  }
  if (route !== shownAt) part("main").focus({ preventScroll: true });
  shownAt = route;
  scrollTo(0, top);
  document.body.dataset.shown = route;
}

/** @param {string} route @param {import("/static/field/list.js").Known} now @returns {Promise<Node[]>} */
async function view(route, now) {
  if (route === "#/waiting") return waiting(now, changed);
  if (route === "#/me") return mine(now, changed);
  const number = route.startsWith("#/order/") ? route.slice("#/order/".length) : "";
  return number ? order(now, number, changed) : list(now);
}

/** Whether somebody types. */
function busy() {
  const focused = document.activeElement;
  return [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement].some((kind) => focused instanceof kind);
}

/** Which parts were unfolded. @returns {boolean[]} */
function unfolded() {
  return [...part("main").querySelectorAll("details")].map((each) => each.open);
}

/** @param {boolean[]} open */
function fold(open) {
  const all = /** @type {HTMLDetailsElement[]} */ ([...part("main").querySelectorAll("details")]);
  if (all.length === open.length) all.forEach((each, index) => { each.open = open[index]; });
}

/** @param {import("/static/field/list.js").Known} now */
function status({ work, acts, files }) {
  const count = acts.filter((act) => ["queued", "refused"].includes(act.state)).length + files.length
    + (work?.orders ?? []).filter((/** @type {any} */ one) => one.conflicts.length).length;
  const badge = part("count"), state = part("state");
  badge.hidden = !count;
  badge.textContent = String(count);
  const since = work ? words("as-of", when(work.pulled_at)) : "";
  state.className = `state ${sync.link}`;
  state.dataset.link = sync.link;
  state.replaceChildren(make("b", {}, words(`link-${sync.link}`)), make("span", {}, since));
  state.setAttribute("href", sync.link === "out" ? "/sign-in?next=/field" : "#/waiting");
  document.body.dataset.waiting = String(count);
  if (work) follow(work);
}

addEventListener("hashchange", () => draw(true));
sync.addEventListener("change", () => draw());
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/field/worker.js", { scope: "/field" });
navigator.storage?.persist?.();
await draw(true);
await sync.start();
