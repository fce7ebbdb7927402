// Who has been promised a call, in line.
import { language, make, one, present, PROMISES_S, queueName, rows, tick, timeOfDay, words, write } from "./picture.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./picture.js").Callback} Callback */

const TODAY_MS = 12 * 3600 * 1000;

/** What is being done about it. @param {Callback} promise */
function doing(promise) {
  if (promise.state === "calling") return [words("callback-calling"), promise.agent ?? ""].join(" ").trim();
  const next = Date.parse(promise.next_at);
  if (next > present()) return words("callback-from", timeOfDay(next, next - present() > TODAY_MS));
  return promise.attempts ? words("callback-tried", String(promise.attempts)) : "";
}

/** @param {Picture} picture */
export function drawCallbacks(picture) {
  const { today, callbacks } = picture;
  rows(one('[data-rows="callbacks"]'), callbacks, (promise) => String(promise.id),
    () => make("tr", "", make("td", "name"), make("td", "queue"), make("td", "quiet"), make("td", "since")),
    (row, promise) => {
      const [who, queue, state, since] = /** @type {HTMLElement[]} */ ([...row.children]);
      write(who, [promise.customer, promise.number, promise.priority ? `+${promise.priority}` : ""].filter(Boolean).join(" "));
      write(queue, queueName(picture, promise.queue));
      write(state, doing(promise));
      tick(since, promise.since, ...PROMISES_S);
    });
  write(one('[data-count="callbacks"]'), today.promised ? today.promised.toLocaleString(language) : "");
  one("[data-oldest-of]").hidden = !today.promised_since;
}
