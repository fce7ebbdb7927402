// What has not been sent, what was refused, and where somebody else was faster: both sides and a choice.
import { both, dispatch, exactly, language, make, say, when, words } from "/static/field/dom.js";
import { asked, wrong } from "/static/field/asking.js";
import { asks, complete, draftOf, readFields } from "/static/field/fields.js";
import * as store from "/static/field/store.js";

/** @typedef {import("/static/field/store.js").Act} Act */

/** Of what the server says. */
const locale = language === "en" ? "en" : "zh_CN";

/** @param {import("/static/field/list.js").Known} known @param {() => Promise<void>} again @returns {Promise<Node[]>} */
export async function waiting({ work, acts, files }, again) {
  const disputed = (work?.orders ?? []).filter((/** @type {any} */ order) => order.conflicts.length);
  const refused = acts.filter((act) => act.state === "refused"), queued = acts.filter((act) => act.state === "queued");
  if (!disputed.length && !refused.length && !queued.length && !files.length) return [make("p", { class: "empty" }, words("all-sent"))];
  return [
    ...titled("conflicts", await Promise.all(disputed.map((/** @type {any} */ order) => conflict(order, work, queued, files, again)))),
    ...titled("refused", refused.map((act) => sorry(act, work, again))),
    ...titled("queue", queued.map((act) => make("p", { class: "card", "data-queued": act.action }, line(act, work)))),
    ...titled("files", files.map((file) => lying(file, again))),
  ];
}

/** @param {string} name @param {Node[]} content */
function titled(name, content) {
  return content.length ? [make("h2", {}, words(name)), ...content] : [];
}

/** @param {{action: string, at: string, order: string, note: string}} act @param {any} work */
function line(act, work) {
  return `${exactly(act.at).slice(5, 16)} · ${act.order} · ${named(act.action, act.order, work)} ${act.note}`;
}

/** An act in the words of the order's flow. @param {string} action @param {string} number @param {any} work */
function named(action, number, work) {
  const order = work?.orders.find((/** @type {any} */ one) => one.number === number);
  const ways = order ? work.flows[order.flow].flatMap((/** @type {any} */ step) => step.transitions) : [];
  const way = ways.find((/** @type {any} */ one) => one.action === action);
  return way ? both(way.label) : words(`act-${action}`);
}

/** What was done and is not done yet: somebody was faster, or something is missing. @param {any} order @param {any} work @param {Act[]} queued @param {import("/static/field/store.js").Waiting[]} files @param {() => Promise<void>} again */
async function conflict(order, work, queued, files, again) {
  const theirs = order.conflicts.at(-1).theirs;
  const decided = queued.some((act) => act.order === order.number && act.kind === "choose");
  const lacking = decided ? [] : await missing(order, work, files, again);
  const forms = lacking.map((one) => one.form), whys = order.conflicts.map((/** @type {any} */ act) => act.words?.[locale]).filter(Boolean);
  const whole = () => lacking.every(({ act, form, fields }) => complete(form, fields, { ...act.fields, ...readFields(form) }, order.known));
  /** @param {string} action */
  const choose = (action) => async () => {
    if (action === "mine" && !whole()) return;
    const fields = action === "mine" ? Object.assign({}, ...forms.map(readFields)) : {};
    await store.add({ order: order.number, kind: "choose", action, note: "", report: {}, fields, based_on: order.based_on, at: new Date().toISOString() }, null);
    say(words("chosen"), "good");
    await again();
  };
  return make("section", { class: "card conflict", "data-conflict": order.number },
    make("h3", {}, `${both(order.name)} ${order.number}`),
    make("div", { class: "sides" },
      make("div", {}, make("b", {}, words("yours")), ...order.conflicts.map((/** @type {any} */ act) => make("p", {}, `${when(act.at)} ${named(act.action, order.number, work)} ${act.note}`))),
      make("div", {}, make("b", {}, words("theirs")),
        ...theirs.lines.slice(-3).map((/** @type {any} */ one) => make("p", {}, `${when(one.at)} ${one.by} ${named(one.action, order.number, work)} ${one.action.startsWith("attach_") ? "" : one.note}`)),
        make("p", {}, make("b", {}, words("now", both(step(order, work)?.label ?? theirs.label)))), make("p", {}, words("owner", order.owner)))),
    ...whys.map((/** @type {string} */ why) => make("p", { class: "notice bad" }, why)),
    ...forms,
    ...(decided ? [make("p", { class: "notice" }, words("chosen"))] : [make("div", { class: "pair" },
      make("button", { "data-choice": "theirs", click: choose("theirs") }, words("choose-theirs")),
      make("button", { "data-choice": "mine", class: "primary", click: choose("mine") }, words("choose-mine")))]));
}

