// What is suspected or out, on the leader's board: a line each, and the way to the map.
import { ask, listen } from "/static/live.js";
import { said } from "./said.js";

/** @typedef {import("./map.js").Town} Town */

const place = document.querySelector("[data-outages]");

/** @param {Element} within @param {Record<string, string>} texts @param {Town} town */
function show(within, texts, town) {
  const rows = said(town, texts);
  within.toggleAttribute("hidden", !rows.length);
  /** @type {Element} */ (within.querySelector("ul")).replaceChildren(...rows);
}

if (place) {
  const { texts, ...town } = await ask("/outages/picture");
  show(place, texts, town);
  listen({ "feed.outages": (/** @type {Town} */ next) => show(place, texts, next) }, { feeds: ["outages"] });
}
