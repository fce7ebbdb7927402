// The town on the wallboard: shown while anything is suspected or out.
import { ask, listen } from "/static/live.js";
import { drawTown } from "./map.js";
import { said } from "./said.js";

/** @typedef {import("./map.js").Town} Town */

const place = document.querySelector("[data-town]");

/** @param {Element} within @param {Record<string, string>} texts @param {Town} town */
function show(within, texts, town) {
  const rows = said(town, texts);
  within.toggleAttribute("hidden", !rows.length);
  drawTown(/** @type {Element} */ (within.querySelector("[data-map]")), town);
  /** @type {Element} */ (within.querySelector("ul")).replaceChildren(...rows);
}

if (place) {
  const { texts, ...town } = await ask("/outages/picture");
  show(place, texts, town);
  listen({ "feed.outages": (/** @type {Town} */ next) => show(place, texts, next) }, { feeds: ["outages"] });
}
