// One order: what, where, until when, what to do next, and what was found.
import { both, dispatch, exactly, language, make, part, say, sheet, when, words } from "/static/field/dom.js";
import { asked, barred, closed } from "/static/field/asking.js";
import { camera, record, signature } from "/static/field/capture.js";
import { asks, complete, draftOf, readFields } from "/static/field/fields.js";
import { clock } from "/static/field/list.js";
import { predicted, stepOf, waysOf } from "/static/field/model.js";
import { here } from "/static/field/position.js";
import { form, impossible, readReport } from "/static/field/report.js";
import * as store from "/static/field/store.js";
import { ask, json, Refused } from "/static/field/sync.js";

/** @typedef {import("/static/field/list.js").Known} Known */
/** @typedef {{order: any, work: any, seen: any, draft: import("/static/field/fields.js").Draft, files: import("/static/field/store.js").Waiting[], again: () => Promise<void>}} Shown */

/** @param {Known} known @param {string} number @param {() => Promise<void>} again what to do after a change @returns {Promise<Node[]>} */
export async function order({ work, acts, files }, number, again) {
  const found = work?.orders.find((/** @type {any} */ one) => one.number === number);
  if (!found) return [make("p", { class: "empty" }, words("gone"))];
  const seen = predicted(found, work, acts);
  const waiting = files.filter((file) => file.order === number);
  const shown = { order: found, work, seen, draft: await draftOf(number), files: waiting, again };
  const mine = found.mine || seen.owner === work.me;
  return [
    head(shown),
    ...(found.conflicts.length ? [make("a", { class: "notice bad", href: "#/waiting" }, `! ${words(found.conflicts[0].code ? "incomplete" : "conflict")}`)] : []),
    reach(shown, mine),
    ...(mine ? [form(shown)] : []),
    ...waysOf(work, found, seen).flatMap((way) => asking(shown, way)),
    ...(mine ? [attach(shown, waiting)] : []),
    facts(found),
    history(shown),
    next(shown, mine),
  ];
}

/** @param {Shown} shown */
function head({ order: found, work, seen }) {
  return make("section", { class: `head ${found.urgency}` },
    make("div", { class: "row" },
      make("span", { class: `urgency ${found.urgency}` }, words(found.urgency)),
      make("span", { class: "step", "data-step": seen.step }, both(stepOf(work, found, seen)?.label)),
      make("span", { class: "number quiet" }, found.number)),
    make("h2", {}, both(found.name)),
    make("p", { class: "address" }, both(found.address) || "—"),
    make("p", {}, found.summary),
    make("p", {}, clock(found, seen.paused)));
}

/** Get there, and talk. @param {Shown} shown @param {boolean} mine */
function reach(shown, mine) {
  const { order: found, work, seen } = shown;
  const step = stepOf(work, found, seen), going = mine && step?.stage === "assigned" && !seen.paused;
  const [lon, lat] = found.point ?? [];
  const target = encodeURIComponent(both(found.address));
  return make("section", { class: "pair" },
    found.point ? make("a", { class: "button", href: `geo:${lat},${lon}?q=${lat},${lon}(${target})` }, `➤ ${words("navigate")}`)
      : make("button", { disabled: true }, words("no-point")),
    make("button", { disabled: !found.callable, click: () => call(found) }, `☎ ${words("call")}`),
    ...dispatch(work),
    ...(going ? [make("button", { class: "wide", click: () => did(shown, { kind: "note", action: "on_way" }, "on-way-done") }, `→ ${words("on-way")}`)] : []));
}

/** @param {any} found */
async function call(found) {
  const field = make("input", { id: "own-number", type: "tel", inputmode: "tel", required: true, minlength: "3", maxlength: "32", autocomplete: "tel", value: (await store.kept("number")) ?? "" });
  const chosen = await sheet(words("call"), [make("p", {}, words("call-how")), make("label", { for: "own-number" }, words("call-number")), field],
    [{ name: "call", label: words("call-now"), kind: "primary" }]);
  if (chosen !== "call") return;
  await store.keep("number", field.value);
  try {
    await ask(`/api/work-orders/${found.number}/call`, json("POST", { staff_number: field.value }));
    say(words("calling"), "good");
  } catch (error) {
    say(error instanceof Refused ? (error.messages[language === "en" ? "en" : "zh_CN"] ?? words("failed")) : words("needs-network"), "bad");
  }
}

/** What a way asks for. @param {Shown} shown @param {any} way @returns {Node[]} */
function asking(shown, way) {
  const fields = asked(shown.work, shown.order, way.action);
  return fields.length && !barred(shown.work, way).length ? [asks(shown, way.action, label(way), fields)] : [];
}

/** Keep an act on the device, before anything shows it as done; what it does not tell stays typed. @param {Shown} shown @param {{kind: string, action: string, note?: string, report?: any, fields?: Record<string, any>}} done @param {string} [told] */
async function did({ order: found, work, seen, again }, done, told = "saved") {
  const act = { note: "", report: {}, fields: {}, ...done, order: found.number, based_on: seen, at: new Date().toISOString() };
  const names = asked(work, found, done.action).map((field) => field.name);
  const { fields, left } = await draftOf(found.number);
  const rest = Object.entries(fields).filter(([name]) => done.kind !== "move" || !names.includes(name));
  await store.add(act, done.action === "on_way" ? undefined : rest.length ? { fields: Object.fromEntries(rest), left } : null);
  say(words(told), "good");
  await again();
}

