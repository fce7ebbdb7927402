// Fields for a part of a definition, drawn from its shape.
import { blank, isPlainList, isWords, resolved } from "./schema.js";

/** @typedef {import("./schema.js").Schema} Schema */
/** @typedef {import("./schema.js").Path} Path */
/** @typedef {{ put: (path: Path, value: any, typed?: boolean) => void, move: (path: Path, by: number) => void, list: (name: string) => string, edits: boolean }} Editing */

/** @type {{ parts: Record<string, string>, values: Record<string, string> }} */
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** @param {string} name */
export const partWords = (name) => words.parts[name] ?? name;
/** @param {string} name */
export const valueWords = (name) => words.values[name] ?? name;

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Record<string, any>} [having] @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[T]} */
export function make(tag, having = {}, ...children) {
  const made = Object.assign(document.createElement(tag), having);
  made.append(...children);
  return made;
}

/** What an item of a list is called. @param {any} item @param {string | number} key */
export function titleOf(item, key) {
  const said = item?.label ?? item?.name ?? item?.title ?? item;
  const told = said?.zh ? (document.documentElement.lang.startsWith("zh") ? said.zh : said.en) : "";
  const code = item?.code ?? item?.action ?? item?.value ?? (typeof item?.name === "string" ? item.name : "") ?? "";
  return told || String(item?.type ?? item?.after ?? code ?? "") || String(key);
}

/** @param {Schema} given @param {any} value @param {Path} path @param {string} name @param {Editing} editing @returns {HTMLElement} */
export function control(given, value, path, name, editing) {
  const shape = resolved(given);
  if (isWords(shape)) return bothLanguages(shape, value, path, name, editing);
  if (isPlainList(shape)) return plainList(shape, value ?? [], path, name, editing);
  if (shape.type === "array") return list(shape, value ?? [], path, name, editing);
  if (shape.additionalProperties && typeof shape.additionalProperties === "object") return mapping(shape, value ?? {}, path, name, editing);
  if (shape.type === "object") return group(shape, value, path, name, editing);
  return single(shape, value, path, name, editing);
}

/** All parts of an object. @param {Schema} given @param {any} value @param {Path} path @param {Editing} editing */
export function parts(given, value, path, editing) {
  const shape = resolved(given);
  const place = make("div", { className: "parts" });
  for (const [name, each] of Object.entries(shape.properties ?? {}))
    place.append(control(/** @type {Schema} */ (each), value?.[name], [...path, name], name, editing));
  return place;
}

/** @param {Schema} shape @param {any} value @param {Path} path @param {string} name @param {Editing} editing */
function single(shape, value, path, name, editing) {
  if (shape.enum) return choice(shape, value, path, name, editing);
  const input = make("input", { value: value ?? "", autocomplete: "off", disabled: !editing.edits });
  if (shape.type === "boolean") {
    Object.assign(input, { type: "checkbox", checked: value ?? shape.default ?? false, value: "on" });
    input.addEventListener("change", () => editing.put(path, input.checked === (shape.default ?? false) ? undefined : input.checked));
    return make("label", { className: "check" }, input, ` ${partWords(name)}`);
  }
  const number = shape.type === "integer" || shape.type === "number";
  if (number) input.inputMode = "decimal";
  if (number && value === undefined && shape.default !== null && shape.default !== undefined) input.placeholder = String(shape.default);
  if (shape.format === "date") input.type = "date";
  const suggestions = editing.list(name);
  if (suggestions) input.setAttribute("list", suggestions);
  input.dataset.path = path.join("/");
  input.addEventListener("input", () => editing.put(path, told(shape, input.value, number), true));
  return make("label", {}, partWords(name), input);
}

