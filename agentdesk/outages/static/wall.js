// The town on the wallboard: shown while anything is suspected or out.
import { ask, listen } from "/static/live.js";
import { drawTown, language } from "./map.js";

/** @typedef {import("./map.js").Town} Town */

const place = document.querySelector("[data-town]");

/** @param {Element} within @param {Record<string, string>} texts @param {Town} town */
function show(within, texts, town) {
  const running = town.outages.filter((outage) => outage.running);
  within.toggleAttribute("hidden", !running.length && !town.suspected.length);
  drawTown(/** @type {Element} */ (within.querySelector("[data-map]")), town);
  const said = [
    ...town.suspected.map((one) => [`? ${one.area[language]} ${one.label[language]}`, (texts.callers ?? "%s").replace("%s", String(one.callers)), "warn"]),
    ...running.map((one) => [`${one.kind === "fault" ? "!" : "◷"} ${one.place[language]}`, texts[one.kind] ?? "", one.kind === "fault" ? "bad" : ""]),
  ];
  const list = /** @type {Element} */ (within.querySelector("ul"));
  list.replaceChildren(...said.map(([name, what, tone]) => {
    const row = document.createElement("li"), more = document.createElement("span");
    row.className = tone;
    more.textContent = what;
    row.append(name, " ", more);
    return row;
  }));
}

if (place) {
  const { texts, ...town } = await ask("/outages/picture");
  show(place, texts, town);
  listen({ "feed.outages": (/** @type {Town} */ next) => show(place, texts, next) }, { feeds: ["outages"] });
}
