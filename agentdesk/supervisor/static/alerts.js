// What a leader has to know at once: raised, acknowledged by name, gone by itself.
import { asked } from "./asking.js";
import { told } from "./telling.js";
import { make, mayAct, one, rows, tick, words, write } from "./picture.js";
import { ask } from "/static/live.js";

/** @typedef {import("./picture.js").Picture} Picture */

/** @param {Picture} picture @param {(act: () => Promise<unknown>) => Promise<void>} tried */
export function drawAlerts(picture, tried) {
  const place = one('[data-rows="alerts"]');
  one("[data-alerts]").hidden = picture.alerts.length === 0;
  rows(place, picture.alerts, (alert) => String(alert.id),
    (alert) => {
      const button = /** @type {HTMLButtonElement} */ (make("button", "", words("acknowledge")));
      button.type = "button";
      button.addEventListener("click", () => void tried(() => acknowledge(alert.id, picture)));
      return make("li", "", make("b", "what"), make("span", "for-words quiet small", words("stands-for")), make("span", "for number"), make("span", "who"), mayAct ? button : "");
    },
    (row, alert) => {
      row.className = `alert ${alert.level} ${alert.by ? "seen" : ""}`;
      write(one(".what", row), told(picture, alert));
      tick(one(".for", row), alert.since);
      write(one(".who", row), alert.by ? `${words("acknowledged-by", alert.by)}${alert.note ? ` — ${alert.note}` : ""}` : "");
      row.querySelector("button")?.toggleAttribute("hidden", Boolean(alert.by));
    });
}

/** The first that nobody takes care of. @param {Picture} picture */
export const unseen = (picture) => picture.alerts.find((alert) => !alert.by);

/** @param {number} id @param {Picture} picture */
export async function acknowledge(id, picture) {
  const alert = picture.alerts.find((each) => each.id === id);
  const title = `${words("acknowledge")}${alert ? `: ${told(picture, alert)}` : ""}`;
  const filled = await asked(title, [{ name: "note", label: words("note"), max: 300 }]);
  if (filled) await ask(`/board/alerts/${id}/acknowledge`, filled);
}