/** What was typed, as the shape wants it; nothing for what is left out. @param {Schema} shape @param {string} text @param {boolean} number */
function told(shape, text, number) {
  if (text === "" && (shape.optional || shape.default !== undefined)) return undefined;
  return number && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** @param {Schema} shape @param {any} value @param {Path} path @param {string} name @param {Editing} editing */
function choice(shape, value, path, name, editing) {
  const select = make("select", { disabled: !editing.edits });
  for (const each of shape.enum) select.append(new Option(valueWords(each), each, false, each === (value ?? shape.default)));
  select.dataset.path = path.join("/");
  select.addEventListener("change", () => editing.put(path, select.value));
  return make("label", {}, partWords(name), select);
}

/** @param {Schema} shape @param {any} value @param {Path} path @param {string} name @param {Editing} editing */
function bothLanguages(shape, value, path, name, editing) {
  if (shape.optional && value == null) return added(shape, path, name, editing);
  const fields = ["zh", "en"].map((language) => {
    const input = make("input", { value: value?.[language] ?? "", autocomplete: "off", disabled: !editing.edits, maxLength: 2000 });
    input.lang = language;
    input.setAttribute("aria-label", `${partWords(name)}, ${valueWords(language)}`);
    input.dataset.path = [...path, language].join("/");
    input.addEventListener("input", () => editing.put([...path, language], input.value, true));
    return input;
  });
  const legend = make("legend", {}, partWords(name));
  if (shape.optional && editing.edits) legend.append(" ", button("remove", () => editing.put(path, undefined), "×"));
  return make("fieldset", { className: "both" }, legend, ...fields);
}

/** @param {Schema} shape @param {any[]} value @param {Path} path @param {string} name @param {Editing} editing */
function plainList(shape, value, path, name, editing) {
  const number = ["integer", "number"].includes(resolved(shape.items).type);
  const input = make("input", { value: value.map(String).join(", "), autocomplete: "off", disabled: !editing.edits });
  input.dataset.path = path.join("/");
  input.addEventListener("input", () => {
    const given = input.value.split(/[,，、]/).map((each) => each.trim()).filter(Boolean);
    editing.put(path, given.length || shape.default === undefined ? given.map((each) => (number && Number.isFinite(Number(each)) ? Number(each) : each)) : undefined, true);
  });
  return make("label", {}, partWords(name), input);
}

/** @param {Schema} shape @param {any} value @param {Path} path @param {string} name @param {Editing} editing */
function group(shape, value, path, name, editing) {
  if (shape.optional && value == null) return added(shape, path, name, editing);
  const legend = make("legend", {}, partWords(name));
  if (shape.optional && editing.edits) legend.append(" ", button("remove", () => editing.put(path, undefined), "×"));
  return make("fieldset", { className: "form" }, legend, parts(shape, value, path, editing));
}

/** What is not there yet, and can be. @param {Schema} shape @param {Path} path @param {string} name @param {Editing} editing */
function added(shape, path, name, editing) {
  return make("label", {}, partWords(name), editing.edits ? button("+", () => editing.put(path, blank({ ...shape, optional: false }))) : "–");
}

/** @param {Schema} shape @param {any[]} value @param {Path} path @param {string} name @param {Editing} editing */
function list(shape, value, path, name, editing) {
  const add = () => editing.put([...path.slice(0, -1), path[path.length - 1]], [...value, blank(shape.items, free(value))]);
  const head = make("h3", {}, partWords(name));
  if (editing.edits) head.append(button("+", add));
  return make("section", {}, head, ...value.map((item, place) => folded(shape.items, item, [...path, place], place + 1, editing)));
}

/** @param {Schema} shape @param {Record<string, any>} value @param {Path} path @param {string} name @param {Editing} editing */
function mapping(shape, value, path, name, editing) {
  const head = make("h3", {}, partWords(name));
  const allowed = /** @type {string[] | undefined} */ (shape.propertyNames?.enum ?? resolved(shape.propertyNames ?? {}).enum);
  const left = (allowed ?? []).filter((key) => !(key in value));
  for (const key of editing.edits ? left : []) head.append(button("+", () => editing.put(path, { ...value, [key]: blank(shape.additionalProperties) }), `+ ${valueWords(key)}`));
  return make("section", {}, head, ...Object.entries(value).map(([key, item]) => folded(shape.additionalProperties, item, [...path, key], valueWords(key), editing)));
}

/** One item of many, to be opened. @param {Schema} shape @param {any} item @param {Path} path @param {string | number} key @param {Editing} editing */
function folded(shape, item, path, key, editing) {
  const inner = isWords(resolved(shape)) ? control(shape, item, path, String(key), editing) : parts(shape, item, path, editing);
  const made = make("details", {}, make("summary", {}, titleOf(item, key)), inner);
  made.dataset.open = path.join("/");
  const tools = editing.edits ? [
    button("up", () => editing.move(path, -1), "↑"), button("down", () => editing.move(path, 1), "↓"), button("remove", () => editing.put(path, undefined), "×"),
  ] : [];
  return make("div", { className: "item" }, made, make("span", {}, ...tools));
}

/** A code that is not used yet. @param {any[]} items */
function free(items) {
  const used = items.map((item) => item?.code ?? item?.name ?? item?.action ?? item?.value);
  let number = items.length + 1;
  while (used.includes(`new_${number}`)) number += 1;
  return `new_${number}`;
}

/** @param {string} what @param {() => void} press @param {string} [sign] */
function button(what, press, sign = "+") {
  const made = make("button", { type: "button", className: "small", title: valueWords(what) }, sign);
  made.setAttribute("aria-label", sign.length > 2 ? sign : valueWords(what));
  made.addEventListener("click", (event) => { event.preventDefault(); press(); });
  return made;
}
