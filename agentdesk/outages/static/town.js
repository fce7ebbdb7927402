// The leader's map: areas, what is suspected, what is out; pushed live.
import { listen } from "/static/live.js";
import { drawn, drawTown, language } from "./map.js";

/** @typedef {import("./map.js").Town} Town */
/** @typedef {import("./map.js").Outage} Outage */

const page = /** @type {HTMLElement} */ (document.getElementById("town"));
/** @type {Record<string, string>} */
const texts = JSON.parse(page.dataset.texts ?? "{}");
const mayAct = page.dataset.act === "yes";

/** @param {string} name @param {string | number} [value] */
const words = (name, value = "") => (texts[name] ?? name).replace("%s", String(value));
/** @param {string} selector @returns {HTMLElement} */
const one = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** @param {string} tag @param {string} [className] @param {...(Node | string)} children */
function make(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** @param {string} moment */
function time(moment) {
  const zone = page.dataset.zone;
  const at = new Date(moment), today = new Date(page.dataset.now ?? "");
  const day = (/** @type {Date} */ date) => date.toLocaleDateString("en-CA", { timeZone: zone });
  const hour = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  return day(at) === day(today) ? hour : `${day(at).slice(5)} ${hour}`;
}

/** Replace only what is new, so that focus stays. @param {HTMLElement} place @param {unknown} data @param {() => Node[]} draw */
function redraw(place, data, draw) {
  const mark = JSON.stringify(data);
  if (place.dataset.shown === mark) return;
  place.dataset.shown = mark;
  place.replaceChildren(...draw());
}

/** @param {Town} town */
function drawAreas(town) {
  one('[data-none="areas"]').hidden = town.areas.length > 0;
  one('[data-none="map"]').hidden = drawn(town).length > 0;
  one("[data-map]").toggleAttribute("hidden", !drawn(town).length);
  redraw(one('[data-rows="areas"]'), town.areas, () => town.areas.map((area) => {
    const tones = /** @type {Record<string, string>} */ ({ outage: "bad", suspected: "warn", planned: "live" });
    const state = make("span", `tag ${tones[area.state] ?? ""}`, words(`state-${area.state}`));
    return make("tr", area.kind,
      make("td", "", area.name[language]), make("td", "", state), make("td", "right number", String(area.callers || "")),
      make("td", "right number", String(area.waiting || "")), make("td", "right number", String(area.premises)));
  }));
}

/** @param {Town} town */
function drawSuspected(town) {
  one('[data-none="suspected"]').hidden = town.suspected.length > 0;
  redraw(one('[data-list="suspected"]'), town.suspected, () => town.suspected.map((found) => {
    const link = /** @type {HTMLAnchorElement} */ (make("a", "button primary", words("decide")));
    link.href = `/outages/suspected/${found.id}`;
    link.setAttribute("aria-label", `${words("decide")}: ${found.area[language]} ${found.label[language]}`);
    return make("li", "notice warn spread", make("div", "", make("b", "", `${found.area[language]} · ${found.label[language]}`),
      make("div", "small", `${words("callers", found.callers)} · ${words("since", time(found.first_at))}`)), link);
  }));
}

/** @param {Outage} outage */
function times(outage) {
  const end = outage.expected_end_at ? ` · ${words("until", time(outage.expected_end_at))}` : "";
  return words(outage.running ? "since" : "from", time(outage.began_at)) + end;
}

/** @param {Town} town */
function drawOutages(town) {
  one('[data-none="outages"]').hidden = town.outages.length > 0;
  redraw(one('[data-list="outages"]'), town.outages, () => town.outages.map((outage) => {
    const tone = outage.kind === "fault" ? "bad" : "live";
    const told = make("div", "", make("span", `tag ${tone}`, words(outage.kind)), " ", make("b", "", outage.place[language]),
      make("div", "small", outage.text[language]), make("div", "small quiet", times(outage)));
    if (outage.order) told.append(order(outage.order));
    if (outage.asked) told.append(make("div", "small", words("asked", outage.asked)));
    return make("li", "spread", told, ...(mayAct && outage.running ? [end(outage)] : []));
  }));
}

/** @param {string} number */
function order(number) {
  const link = /** @type {HTMLAnchorElement} */ (make("a", "number", words("order", number)));
  link.href = `/work-orders/${number}`;
  return make("div", "small", link);
}

/** @param {Outage} outage */
function end(outage) {
  const form = /** @type {HTMLFormElement} */ (make("form", "", make("button", "good", words("end"))));
  form.method = "post";
  form.action = `/outages/${outage.id}/end`;
  form.addEventListener("submit", (event) => {
    if (!confirm(words("end?", outage.place[language]))) event.preventDefault();
  });
  return form;
}

/** @param {Town} town */
function show(town) {
  drawTown(one("[data-map]"), town);
  drawAreas(town);
  drawSuspected(town);
  drawOutages(town);
}

show(JSON.parse(page.dataset.picture ?? "{}"));
const light = one("[data-link]"), live = light.textContent ?? "";
listen({ "feed.outages": show }, {
  feeds: ["outages"],
  onLink: (up) => {
    light.className = `light ${up ? "good" : "bad"}`;
    light.textContent = up ? live : light.dataset.down ?? "";
    light.title = up ? "" : words("link-down");
  },
});
