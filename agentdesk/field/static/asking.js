// What an order's type asks for with an act, checked as the server will check it. Pure.

/** @typedef {{zh: string, en: string}} Both */
/** @typedef {{least: number | null, most: number | null, unit: string}} Bounds */
/** @typedef {{field: string, values: string[], below: number | null, above: number | null}} When */
/** @typedef {{conditions: (Bounds & {name: string, label: Both})[], hours: {begins: string, ends: string}[], words: Both | null,
 *   signed_by: {name: string, label: Both}[], instead: {value: string, label: Both}[]}} Method */
/** @typedef {Bounds & {name: string, label: Both, type: string, at: string, required: boolean, required_when: When | null,
 *   options: {value: string, label: Both}[], method: Method | null}} Field */
/** @typedef {Record<string, any>} Values */

const PHOTOS_MAX = 12;
/** @type {Method} */
const PLAIN = { conditions: [], hours: [], words: null, signed_by: [], instead: [] };

/** The fields that are filled in with an act. @param {any} work @param {any} order @param {string} action @returns {Field[]} */
export function asked(work, order, action) {
  return (work.forms?.[order.form]?.fields ?? []).filter((/** @type {Field} */ field) => field.at === action);
}

/** How a field is measured. @param {Field} field @returns {Method} */
export function method(field) {
  return field.method ?? PLAIN;
}

/** How many photos it may have. @param {Field} field */
export function photosOf(field) {
  return { least: field.least ?? 1, most: Math.min(field.most ?? PHOTOS_MAX, PHOTOS_MAX), unit: "" };
}

/** The roles that are needed for a way and are not there. @param {any} work @param {any} way @returns {string[]} */
export function barred(work, way) {
  const mine = work.roles ?? [];
  return !way.roles?.length || [...way.roles, "admin"].some((role) => mine.includes(role)) ? [] : way.roles;
}

/** The hours in which it may not be done, when it is one of them. @param {any} work @param {any} order @param {string} action @param {string} clock such as 09:10 */
export function closed(work, order, action, clock) {
  const hours = (work.forms?.[order.form]?.closed ?? []).find((/** @type {any} */ one) => one.action === action && within(one, clock));
  return hours ? between(hours) : "";
}

/** The first field that is missing or not as it has to be. @param {Field[]} fields @param {Values} values @param {Values} known what was filled in before @returns {{field: Field, missing: boolean, what: Both} | null} */
export function wrong(fields, values, known) {
  const filled = { ...known, ...values };
  for (const field of fields) {
    if (!(field.name in filled)) {
      if (field.required || holds(field.required_when, filled)) return { field, missing: true, what: same("") };
      continue;
    }
    const what = field.name in values ? outside(field, values[field.name]) : null;
    if (what) return { field, missing: false, what };
  }
  return null;
}

/** Whether another field says what makes this one necessary. @param {When | null} when @param {Values} filled */
export function holds(when, filled) {
  const told = when ? filled[when.field] : undefined;
  const value = told !== null && typeof told === "object" ? told.value : told;
  if (!when || value === undefined || value === null) return false;
  if (when.values.length) return when.values.includes(typeof value === "boolean" ? (value ? "yes" : "no") : value);
  return typeof value === "number" && (when.below === null || value < when.below) && (when.above === null || value > when.above);
}

/** What it would have to be. @param {Field} field @param {any} value @returns {Both | null} */
function outside(field, value) {
  if (field.type === "number") return beyond(field, value);
  if (field.type === "photo") return beyond(photosOf(field), value.length);
  return field.type === "measurement" ? unmeasured(field, value) : null;
}

/** @param {Field} field @param {any} value @returns {Both | null} */
function unmeasured(field, value) {
  const { conditions, hours, signed_by: signers, instead } = method(field);
  if (instead.some((one) => one.value === value.instead)) return null;
  const bad = beyond(field, value.value);
  if (bad) return bad;
  const clock = (value.at ?? "").slice(11, 16);
  if (hours.length && !hours.some((one) => clock && within(one, clock))) return same(hours.map(between).join(", "));
  for (const one of conditions) {
    const what = beyond(one, value.conditions?.[one.name]);
    if (what) return { zh: `${one.label.zh} ${what.zh}`, en: `${one.label.en} ${what.en}` };
  }
  return signers.find((one) => !value.signed?.[one.name])?.label ?? null;
}

/** @param {Bounds} bounds @param {any} number @returns {Both | null} */
function beyond(bounds, number) {
  const good = Number.isFinite(number) && number >= (bounds.least ?? -Infinity) && number <= (bounds.most ?? Infinity);
  return good ? null : same(range(bounds));
}

/** Such as "≥ 30 min". @param {Bounds} bounds */
export function range({ least, most, unit }) {
  const told = least !== null && most !== null ? `${least} – ${most}` : least !== null ? `≥ ${least}` : most !== null ? `≤ ${most}` : "";
  return `${told} ${unit}`.trim();
}

/** Over midnight when it ends earlier. @param {{begins: string, ends: string}} hours @param {string} clock */
function within({ begins, ends }, clock) {
  return begins <= ends ? begins <= clock && clock < ends : clock >= begins || clock < ends;
}

/** @param {{begins: string, ends: string}} hours */
export function between({ begins, ends }) {
  return `${begins}–${ends}`;
}

/** @param {string} text @returns {Both} */
function same(text) {
  return { zh: text, en: text };
}
