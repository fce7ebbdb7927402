// What an order will be once everything done on this device has been sent. Pure.

/** @typedef {import("/static/field/store.js").Act} Act */
/** @typedef {import("/static/field/store.js").Seen} Seen */

/** The state after an act, as the server's flow will see it. @param {any} order @param {any[]} steps @param {Seen} seen @param {Act} act @param {string} me @returns {Seen} */
function after(order, steps, seen, act, me) {
  if (act.kind !== "move") return seen;
  if (act.action === "pause" || act.action === "resume") return { ...seen, paused: act.action === "pause" };
  const way = steps.find((step) => step.code === seen.step)?.transitions.find((/** @type {any} */ one) => one.action === act.action);
  if (!way) return seen;
  const target = steps.find((step) => step.code === way.to);
  const owner = way.takes || way.hands ? me : target?.stage === "new" ? order.team : seen.owner;
  return { ...seen, step: way.to, owner };
}

/**
 * How an order stands with all that waits to be sent. What met a conflict or was refused does not count.
 * @param {any} order @param {any} work @param {Act[]} acts @returns {Seen}
 */
export function predicted(order, work, acts) {
  const steps = work.flows[order.flow];
  return acts
    .filter((act) => act.order === order.number && ["queued", "done"].includes(act.state))
    .reduce((seen, act) => after(order, steps, seen, act, work.me), /** @type {Seen} */ (order.based_on));
}

/** The step with its ways. @param {any} work @param {any} order @param {Seen} seen */
export function stepOf(work, order, seen) {
  return work.flows[order.flow].find((/** @type {any} */ step) => step.code === seen.step);
}

/**
 * What somebody in the field does next: not what only others decide, and of others' orders only taking them.
 * @param {any} work @param {any} order @param {Seen} seen @returns {any[]}
 */
export function waysOf(work, order, seen) {
  const steps = work.flows[order.flow], step = stepOf(work, order, seen);
  if (seen.paused || !step || step.stage === "done") return [];
  const mine = order.mine || seen.owner === work.me;
  return step.transitions.filter((/** @type {any} */ way) => {
    const target = steps.find((/** @type {any} */ one) => one.code === way.to);
    const ended = target.transitions.length === 0 && target.stage === "returned";
    return !ended && (mine || way.takes || way.hands);
  });
}

/** Minutes until the limit that counts. @param {any} order @param {number} now */
export function left(order, now) {
  const due = order.visit ? order.visit[1] : order.responded_at ? order.due_complete_at : order.due_respond_at;
  return (Date.parse(due) - now) / 60000;
}
