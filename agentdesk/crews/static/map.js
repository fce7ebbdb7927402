// The drawn town with orders, people and hot spots. The lists beside it say the same.
import { lines, shape } from "/static/drawing.js";
import { both, words } from "./words.js";

/** @typedef {import("./words.js").Both} Both */
/** @typedef {[number, number]} Spot */
/** @typedef {{number: string, column: string, type: Both, urgency: string, step: Both, summary: string, address: Both | null, owner: string,
 *   owner_name: Both, due_at: string, late: boolean, warns: boolean, paused: boolean, drawn: Spot | null, disputed: number}} Order */
/** @typedef {{login: string, name: string, team: string, on_shift: boolean, age_min: number | null, drawn: Spot | null, orders: number, late: number}} Person */
/** @typedef {{type: Both, drawn: Spot | null, numbers: string[]}} Hot */
/** @typedef {{code: string, kind: string, outline: Spot[], name: Both}} Area */
/** @typedef {{orders: Order[], people: Person[], hot_spots: Hot[], areas: Area[]}} Board */

const RING = 22, ROUND = 8, LINE = 22;

/** @param {Area} area */
function area(area) {
  const { x, y } = area.kind === "branch" ? { x: area.outline[0][0] + 12, y: area.outline[0][1] + 23 } : middle(area.outline);
  const named = lines(both(area.name)).map((line, index) => shape("text", { x, y: y + index * LINE }, line));
  return shape("g", { class: `area ${area.kind}` }, shape("polygon", { points: area.outline.join(" ") }), ...named);
}

/** @param {Spot[]} outline */
function middle(outline) {
  const xs = outline.map(([x]) => x), ys = outline.map(([, y]) => y);
  return { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: Math.min(...ys) + 22 };
}

/** Those who stand on one spot stand around it. @template {{drawn: Spot | null}} T @param {T[]} rows @param {(row: T, at: Spot) => Node} draw */
function spread(rows, draw) {
  const taken = /** @type {Map<string, number>} */ (new Map());
  return rows.filter((row) => row.drawn).map((row) => {
    const [x, y] = /** @type {Spot} */ (row.drawn), mark = `${x},${y}`, count = taken.get(mark) ?? 0;
    taken.set(mark, count + 1);
    const turn = (count % ROUND) * 2 * Math.PI / ROUND, far = count ? RING * Math.ceil(count / ROUND) : 0;
    return draw(row, [x + far * Math.cos(turn), y + far * Math.sin(turn)]);
  });
}

/** @param {Order} order @param {Spot} at */
function order(order, [x, y]) {
  const title = `${both(order.type)} ${order.number} ${both(order.owner_name)}`;
  return shape("rect", { x: x - 8, y: y - 8, width: 16, height: 16, class: `mark ${order.urgency} ${order.column}` }, shape("title", {}, title));
}

/** @param {Person} person @param {Spot} at */
function person(person, [x, y]) {
  const age = person.age_min === null ? words("unseen") : words("seen", person.age_min);
  return shape("g", { class: `person ${person.on_shift ? "" : "away"}` }, shape("title", {}, `${person.name} ${age}`),
    shape("path", { d: `M${x} ${y - 14} L${x + 13} ${y + 10} L${x - 13} ${y + 10} Z` }),
    shape("text", { x, y: y + 32 }, `${person.name} ${person.age_min ?? "?"}′`));
}

/** @param {Hot} spot */
function hot(spot) {
  const [x, y] = spot.drawn ?? [0, 0];
  return shape("g", { class: "spot" }, shape("title", {}, `${both(spot.type)} ${words("spot", spot.numbers.length)}`),
    shape("circle", { cx: x, cy: y, r: 26 + 3 * Math.min(spot.numbers.length, 10) }), shape("text", { x, y: y - 30 }, `${both(spot.type)} ${spot.numbers.length}`));
}

/** Draw all of it anew. @param {Element} svg @param {Board} board @param {Spot[]} track */
export function drawMap(svg, board, track) {
  const mark = JSON.stringify([board.orders, board.people, board.hot_spots, track]);
  if (svg.getAttribute("data-shown") === mark) return;
  svg.setAttribute("data-shown", mark);
  const title = svg.querySelector("title");
  svg.replaceChildren(...(title ? [title] : []), ...board.areas.map(area),
    ...board.hot_spots.filter((spot) => spot.drawn).map(hot),
    ...(track.length ? [shape("polyline", { points: track.join(" "), class: "track" })] : []),
    ...spread(board.orders, order), ...spread(board.people, person));
}
