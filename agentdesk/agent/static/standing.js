// What the agent does now, as the facts say. The server's projection is asked for at the start and
// after each fact; in between the same rules are applied here, so that the page never lags.

/**
 * @typedef {object} Standing
 * @property {"closed" | "paused" | "ready"} word  The desk's own word.
 * @property {string} reason
 * @property {null | "ringing" | "talking" | "wrapup"} act  What a call makes of it.
 * @property {string} call
 * @property {number} since
 */

/** @returns {Standing} */
export function closed() {
  return { word: "closed", reason: "", act: null, call: "", since: Date.now() };
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
  const free = before.act === "wrapup" ? { act: null, call: "" } : {};
  switch (kind) {
    case "agent.signed_in": return to({ word: "paused", reason: "signed-in" });
    case "agent.ready": return to({ ...free, word: "ready", reason: "" });
    case "agent.paused": return to({ word: "paused", reason: fact.reason });
    case "agent.signed_out": return to({ ...free, word: "closed", reason: "" });
    case "agent.wrapup_ended": return to(free);
    case "agent.offered": return before.act === "talking" ? before : to({ act: "ringing", call });
    case "agent.answered": case "call.placed": case "call.rejoined": return to({ act: "talking", call });
    case "agent.missed": return mine && before.act === "ringing" ? to({ act: null, call: "" }) : before;
    case "agent.left_call": case "call.ended":
      if (!mine || before.act === "wrapup") return before;
      return to(before.act === "talking" && before.word !== "closed" ? { act: "wrapup" } : { act: null, call: "" });
    default: return before;
  }
}

/** From the server's answer. @param {any} state @param {number} skew server clock minus ours, ms
 * @returns {Standing} */
export function fromServer(state, skew) {
  const act = ["ringing", "talking", "wrapup"].includes(state.state) ? state.state : null;
  return {
    word: act ? state.word : state.state, reason: state.reason, act,
    call: state.call_id ?? "", since: Date.parse(state.since) - skew,
  };
}