/** What to do next, under the thumb. @param {Shown} shown @param {boolean} mine */
function next(shown, mine) {
  const { work, order: found, seen } = shown;
  const ways = waysOf(work, found, seen), steps = work.flows[found.flow];
  const forward = ways.filter((way) => way.to !== seen.step && !barred(work, way).length && steps.find((/** @type {any} */ one) => one.code === way.to).stage !== "new");
  const [first, ...rest] = [...forward, ...ways.filter((way) => !forward.includes(way))];
  const verbs = mine && stepOf(work, found, seen)?.stage !== "done" ? [seen.paused ? "resume" : "pause"] : [];
  const more = [...rest.map((way) => ({ name: way.action, label: label(way) })), ...verbs.map((verb) => ({ name: verb, label: words(verb) }))];
  return make("section", { class: "next" },
    ...(mine && !seen.paused && first ? [make("button", { "data-save": "", click: () => save(shown) }, words("keep"))] : []),
    ...(more.length ? [make("button", { "data-more": "", click: () => choose(shown, ways, more) }, words("more"))] : []),
    ...(first ? [make("button", { class: "primary", "data-action": first.action, click: () => go(shown, first) }, label(first))] : []));
}

/** @param {any} way */
function label(way) {
  return way.hands ? words("take-over") : both(way.label);
}

/** @param {Shown} shown @param {any[]} ways @param {{name: string, label: string}[]} more */
async function choose(shown, ways, more) {
  const chosen = await sheet(words("more"), [], more);
  if (!chosen) return;
  const way = ways.find((one) => one.action === chosen) ?? { action: chosen, note: chosen === "pause", label: { zh: words(chosen), en: words(chosen) } };
  await go(shown, way);
}

/** Do it, with what was found and what its type asks for; a reason is asked for where one is needed. @param {Shown} shown @param {any} way */
async function go(shown, way) {
  const { report, note } = readReport(), { work, order: found } = shown;
  const roles = barred(work, way), hours = closed(work, found, way.action, exactly(Date.now()).slice(11, 16));
  if (roles.length) return say(words("ask-roles", roles.map((role) => both(work.role_names?.[role] ?? role)).join(", ")), "bad");
  if (hours) return say(words("ask-closed", hours), "bad");
  const form = /** @type {HTMLElement | null} */ (part("main").querySelector(`[data-asked="${way.action}"]`)), fields = form ? readFields(form) : {};
  if (!complete(form ?? part("main"), asked(work, found, way.action), fields, found.known ?? {})) return undefined;
  if (impossible()) return say(words("impossible"), "bad");
  const told = way.note && !note && !Object.keys(report).length ? await reason(label(way)) : note;
  if (told === null) return undefined;
  return did(shown, { kind: "move", action: way.action, note: told, report, fields });
}

/** @param {string} title @returns {Promise<string | null>} */
async function reason(title) {
  const field = make("textarea", { id: "reason", required: true, maxlength: "2000" });
  const chosen = await sheet(title, [make("label", { for: "reason" }, words("note-needed")), field], [{ name: "do", label: words("do"), kind: "primary" }]);
  return chosen === "do" && field.value.trim() ? field.value.trim() : null;
}

/** @param {Shown} shown */
async function save(shown) {
  const { report, note } = readReport();
  if (impossible()) return say(words("impossible"), "bad");
  if (!note && !Object.keys(report).length) return undefined;
  return did(shown, { kind: "note", action: "report", note, report });
}

/** @param {Shown} shown @param {import("/static/field/store.js").Waiting[]} waiting */
function attach({ order: found, work, again }, waiting) {
  /** @param {() => Promise<boolean | string>} make */
  const then = (make) => async () => { if (await make()) { say(words("saved"), "good"); await again(); } };
  return make("section", { class: "card" },
    make("h3", {}, words("attach")),
    make("div", { class: "pair" },
      ...camera(found, work.limits, "photo", again),
      make("button", { type: "button", click: then(() => signature(found, here())) }, words("signature")),
      make("button", { type: "button", click: then(() => record(found, "sound", work.limits, here())) }, words("sound")),
      make("button", { type: "button", click: then(() => record(found, "video", work.limits, here())) }, words("video"))),
    make("ul", { class: "files" },
      ...waiting.map((file) => make("li", { "data-file": file.kind, "data-state": "waiting" }, `${words(file.kind)} ${when(file.taken_at)}`, make("span", { class: "mark" }, `↑ ${words("unsent")}`))),
      ...found.attachments.map((/** @type {any} */ one) => make("li", { "data-file": one.kind, "data-state": "sent" },
        make("a", { href: `/api/field/attachments/${one.key}`, target: "_blank" }, `${words(one.kind)} ${when(one.taken_at)}`), make("span", { class: "quiet" }, `✓ ${words("attached")}`)))));
}

/** @param {any} found */
function facts(found) {
  const rows = [[words("owner", found.owner), found.customer, found.contact].filter(Boolean).join(" · "),
    ...found.fields.map((/** @type {any} */ field) => `${both(field.label)}：${both(field.value)}`)];
  return make("details", { class: "card" }, make("summary", {}, words("details")), ...rows.map((row) => make("p", {}, row)));
}

/** @param {Shown} shown */
function history({ order: found, work }) {
  const steps = work.flows[found.flow];
  const line = (/** @type {any} */ one) => {
    const way = steps.flatMap((/** @type {any} */ step) => step.transitions).find((/** @type {any} */ each) => each.action === one.action);
    const note = one.action.startsWith("attach_") ? "" : one.note;
    return make("li", {}, make("span", { class: "quiet" }, `${when(one.at)} ${one.by}`), make("br"), `${way ? both(way.label) : words(`act-${one.action}`)} ${note}`);
  };
  return make("details", { class: "card" }, make("summary", {}, words("history")), make("ol", { class: "lines" }, ...found.history.map(line)));
}
