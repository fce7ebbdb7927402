// The menu editor: every change is an act that the server does, checks and draws; the page keeps what was.
import { ask } from "/static/live.js";
import { typing } from "/static/typing.js";
import { History } from "./history.js";
import { Picture } from "./picture.js";
import { forget, hear, keep, recording, silence } from "./prompts.js";
import { Walk } from "./walk.js";

const TYPED_MS = 500;
const root = one("#editor");
const name = root.dataset.name ?? "";
const history = new History(JSON.parse(one("#tree").textContent ?? "{}"));
const picture = new Picture(one("[data-drawing]"), {
  choose: (node) => look(node),
  connect: (node, how, to) => perform({ do: "connect", node, how, to }),
});
const walk = new Walk(/** @type {HTMLDialogElement} */ (one("[data-walk]")), name, () => history.present,
  (node) => node && picture.mark(node), fail);
/** @type {{ since: string, until: string } | null} */ let period = null;
/** One request after the other: each act begins with what the last one made. */
let queue = Promise.resolve();
/** @type {ReturnType<typeof setTimeout> | undefined} */ let typed;
/** @type {(() => void) | undefined} */ let pending;

/** @param {string} selector @returns {HTMLElement} */
function one(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}

/** @param {unknown} error */
function fail(error) {
  const place = one("[data-refusal]");
  place.textContent = error instanceof Error ? error.message : String(error);
  place.hidden = false;
}

/** @param {() => Promise<void>} work */
function then(work) {
  queue = queue.then(work).catch(fail);
  return queue;
}

/** Show a node, or the tree anew. @param {string} [node] */
function look(node = picture.selected) {
  flush();
  history.pause();
  return then(async () => show(await ask(`/admin/menus/${name}/look`, { body: history.present, selected: node, period })));
}

/** @param {Record<string, unknown>} act @param {string} [field] typed into, which is left alone */
function perform(act, field = "") {
  return then(async () => {
    try {
      const shown = await ask(`/admin/menus/${name}/edit`, { body: history.present, selected: picture.selected, period, act });
      history.go(shown.body, field);
      one("[data-refusal]").hidden = true;
      show(shown, field !== "" && document.activeElement?.matches("textarea, input"));
    } catch (error) {
      show(await ask(`/admin/menus/${name}/look`, { body: history.present, selected: picture.selected, period }));
      throw error;
    }
  });
}

/** @param {any} shown @param {boolean} [typing] the fields stay as they are */
function show(shown, typing = false) {
  picture.draw(shown.drawing, shown.selected);
  one("[data-problems]").innerHTML = shown.problems;
  one("[data-figures]").innerHTML = shown.figures;
  root.dataset.errors = shown.errors;
  if (!typing) panel(shown.panel);
  buttons();
}

/** The fields anew; who was in one of them stays in it. @param {string} html */
function panel(html) {
  const place = one("[data-panel]");
  const before = document.activeElement?.getAttribute("data-act");
  const { scrollTop } = place;
  place.innerHTML = html;
  place.scrollTop = scrollTop;
  const same = before && [...place.querySelectorAll("[data-act]")].find((each) => each.getAttribute("data-act") === before);
  if (same instanceof HTMLElement) same.focus();
}

function buttons() {
  const { changed, past, future } = history;
  one("[data-unkept]").hidden = !changed;
  for (const [selector, off] of /** @type {[string, boolean][]} */ ([
    ["[data-undo]", !past.length], ["[data-redo]", !future.length], ["[data-keep] button", !changed],
  ])) document.querySelector(selector)?.toggleAttribute("disabled", off);
}

// --- fields -----------------------------------------------------------------------------------

/** @param {Element} field */
function actOf(field) {
  const act = JSON.parse(field.getAttribute("data-act") ?? "{}");
  const slot = field.getAttribute("data-slot");
  if (!slot) return act;
  const { value, checked, type } = /** @type {HTMLInputElement} */ (field);
  if (slot === "to" && value === "") return { do: "cut", node: act.node, how: act.how };
  if (type === "checkbox") return { ...act, [slot]: checked };
  if (field.hasAttribute("data-number")) return { ...act, [slot]: value === "" ? null : Number(value) };
  return { ...act, [slot]: value };
}

/** What is still being typed counts now. */
function flush() {
  clearTimeout(typed);
  pending?.();
  pending = undefined;
}

