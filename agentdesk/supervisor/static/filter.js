// Which part of the floor is shown. It stands in the address, so that it can be kept and hung on a wall.
import { language, words } from "./picture.js";

/** @typedef {import("./picture.js").Picture} Picture */

const address = new URL(location.href);
/** @param {"queue" | "branch"} name */
const chosen = (name) => address.searchParams.get(name) ?? "";
/** @type {() => void} */
let redraw = () => undefined;

/** @param {() => void} again */
export function onFilter(again) { redraw = again; }

/** The queue that is shown alone; empty for all. */
export const shownQueue = () => chosen("queue");

/** The part of the picture that is to be shown. @param {Picture} picture @returns {Picture} */
export function filtered(picture) {
  const [queue, branch] = [chosen("queue"), chosen("branch")];
  fill("queue", picture.queues.map((each) => [each.name, each.label[language]]));
  const branches = [...new Set(picture.agents.map((agent) => agent.branch).filter(Boolean))].sort();
  fill("branch", branches.map((each) => [each, each]));
  if (!queue && !branch) return picture;
  const one = picture.queues.find((each) => each.name === queue);
  /** @param {{queue: string | null}} each */
  const here = (each) => !queue || each.queue === queue;
  return {
    ...picture,
    today: one ?? picture.today,
    queues: one ? [one] : picture.queues,
    waiting: picture.waiting.filter(here),
    calls: picture.calls.filter(here),
    callbacks: picture.callbacks.filter(here),
    agents: picture.agents.filter((agent) => (!queue || queue in agent.queues) && (!branch || agent.branch === branch)),
  };
}

/** @param {"queue" | "branch"} name @param {string[][]} options */
function fill(name, options) {
  const place = /** @type {HTMLSelectElement | null} */ (document.querySelector(`[data-filter="${name}"]`));
  const mark = JSON.stringify(options);
  if (!place || place.dataset.mark === mark) return;
  place.dataset.mark = mark;
  place.replaceChildren(new Option(words(`all-${name}`), ""), ...options.map(([value, text]) => new Option(text, value)));
  place.value = chosen(name);
  place.closest("label")?.toggleAttribute("hidden", options.length === 0);
  place.onchange = () => {
    if (place.value) address.searchParams.set(name, place.value);
    else address.searchParams.delete(name);
    history.replaceState(null, "", address);
    for (const link of document.querySelectorAll("[data-keeps-filter]")) link.setAttribute("href", `/board/wall${address.search}`);
    redraw();
  };
}
