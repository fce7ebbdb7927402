// The drawn town: areas by state, callers who wait as dots. A table or list beside it says the same.
import { lines, shape } from "/static/drawing.js";
import { language } from "/static/elements.js";

/** @typedef {{zh: string, en: string}} Both */
/** @typedef {{code: string, kind: string, name: Both, outline: [number, number][], premises: number, state: string,
 *   callers: number, waiting: number, candidate: number | null}} Area */
/** @typedef {{id: number, area: Both, label: Both, callers: number, first_at: string, raised_at: string}} Suspicion */
/** @typedef {{id: number, kind: string, place: Both, text: Both, running: boolean, began_at: string,
 *   expected_end_at: string | null, asked: number, order: string}} Outage */
/** @typedef {{areas: Area[], suspected: Suspicion[], outages: Outage[], window: number}} Town */

const SIGNS = /** @type {Record<string, string>} */ ({ suspected: "?", outage: "!", planned: "◷" });
const DOTS_MAX = 10;
export { language };

/** The middle of an outline. @param {[number, number][]} outline @returns {[number, number]} */
function middle(outline) {
  const xs = outline.map(([x]) => x), ys = outline.map(([, y]) => y);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

/** @param {Area} area */
function branch(area) {
  const group = shape("g", { class: `branch ${area.state}` });
  group.append(shape("polygon", { points: area.outline.join(" ") }));
  const [x, y] = area.outline[0];
  group.append(shape("text", { x: x + 12, y: y + 23 }, `${SIGNS[area.state] ?? ""} ${area.name[language]}`.trim()));
  return group;
}

/** @param {Area} area */
function supply(area) {
  const group = shape("g", { class: `supply ${area.state}` });
  group.append(shape("polygon", { points: area.outline.join(" ") }));
  const [x, y] = middle(area.outline), words = lines(area.name[language]);
  const top = y - 9 - (words.length - 1) * 11;
  words.forEach((line, index) => group.append(shape("text", { x, y: top + index * 22, class: "name" }, line)));
  const sign = SIGNS[area.state];
  const below = top + words.length * 22 + 6;
  if (sign || area.callers) group.append(shape("text", { x, y: below, class: "count" }, `${sign ?? ""} ${area.callers || ""}`.trim()));
  dots(group, x, below + 18, area.waiting);
  return group;
}

/** @param {Element} group @param {number} x @param {number} y @param {number} count */
function dots(group, x, y, count) {
  const shown = Math.min(count, DOTS_MAX);
  for (let index = 0; index < shown; index += 1) {
    group.append(shape("circle", { cx: x + (index - (shown - 1) / 2) * 15, cy: y, r: 5, class: "dot" }));
  }
  if (count > shown) group.append(shape("text", { x: x + (shown / 2) * 15 + 14, y: y + 6, class: "more" }, `+${count - shown}`));
}

/** The areas that have an outline. @param {Town} town */
export function drawn(town) {
  return town.areas.filter((area) => area.outline.length > 2);
}

/** Draw all of it anew, when anything has changed. @param {Element} svg @param {Town} town */
export function drawTown(svg, town) {
  const mark = JSON.stringify([language, town.areas]);
  if (svg.getAttribute("data-shown") === mark) return;
  svg.setAttribute("data-shown", mark);
  const areas = drawn(town);
  const title = svg.querySelector("title");
  svg.replaceChildren(...(title ? [title] : []),
    ...areas.filter((area) => area.kind === "branch").map(branch),
    ...areas.filter((area) => area.kind === "supply").map(supply));
}
