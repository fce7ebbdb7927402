// What the agent does now, as the facts say. The server's projection is asked for at the start and
// after each fact; in between the same rules are applied here, so that the page never lags.

/**
 * @typedef {object} Standing
 * @property {"closed" | "paused" | "ready"} word  The desk's own word.
 * @property {string} reason
 * @property {null | "reserved" | "ringing" | "talking" | "held" | "wrapup"} act  What a call makes of it.
 * @property {string} call
 * @property {string} interrupted  The call whose wrap-up goes on if nobody answers the one that rings.
 * @property {number} since
 */

const ACTS = ["reserved", "ringing", "talking", "held", "wrapup"];

/** Whether agent and caller are joined. @param {Standing["act"]} act */
export function inCall(act) {
  return act === "talking" || act === "held";
}

/** @returns {Standing} */
export function closed() {
  return { word: "closed", reason: "", act: null, call: "", interrupted: "", since: Date.now() };
}

/** @param {Standing} standing */
export function shown(standing) {
  return standing.act ?? standing.word;
}

/** @param {Standing} before @param {string} kind @param {any} fact @returns {Standing} */
export function after(before, kind, fact) {
  const call = String(fact.subject ?? "").replace(/^call:/, "");
  const mine = call === before.call;
  const now = Date.parse(fact.at) || Date.now();
  /** @param {Partial<Standing>} change @returns {Standing} */
  const to = (change) => {
    const next = { ...before, ...change };
    return { ...next, since: shown(next) === shown(before) ? before.since : now };
  };
  const over = () => {
    if (before.act === "wrapup") return before;
    const noted = before.act === "ringing" ? before.interrupted : before.call;
    return to(noted && before.word !== "closed" ? { act: "wrapup", call: noted, interrupted: "" } : { act: null, call: "", interrupted: "" });
  };
  const rung = () => to({ act: "ringing", call, interrupted: before.act === "reserved" || before.act === "wrapup" ? before.call : before.interrupted });
  const joined = () => to({ act: "talking", call, interrupted: "" });
  /** @type {Partial<Standing>} */ const free = before.act === "wrapup" ? { act: null, call: "" } : { interrupted: "" };
  switch (kind) {
    case "agent.signed_in": return to({ word: "paused", reason: "signed-in" });
    case "agent.ready": return to({ word: "ready", reason: "" });
    case "agent.paused": return to({ word: "paused", reason: fact.reason });
    case "agent.signed_out": return to({ ...free, word: "closed", reason: "" });
    case "agent.wrapup_ended": return to(free);
    case "agent.offered": return inCall(before.act) ? before : rung();
    case "agent.answered": case "call.placed": case "call.rejoined": return joined();
    case "agent.missed": return mine && before.act === "ringing" ? over() : before;
    case "agent.left_call": return mine && before.act !== "reserved" ? over() : before;
    case "call.ended": return mine ? over() : before;
    case "agent.held": return mine && before.act === "talking" ? to({ act: "held" }) : before;
    case "agent.resumed": return mine && before.act === "held" ? to({ act: "talking" }) : before;
    case "agent.reserved": return mine && (inCall(before.act) || before.act === "wrapup") ? to({ act: "reserved" }) : before;
    case "agent.released": return mine && before.act === "reserved" ? over() : before;
    case "agent.corrected": return fact.found === "talking" ? joined() : mine ? over() : before;
    default: return before;
  }
}

/** From the server's answer. @param {any} state @param {number} skew server clock minus ours, ms
 * @returns {Standing} */
export function fromServer(state, skew) {
  const act = ACTS.includes(state.state) ? state.state : null;
  return {
    word: act ? state.word : state.state, reason: state.reason, act,
    call: state.call_id ?? "", interrupted: state.interrupted ?? "", since: Date.parse(state.since) - skew,
  };
}
