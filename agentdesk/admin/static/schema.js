// What a definition may look like: the shape the server describes, as JSON schema.

/** @typedef {Record<string, any>} Schema */
/** @typedef {(string | number)[]} Path */

/** @type {Schema} */
export const whole = JSON.parse(document.getElementById("schema")?.textContent ?? "{}");

/** A shape without references; ``optional`` when it may be missing. @param {Schema} shape @returns {Schema} */
export function resolved(shape) {
  if (shape.$ref) return { ...whole.$defs[shape.$ref.split("/").pop()], ...shape, $ref: undefined, ref: shape.$ref.split("/").pop() };
  const some = shape.anyOf?.filter((/** @type {Schema} */ each) => each.type !== "null");
  return some?.length === 1 ? { ...resolved(some[0]), optional: true } : shape;
}

/** Words in both languages. @param {Schema} shape */
export function isWords(shape) {
  return shape.ref === "LocalizedText";
}

/** A list of short values, written with commas between. @param {Schema} shape */
export function isPlainList(shape) {
  return shape.type === "array" && resolved(shape.items ?? {}).type !== "object" && !resolved(shape.items ?? {}).prefixItems;
}

/** The smallest thing of that shape. @param {Schema} given @param {string} [code] @returns {any} */
export function blank(given, code = "new") {
  const shape = resolved(given);
  if (isWords(shape)) return { zh: "新", en: "New" };
  if (shape.enum) return shape.enum[0];
  if (shape.type === "object") {
    const needed = /** @type {string[]} */ (shape.required ?? []);
    return Object.fromEntries(needed.map((name) => [name, blank(shape.properties[name], code)]));
  }
  if (shape.type === "array") return shape.minItems ? [blank(shape.items, code)] : [];
  if (shape.type === "integer" || shape.type === "number") return shape.minimum ?? (shape.exclusiveMinimum ?? 0) + 1;
  if (shape.type === "boolean") return false;
  if (shape.pattern?.includes(":[0-5]")) return "08:00";
  return shape.pattern || shape.minLength ? code : "";
}

/** Where a path leads. @param {any} body @param {Path} path @returns {any} */
export function at(body, path) {
  return path.reduce((part, name) => part?.[name], body);
}

/** A copy in which something is otherwise; undefined takes it out. @param {any} body @param {Path} path @param {any} value */
export function put(body, path, value) {
  const copy = structuredClone(body);
  const place = at(copy, path.slice(0, -1));
  const last = path[path.length - 1];
  if (value !== undefined) place[last] = value;
  else if (Array.isArray(place)) place.splice(Number(last), 1);
  else delete place[last];
  return copy;
}

/** A copy in which a part of a list, or of a mapping, stands one further. @param {any} body @param {Path} path @param {number} by */
export function moved(body, path, by) {
  const copy = structuredClone(body);
  const list = at(copy, path.slice(0, -1));
  const keys = Object.keys(list);
  const from = keys.indexOf(String(path[path.length - 1]));
  const to = from + by;
  if (to < 0 || to >= keys.length) return { body, key: path[path.length - 1] };
  if (Array.isArray(list)) {
    list.splice(to, 0, ...list.splice(from, 1));
    return { body: copy, key: to };
  }
  keys.splice(to, 0, ...keys.splice(from, 1));
  return { body: put(copy, path.slice(0, -1), Object.fromEntries(keys.map((key) => [key, list[key]]))), key: path[path.length - 1] };
}

/** The parts that hold many things. */
export function collections() {
  return Object.entries(whole.properties ?? {}).map(([name, shape]) => ({ name, shape: resolved(/** @type {any} */ (shape)) }))
    .sort((first, second) => Number(second.name === "types") - Number(first.name === "types"));
}

/** Whether it is a list of things, or things by name. @param {any} shape */
export function isMany(shape) {
  return (shape.type === "array" && resolved(shape.items).type === "object") || typeof shape.additionalProperties === "object";
}
