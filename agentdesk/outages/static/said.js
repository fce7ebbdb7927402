// What is suspected and what is out, in a line each.
import { language } from "./map.js";

/** @typedef {import("./map.js").Town} Town */

/** @param {Town} town @param {Record<string, string>} texts @returns {HTMLElement[]} */
export function said(town, texts) {
  const running = town.outages.filter((outage) => outage.running);
  return [
    ...town.suspected.map((one) => [`? ${one.area[language]} ${one.label[language]}`, (texts.callers ?? "%s").replace("%s", String(one.callers)), "warn"]),
    ...running.map((one) => [`${one.kind === "fault" ? "!" : "◷"} ${one.place[language]}`, texts[one.kind] ?? "", one.kind === "fault" ? "bad" : ""]),
  ].map(([name, what, tone]) => {
    const row = document.createElement("li"), more = document.createElement("span");
    row.className = tone;
    more.textContent = what;
    row.append(name, " ", more);
    return row;
  });
}
