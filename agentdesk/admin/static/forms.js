// A definition as a form: an outline of its parts, the chosen part's fields, what is wrong, how it looks, what differs.
import { ask } from "/static/live.js";
import { typing } from "/static/typing.js";
import { control, make, parts, partWords, titleOf } from "./controls.js";
import { History } from "./history.js";
import { at, blank, collections, isMany, moved, put, resolved, whole } from "./schema.js";

/** @typedef {import("./schema.js").Path} Path */
const TYPED_MS = 400;
/** Which part of the definition gives the names that a field may have. @type {Record<string, string>} */
const NAMED_IN = { team: "teams", flow: "flows", calendar: "calendars", chain: "chains", dictionary: "dictionaries", print_form: "print_forms" };
const root = one("#forms");
const history = new History(JSON.parse(one("#body").textContent ?? "{}"));
const edits = root.dataset.edits === "yes";
/** @type {Path} */ let chosen = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */ let waiting;
/** Only the newest answer counts. */
let asked = 0;

/** @param {string} selector @returns {HTMLElement} */
function one(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}

const editing = {
  edits,
  /** @param {string} name */
  list: (name) => suggestions(name),
  /** @param {Path} path @param {any} value @param {boolean} [typed] */
  put(path, value, typed = false) {
    history.go(put(history.present, path, value), typed ? path.join("/") : "");
    changed(typed);
  },
  /** @param {Path} path @param {number} by */
  move(path, by) {
    history.go(moved(history.present, path, by).body);
    changed();
  },
};

// --- the outline ------------------------------------------------------------------------------

function outline() {
  const place = one("[data-outline]");
  const { scrollTop } = place;
  place.replaceChildren(...collections().flatMap(({ name, shape }) => {
    if (!isMany(shape)) return [make("ul", {}, entry([name], partWords(name)))];
    const head = make("h3", {}, partWords(name));
    if (edits) {
      const add = make("button", { type: "button", className: "small", title: `${partWords(name)}: +` }, "+");
      add.setAttribute("aria-label", `${partWords(name)}: +`);
      add.addEventListener("click", () => begin(name));
      head.append(add);
    }
    const items = Object.entries(history.present[name] ?? {});
    const key = (/** @type {string} */ text) => (shape.type === "array" ? Number(text) : text);
    return [head, make("ul", {}, ...items.map(([text, item]) => entry([name, key(text)], titleOf(item, text))))];
  }));
  place.scrollTop = scrollTop;
}

/** @param {Path} path @param {string} title */
function entry(path, title) {
  const button = make("button", { type: "button", title }, title);
  button.dataset.part = path.join("/");
  button.setAttribute("aria-current", String(path.join("/") === chosen.join("/")));
  button.addEventListener("click", () => choose(path));
  return make("li", {}, button);
}

/** @param {Path} path */
function choose(path) {
  history.pause();
  chosen = path;
  outline();
  form();
  look();
}

/** A new thing of a kind. @param {string} name */
function begin(name) {
  const shape = resolved(whole.properties[name]);
  const there = history.present[name] ?? (shape.type === "array" ? [] : {});
  const used = Array.isArray(there) ? there.map((each) => each.code) : Object.keys(there);
  let number = used.length + 1;
  while (used.includes(`new_${number}`)) number += 1;
  const code = `new_${number}`;
  const made = blank(shape.type === "array" ? shape.items : shape.additionalProperties, code);
  if (made.team !== undefined) Object.assign(made, { team: Object.keys(history.present.teams ?? {})[0] ?? "", flow: Object.keys(history.present.flows ?? {})[0] ?? "" });
  history.go(put(history.present, [name], Array.isArray(there) ? [...there, made] : { ...there, [code]: made }));
  choose([name, Array.isArray(there) ? there.length : code]);
  field();
}

// --- the fields -------------------------------------------------------------------------------

