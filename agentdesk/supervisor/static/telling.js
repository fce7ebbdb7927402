// An alert in one line, for board and wall.
import { duration, queueName, words } from "./picture.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./picture.js").Alert} Alert */

const IN_PERCENT = ["service-level", "abandon-rate", "disk-free"];
const IN_SECONDS = ["longest-wait", "paused", "wrapup"];

/** @param {Picture} picture @param {Alert} alert */
export function told(picture, alert) {
  const agent = picture.agents.find((each) => each.number === alert.agent);
  const about = alert.queue ? queueName(picture, alert.queue) : agent ? `${agent.number} ${agent.name}` : alert.agent ?? "";
  return [words(`alert-${alert.measure}`), about, shown(alert)].filter(Boolean).join(" · ");
}

/** @param {Alert} alert */
function shown(alert) {
  if (IN_PERCENT.includes(alert.measure)) return `${Math.round(alert.value)}%`;
  if (IN_SECONDS.includes(alert.measure)) return duration(alert.value);
  if (alert.measure === "unusual-reading") return `×${Math.round(alert.value * 10) / 10}`;
  return alert.measure === "counters" ? "" : String(Math.round(alert.value));
}
