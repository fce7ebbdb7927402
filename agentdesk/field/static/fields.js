// The fields that an order's type asks for with an act: drawn, kept while they are filled in, read.
import { between, method, photosOf, range, wrong } from "/static/field/asking.js";
import { camera, signature } from "/static/field/capture.js";
import { both, exactly, make, say, when, words } from "/static/field/dom.js";
import { here } from "/static/field/position.js";
import * as store from "/static/field/store.js";

/** @typedef {import("/static/field/asking.js").Field} Field */
/** @typedef {import("/static/field/asking.js").Values} Values */
/** @typedef {{report: import("/static/field/store.js").Report, note: string, fields: Values, left: string[]}} Draft */
/** @typedef {{order: any, work: any, draft: Draft, files: import("/static/field/store.js").Waiting[], again: () => Promise<void>}} Place */

/** What was typed and not told yet. @param {string} number @returns {Promise<Draft>} */
export async function draftOf(number) {
  return whole(await store.kept(`draft:${number}`));
}

/** @param {object | undefined} draft @returns {Draft} */
function whole(draft) {
  return { report: {}, note: "", fields: {}, left: [], ...draft };
}

/** The form of one act. @param {Place} place @param {string} action @param {string} title @param {Field[]} fields */
export function asks(place, action, title, fields) {
  const made = make("form", { class: "card asks", "data-asked": action, autocomplete: "off" },
    make("h3", {}, words("asked-with", title)), ...fields.map((field) => control(place, field, fields)));
  made.addEventListener("submit", (event) => event.preventDefault());
  made.addEventListener("input", () => keepFields(place.order.number, made));
  return made;
}

/** Keep what a form says beside what was typed elsewhere. @param {string} number @param {HTMLElement} form */
function keepFields(number, form) {
  const names = [...form.querySelectorAll("[data-field]")].map((each) => each.getAttribute("data-field"));
  const fields = readFields(form), left = leftOut(form);
  return store.typed(number, (draft) => {
    const others = Object.entries(whole(draft).fields).filter(([name]) => !names.includes(name));
    return { ...whole(draft), fields: { ...Object.fromEntries(others), ...fields }, left };
  });
}

/** @param {Place} place @param {Field} field @param {Field[]} all */
function control(place, field, all) {
  const value = place.draft.fields[field.name];
  const must = field.required ? " *" : "";
  const inner = /** @type {Record<string, () => Node[]>} */ ({
    measurement: () => measurement(place, field, value ?? {}),
    number: () => [number(field.name, `${both(field.label)}${must}`, range(field), value)],
    choice: () => [select(field.name, `${both(field.label)}${must}`, field.options, value)],
    yes_no: () => [select(field.name, `${both(field.label)}${must}`, YES_NO, value)],
    date: () => [line(field.name, `${both(field.label)}${must}`, "date", value)],
    photo: () => photos(place, field, value ?? [], all.filter((one) => one.type === "photo").length === 1),
    signature: () => [signed(place, field.name, `${both(field.label)}${must}`, value)],
  })[field.type] ?? (() => [line(field.name, `${both(field.label)}${must}`, "text", value)]);
  return make("div", { "data-field": field.name }, ...inner());
}

const YES_NO = [{ value: "yes", label: { zh: words("yes"), en: words("yes") } }, { value: "no", label: { zh: words("no"), en: words("no") } }];

/** @param {string} path @param {string} label @param {string} type @param {any} value */
function line(path, label, type, value) {
  const field = make("input", { id: `f-${path}`, "data-path": path, type, maxlength: "2000", value: value ?? "" });
  return make("div", {}, make("label", { for: field.id }, label), field);
}

/** @param {string} path @param {string} label @param {string} hint @param {any} value */
function number(path, label, hint, value) {
  const field = make("input", { id: `f-${path}`, "data-path": path, type: "number", inputmode: "decimal", step: "any", value: String(value ?? "") });
  return make("div", {}, make("label", { for: field.id }, label, make("span", { class: "quiet" }, ` ${hint}`)), field);
}

/** @param {string} path @param {string} label @param {{value: string, label: import("/static/field/dom.js").Both}[]} options @param {any} value */
function select(path, label, options, value) {
  const field = make("select", { id: `f-${path}`, "data-path": path }, new Option("", ""),
    ...options.map((one) => new Option(both(one.label), one.value, false, one.value === value)));
  return make("div", {}, make("label", { for: field.id }, label), field);
}