/** Of what could not be done, the forms of what still has to be filled in. @param {any} order @param {any} work @param {import("/static/field/store.js").Waiting[]} files @param {() => Promise<void>} again
 * @returns {Promise<{act: any, fields: import("/static/field/asking.js").Field[], form: HTMLElement}[]>} */
async function missing(order, work, files, again) {
  const draft = await draftOf(order.number), moves = order.conflicts.filter((/** @type {any} */ act) => act.kind === "move");
  return moves.flatMap((/** @type {any} */ act) => {
    const fields = asked(work, order, act.action);
    if (!fields.length || !(act.code === "field-refused" || wrong(fields, act.fields, order.known))) return [];
    const place = { order, work, files, again, draft: { ...draft, fields: { ...act.fields, ...draft.fields } } };
    return [{ act, fields, form: asks(place, act.action, named(act.action, order.number, work), fields) }];
  });
}

/** @param {any} order @param {any} work */
function step(order, work) {
  return work.flows[order.flow].find((/** @type {any} */ one) => one.code === order.step);
}

/** What to do about a refusal, by its code; other refusals are tried again. */
const ADVICE = /** @type {Record<string, string>} */ ({
  "no-order": "gone", "not-found": "gone", "forbidden": "gone", "step-refused": "moved", "changed-again": "moved", "nothing-changes": "moved",
  "field-refused": "wrong", "report-refused": "wrong", "invalid": "wrong", "note-needed": "wrong",
});

/** What was refused, why, and what can be done about it with one thumb. @param {Act} act @param {any} work @param {() => Promise<void>} again */
function sorry(act, work, again) {
  const order = work?.orders.find((/** @type {any} */ one) => one.number === act.order);
  const advice = order ? ADVICE[act.code ?? ""] ?? "again" : "gone";
  const reason = make("textarea", { "aria-label": words("give-up-why"), maxlength: "200", placeholder: words("give-up-why") });
  /** @param {Partial<Act>} more */
  const instead = async (more) => {
    const { kind, action, note, report, fields } = act;
    await store.add({ order: act.order, kind, action, note, report, fields, based_on: order.based_on, at: new Date().toISOString(), ...more }, null);
    await store.drop(act.seq);
    await again();
  };
  const giveUp = async () => {
    if (!reason.value.trim()) { say(words("note-needed"), "bad"); return; }
    await instead({ kind: "note", action: "report", note: `${words("given-up", named(act.action, act.order, work))} ${reason.value.trim()}`, report: {}, fields: {} });
  };
  const open = make("a", { class: "button", href: `#/order/${act.order}`, click: async () => { await store.keep(`draft:${act.order}`, { report: act.report, note: act.note, fields: act.fields }); await store.drop(act.seq); } }, words("open"));
  return make("section", { class: "card", "data-refused": act.action },
    make("p", {}, line(act, work)), make("p", { class: "notice bad" }, act.words?.[locale] ?? ""), make("p", { "data-advice": advice }, words(`advice-${advice}`)),
    ...(order ? [
      make("div", { class: "pair" }, open, make("button", { "data-again": act.action, click: () => instead({ at: act.at }) }, words("try-again"))),
      reason, make("button", { "data-give-up": act.action, click: giveUp }, words("give-up"))]
      : [...dispatch(work), make("button", { click: async () => { await store.drop(act.seq); await again(); } }, words("drop"))]));
}

/** @param {import("/static/field/store.js").Waiting} file @param {() => Promise<void>} again */
function lying(file, again) {
  const why = file.refused ? (JSON.parse(file.refused)[locale] ?? words("refused")) : "";
  const text = `${file.order} · ${words(file.kind)} ${when(file.taken_at)} · ${words("part-sent", Math.ceil(file.blob.size / 1000))}`;
  return make("section", { class: "card" }, make("p", {}, text),
    ...(why ? [make("p", { class: "notice bad" }, why), make("button", { click: async () => { await store.dropFile(file.key); await again(); } }, words("drop"))] : []));
}