one("[data-panel]").addEventListener("input", (event) => {
  const field = /** @type {HTMLElement} */ (event.target);
  if (!field.matches("textarea[data-act]")) return;
  clearTimeout(typed);
  pending = () => perform(actOf(field), field.getAttribute("data-act") ?? "");
  typed = setTimeout(flush, TYPED_MS);
});
one("[data-panel]").addEventListener("change", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.matches("textarea[data-act]")) flush();
  else if (field.matches("[data-act]") && field.reportValidity()) perform(actOf(field));
  else if (field.matches("[data-language-key]")) languageKeys(field);
});
one("[data-panel]").addEventListener("focusout", () => history.pause());
one("[data-panel]").addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest("button");
  if (!button) return;
  flush();
  if (button.matches("[data-act]")) perform(actOf(button));
  else if (button.closest("[data-words]")) sound(button).catch(fail);
});
one("[data-panel]").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  flush();
  perform({ ...actOf(form), ...Object.fromEntries(new FormData(form)) }).then(() => picture.box.focus());
});
document.addEventListener("click", (event) => {
  const node = /** @type {HTMLElement} */ (event.target).closest("[data-go]")?.getAttribute("data-go");
  if (node) { look(node); picture.box.focus(); }
});

/** @param {HTMLInputElement} changed */
function languageKeys(changed) {
  /** @type {Record<string, string>} */ const value = {};
  document.querySelectorAll("[data-language-key]").forEach((field) => {
    const key = /** @type {HTMLInputElement} */ (field).value;
    if (key) value[key] = field.getAttribute("data-language-key") ?? "";
  });
  perform({ do: "put", node: changed.dataset.node, field: "keys", value });
}

// --- sounds -----------------------------------------------------------------------------------

/** @type {{ stop: () => unknown } | undefined} */ let running;
/** @type {{ words: string, language: string }} */ let upload = { words: "", language: "zh" };

/** @param {HTMLElement} button */
async function sound(button) {
  const { words = "", language = "zh" } = /** @type {HTMLElement} */ (button.closest("[data-words]")).dataset;
  if (button.matches("[data-listen]")) await hear([words], language);
  if (button.matches("[data-upload]")) { upload = { words, language }; one("[data-file]").click(); }
  if (button.matches("[data-unrecord]")) { await forget(words, language); await look(); }
  if (button.matches("[data-record]")) await microphone(button, words, language);
}

/** @param {HTMLElement} button @param {string} words @param {string} language */
async function microphone(button, words, language) {
  if (running) { running.stop(); return; }
  silence();
  const made = await recording().catch(() => { throw new Error(root.dataset.microphone); });
  running = made;
  button.setAttribute("aria-pressed", "true");
  const blob = await made.done;
  running = undefined;
  button.setAttribute("aria-pressed", "false");
  await keep(words, language, blob);
  await look();
}

document.querySelector("[data-file]")?.addEventListener("change", async (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const file = field.files?.[0];
  field.value = "";
  if (!file) return;
  try {
    await keep(upload.words, upload.language, file);
    await look();
  } catch (error) { fail(error); }
});

// --- the whole menu ---------------------------------------------------------------------------

function undo() { flush(); then(async () => history.undo()); look(); }
function redo() { flush(); then(async () => history.redo()); look(); }

document.querySelector("[data-undo]")?.addEventListener("click", undo);
document.querySelector("[data-redo]")?.addEventListener("click", redo);
one("[data-try]").addEventListener("click", () => { flush(); walk.open(); });
one("[data-period]").addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
  period = { since: String(fields.get("since")), until: String(fields.get("until")) };
  one("[data-no-period]").hidden = false;
  look();
});
one("[data-no-period]").addEventListener("click", () => { period = null; one("[data-no-period]").hidden = true; look(); });
document.querySelector("[data-keep]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const why = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("why") ?? "");
  flush();
  then(async () => {
    const { version } = await ask(`/admin/menus/${name}/draft`, { body: history.present, why, after: Number(root.dataset.newest) });
    history.kept = history.present;
    location.assign(`/admin/menus/${name}?version=${version}`);
  });
});
addEventListener("beforeunload", (event) => { if (history.changed) event.preventDefault(); });

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (command && key === "s") { event.preventDefault(); flush(); /** @type {HTMLFormElement | null} */ (document.querySelector("[data-keep]"))?.requestSubmit(); return; }
  if (typing(event)) return;
  /** @type {Record<string, () => void>} */
  const acts = command ? { z: undo, y: redo } : {
    t: () => one("[data-try]").click(),
    n: () => field(".new-node [name=name]"),
    f2: () => field("[data-field=name]"),
    delete: () => /** @type {HTMLElement | null} */ (document.querySelector("[data-field=remove]"))?.click(),
    enter: () => document.activeElement === picture.box && (field("textarea") || field("select")),
  };
  if (event.altKey || !acts[key]) return;
  if (key !== "enter" || document.activeElement === picture.box) event.preventDefault();
  acts[key]();
});

/** Go to a field, if there is one. @param {string} selector */
function field(selector) {
  const found = /** @type {HTMLInputElement | null} */ (one("[data-panel]").querySelector(selector));
  found?.focus();
  found?.select?.();
  return found !== null;
}

look(new URLSearchParams(location.search).get("node") ?? "").then(() => { root.dataset.ready = "true"; });