/** @param {Place} place @param {Field} field @param {any} value */
function measurement(place, field, value) {
  const { conditions, hours, signed_by: signers, instead, words: how } = method(field), name = field.name;
  const at = hours.length ? [line(`${name}.at`, `${words("measured-at")} ${hours.map(between).join(", ")}`, "datetime-local", value.at)] : [];
  const made = make("fieldset", {}, make("legend", {}, `${both(field.label)}${field.required ? " *" : ""}`),
    ...(how ? [make("p", { class: "quiet" }, both(how))] : []),
    number(`${name}.value`, words("value"), range(field), value.value),
    ...at,
    ...conditions.map((one) => number(`${name}.conditions.${one.name}`, both(one.label), range(one), value.conditions?.[one.name])),
    ...signers.map((one) => signed(place, `${name}.signed.${one.name}`, both(one.label), value.signed?.[one.name])),
    ...(instead.length ? [select(`${name}.instead`, words("not-measured"), instead, value.instead)] : []));
  made.addEventListener("input", (event) => stamp(made, event.target, `${name}.`));
  return [made];
}

/** Whoever types the value has just measured it. @param {HTMLElement} form @param {EventTarget | null} typed @param {string} prefix */
function stamp(form, typed, prefix) {
  const at = /** @type {HTMLInputElement | null} */ (form.querySelector(`[data-path="${prefix}at"]`));
  const value = typed instanceof HTMLInputElement && typed.dataset.path === `${prefix}value`;
  if (value && at && !at.value) at.value = exactly(Date.now()).slice(0, 16).replace(" ", "T");
}

/** What was taken of an order, also what has not been sent yet. @param {Place} place @param {string} kind @returns {{key: string, taken_at: string}[]} */
function taken({ order, files }, kind) {
  return [...order.attachments, ...files.filter((file) => file.order === order.number && !file.refused)]
    .filter((one) => one.kind === kind);
}

/** The order's photos to be ticked; the only field of photos has them all, unless they are left out. @param {Place} place @param {Field} field @param {string[]} value @param {boolean} only */
function photos(place, field, value, only) {
  const all = taken(place, "photo").filter((one, index, found) => found.findIndex((each) => each.key === one.key) === index);
  const on = all.filter((one) => (only ? !place.draft.left.includes(one.key) : value.includes(one.key))).slice(0, photosOf(field).most);
  return [make("p", { class: "label" }, `${both(field.label)}${field.required ? " *" : ""}`),
    ...all.map((one) => make("label", { class: "choice" },
      make("input", { type: "checkbox", "data-photo": field.name, value: one.key, checked: on.includes(one) }), make("span", {}, `${words("photo")} ${when(one.taken_at)}`))),
    make("div", { class: "pair" }, ...camera(place.order, place.work.limits, `photo-${field.name}`, place.again))];
}

/** One of the order's signatures, or one on paper. @param {Place} place @param {string} path @param {string} label @param {any} value */
function signed(place, path, label, value) {
  const there = taken(place, "signature").map((one) => ({ value: one.key, label: `${words("signature")} ${when(one.taken_at)}` }));
  const options = [...there, { value: "paper", label: words("on-paper") }].map((one) => ({ value: one.value, label: { zh: one.label, en: one.label } }));
  const sign = async () => {
    const key = await signature(place.order, here());
    if (!key) return;
    await store.typed(place.order.number, (typed) => {
      const draft = whole(typed);
      put(draft.fields, path.split("."), key);
      return draft;
    });
    await place.again();
  };
  return make("div", { class: "signed" }, select(path, label, options, value),
    make("button", { type: "button", "aria-label": `${label}: ${words("sign")}`, click: sign }, words("sign")));
}

/** @param {any} place @param {string[]} path @param {any} value */
function put(place, [first, ...rest], value) {
  if (!rest.length) place[first] = value;
  else put((place[first] ??= {}), rest, value);
}

/** What was filled in below an element. @param {HTMLElement} root @returns {Values} */
export function readFields(root) {
  /** @type {Values} */
  const found = {};
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-path]"))) {
    const text = field.value.trim();
    if (text) put(found, (field.dataset.path ?? "").split("."), field.type === "number" ? field.valueAsNumber : text);
  }
  for (const tick of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-photo]:checked"))) {
    (found[tick.dataset.photo ?? ""] ??= []).push(tick.value);
  }
  return found;
}

/** Photos that were left out. @param {HTMLElement} root @returns {string[]} */
function leftOut(root) {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-photo]:not(:checked)"))].map((tick) => tick.value);
}

/** Whether everything is there and as it has to be; what is not is told and shown. @param {HTMLElement} root @param {Field[]} fields @param {Values} values @param {Values} known */
export function complete(root, fields, values, known) {
  const found = wrong(fields, values, known);
  if (!found) return true;
  const label = both(found.field.label), what = both(found.what);
  say(words(found.missing ? "ask-missing" : "ask-outside", what ? `${label}: ${what}` : label), "bad");
  const place = root.querySelector(`[data-field="${found.field.name}"]`);
  place?.scrollIntoView({ block: "center" });
  /** @type {HTMLElement | null | undefined} */ (place?.querySelector("input:not(.away), select, button"))?.focus({ preventScroll: true });
  return false;
}