function form() {
  const place = one("[data-form]");
  const open = new Set([...place.querySelectorAll("details[open]")].map((each) => /** @type {HTMLElement} */ (each).dataset.open));
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.path;
  const { scrollTop } = place;
  place.replaceChildren(...drawn());
  for (const each of /** @type {NodeListOf<HTMLDetailsElement>} */ (place.querySelectorAll("details"))) each.open = open.has(each.dataset.open);
  place.scrollTop = scrollTop;
  if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-path="${CSS.escape(focused)}"]`))?.focus();
}

/** @returns {HTMLElement[]} */
function drawn() {
  const [name, key] = chosen;
  if (name === undefined) return [];
  const shape = resolved(whole.properties[name]);
  const value = at(history.present, chosen);
  if (key === undefined) return [control(shape, value, chosen, String(name), editing)];
  const inner = resolved(shape.type === "array" ? shape.items : shape.additionalProperties);
  const title = make("h2", {}, titleOf(value, key));
  const named = shape.type === "array" ? [] : [naming(String(name), String(key))];
  return [title, ...named, inner.type === "object" && inner.ref !== "LocalizedText" ? parts(inner, value, chosen, editing) : control(inner, value, chosen, String(name), editing)];
}

/** The name under which a part is known; whoever uses it has to follow. @param {string} name @param {string} key */
function naming(name, key) {
  const input = make("input", { value: key, autocomplete: "off", disabled: !edits });
  input.addEventListener("change", () => {
    const parts = Object.entries(history.present[name]);
    if (!input.value || input.value in history.present[name]) { input.value = key; return; }
    history.go(put(history.present, [name], Object.fromEntries(parts.map(([each, value]) => [each === key ? input.value : each, value]))));
    choose([name, input.value]);
  });
  return make("label", {}, partWords("code"), input);
}

/** A list of names that fit a field, kept beside the form. @param {string} name */
function suggestions(name) {
  if (name === "roles") return "list-roles";
  const names = NAMED_IN[name] ? Object.keys(history.present[NAMED_IN[name]] ?? {}) : ["after", "at", "action", "to"].includes(name) ? actions(name) : [];
  if (!names.length) return "";
  const id = `list-${name}`;
  document.getElementById(id)?.remove();
  document.body.append(make("datalist", { id }, ...names.map((each) => make("option", { value: each }))));
  return id;
}

/** Actions of the chosen type's flow, or the steps of a chosen flow. @param {string} name */
function actions(name) {
  const flow = chosen[0] === "flows" ? String(chosen[1]) : at(history.present, chosen)?.flow;
  /** @type {any[]} */ const steps = history.present.flows?.[flow] ?? [];
  if (name === "to") return steps.map((step) => step.code);
  return [...(name === "at" ? ["open"] : []), ...new Set(steps.flatMap((step) => (step.transitions ?? []).map((/** @type {any} */ way) => way.action)))];
}

// --- what the server says ---------------------------------------------------------------------

/** @param {boolean} [typed] the fields stay as they are */
function changed(typed = false) {
  outline();
  if (!typed) form();
  buttons();
  clearTimeout(waiting);
  waiting = setTimeout(look, TYPED_MS);
}

async function look() {
  clearTimeout(waiting);
  asked += 1;
  const mine = asked;
  const against = /** @type {HTMLSelectElement} */ (one("[data-against]")).value;
  const part = String(at(history.present, chosen)?.code ?? "");
  try {
    const shown = await ask(`${root.dataset.base}/look`, { body: history.present, part, against: against ? Number(against) : null });
    if (mine !== asked) return;
    one("[data-problems]").innerHTML = shown.problems;
    one("[data-preview]").innerHTML = shown.preview;
    one("[data-changes]").innerHTML = shown.changes;
    root.dataset.errors = shown.errors;
    one("[data-refusal]").hidden = true;
    mark();
  } catch (error) { fail(error); }
  root.dataset.looked = String(mine);
}

/** Parts with mistakes are red in the outline. */
function mark() {
  const wrong = new Set([...document.querySelectorAll("[data-problems] [data-go]")].map((each) => placeOf(each.getAttribute("data-go") ?? "").join("/")));
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part]"))) button.classList.toggle("wrong", wrong.has(button.dataset.part ?? ""));
}

/** The part that a problem speaks of. @param {string} where @returns {Path} */
function placeOf(where) {
  const [first, second] = where.split(".");
  if (first in (whole.properties ?? {})) return second === undefined ? [first] : [first, Array.isArray(history.present[first]) ? Number(second) : second];
  const code = where.split("/")[0];
  const types = /** @type {any[]} */ (history.present.types ?? []);
  const place = types.findIndex((each) => each.code === code);
  if (place >= 0) return ["types", place];
  const holder = Object.keys(history.present).find((name) => !Array.isArray(history.present[name]) && code in Object(history.present[name]));
  return holder ? [holder, code] : [];
}

/** @param {unknown} error */
function fail(error) {
  const place = one("[data-refusal]");
  place.textContent = error instanceof Error ? error.message : String(error);
  place.hidden = false;
}

// --- the whole --------------------------------------------------------------------------------

function buttons() {
  one("[data-unkept]").hidden = !history.changed;
  for (const [selector, off] of /** @type {[string, boolean][]} */ ([
    ["[data-undo]", !history.past.length], ["[data-redo]", !history.future.length], ["[data-keep] button", !history.changed],
  ])) document.querySelector(selector)?.toggleAttribute("disabled", off);
}

/** @param {"undo" | "redo"} which */
function back(which) {
  history[which]();
  if (at(history.present, chosen) === undefined) chosen = ["types", 0];
  changed();
}

/** @param {number} by */
function walk(by) {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-part]")]);
  const here = all.findIndex((each) => each.dataset.part === chosen.join("/"));
  all[Math.min(all.length - 1, Math.max(0, here + by))]?.click();
  focus();
}

function focus() {
  /** @type {HTMLElement | null} */ (document.querySelector("[data-part][aria-current=true]"))?.focus();
}

function field() {
  /** @type {HTMLElement | null} */ (one("[data-form]").querySelector("input, select"))?.focus();
}

/** @param {number} by */
function shift(by) {
  if (!edits || chosen.length < 2) return;
  const { body, key } = moved(history.present, chosen, by);
  history.go(body);
  choose([chosen[0], key]);
  changed();
  focus();
}

function remove() {
  if (!edits || chosen.length < 2) return;
  history.go(put(history.present, chosen, undefined));
  chosen = [];
  changed();
  /** @type {HTMLElement | null} */ (document.querySelector("[data-part]"))?.focus();
}

document.querySelector("[data-undo]")?.addEventListener("click", () => back("undo"));
document.querySelector("[data-redo]")?.addEventListener("click", () => back("redo"));
one("[data-against]").addEventListener("change", look);
one("[data-form]").addEventListener("focusout", () => history.pause());
document.addEventListener("click", (event) => {
  const where = /** @type {HTMLElement} */ (event.target).closest("[data-go]")?.getAttribute("data-go");
  const place = where ? placeOf(where) : [];
  if (place.length) { choose(place); focus(); }
});
document.querySelector("[data-keep]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const why = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("why") ?? "");
  try {
    const { version } = await ask(`${root.dataset.base}/draft`, { body: history.present, why, after: Number(root.dataset.newest) });
    history.kept = history.present;
    location.assign(`${root.dataset.base}?version=${version}`);
  } catch (error) { fail(error); }
});
addEventListener("beforeunload", (event) => { if (history.changed) event.preventDefault(); });
document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "s") { event.preventDefault(); /** @type {HTMLFormElement | null} */ (document.querySelector("[data-keep]"))?.requestSubmit(); return; }
  if (key === "escape" && typing(event)) { focus(); return; }
  if (typing(event)) return;
  /** @type {Record<string, () => void>} */
  const acts = event.ctrlKey || event.metaKey ? { z: () => back("undo"), y: () => back("redo") }
    : event.altKey ? { arrowup: () => shift(-1), arrowdown: () => shift(1) }
    : { arrowup: () => walk(-1), arrowdown: () => walk(1), n: () => edits && chosen.length && begin(String(chosen[0])), delete: remove, enter: field };
  if (!acts[key] || (key === "enter" && !(/** @type {HTMLElement} */ (event.target).matches("[data-part]")))) return;
  event.preventDefault();
  acts[key]();
});

/** The first thing of the first kind that has several; a form is never empty. @returns {Path} */
function beginning() {
  const many = collections().find(({ name, shape }) => isMany(shape) && Object.keys(history.present[name] ?? {}).length);
  if (!many) return collections().slice(0, 1).map(({ name }) => name);
  return [many.name, many.shape.type === "array" ? 0 : Object.keys(history.present[many.name])[0]];
}

choose(beginning());
buttons();
