// Choosing where a call goes: people with their presence, queues, departments, the menu, a number outside;
// at once, asked first, or as a third in the talk.
import { ask } from "/static/live.js";
import { make, part, tried, words } from "./texts.js";

/** @typedef {import("./lines.js").Lines} Lines */
/** @typedef {"agent" | "team" | "queue" | "contact" | "outside" | "menu" | "survey"} Kind */
/** @typedef {{target: string, title: string, detail: string, kind: Kind, presence: string, consult?: string}} Place */

const OUTSIDE = /^\+?\d{7,15}$/;

/** @param {Lines} lines @returns {() => void} to be told that the floor has changed */
export function transferDialog(lines) {
  const dialog = /** @type {HTMLDialogElement} */ (part("transfer-dialog"));
  const filter = /** @type {HTMLInputElement} */ (part("transfer-filter"));
  const list = /** @type {HTMLSelectElement} */ (part("transfer-list"));
  const back = /** @type {HTMLSelectElement} */ (part("transfer-back"));
  /** @type {Place[]} */ let places = [];
  /** @type {Place[]} */ let found = [];

  function draw() {
    const wanted = filter.value.trim().toLowerCase(), chosen = list.value;
    found = places.filter((place) => `${place.target} ${place.title} ${place.detail}`.toLowerCase().includes(wanted));
    if (OUTSIDE.test(wanted)) {
      found.push({ target: wanted, title: wanted, detail: words("outside"), kind: "outside", presence: "" });
    }
    list.replaceChildren(...found.map((place) => {
      const option = /** @type {HTMLOptionElement} */ (make("option", place.presence, `${place.title} · ${place.detail}`));
      option.value = place.target;
      option.dataset.kind = place.kind;
      option.dataset.presence = place.presence;
      return option;
    }));
    list.selectedIndex = Math.max(0, found.findIndex((place) => place.target === chosen));
    allow();
  }

  const chosen = () => found[list.selectedIndex];

  /** What can be done with the chosen one. */
  function allow() {
    const place = chosen(), kind = place?.kind ?? "";
    const can = (/** @type {string} */ id, /** @type {boolean} */ possible) => {
      /** @type {HTMLButtonElement} */ (part(id)).disabled = !possible;
    };
    can("transfer-blind", Boolean(place));
    can("transfer-consult", Boolean(place?.consult) || ["contact", "outside"].includes(kind));
    can("transfer-third", ["agent", "contact", "outside"].includes(kind));
    part("transfer-back-row").hidden = kind !== "menu";
  }

  /** @param {string} button @param {(place: Place) => Promise<void>} act */
  const go = (button, act) => () => {
    const place = chosen();
    if (!place || /** @type {HTMLButtonElement} */ (part(button)).disabled) return;
    dialog.close();
    void tried(() => act(place));
  };
  const acts = {
    blind: go("transfer-blind", (place) => lines.blind(place, back.value)),
    consult: go("transfer-consult", (place) => lines.consult(place)),
    third: go("transfer-third", (place) => lines.askIn(place)),
  };

  filter.addEventListener("input", draw);
  list.addEventListener("change", allow);
  for (const [name, act] of Object.entries(acts)) part(`transfer-${name}`).addEventListener("click", act);
  dialog.addEventListener("keydown", (event) => {
    const field = event.target === filter || event.target === list;
    if (event.key === "Enter" && field) {
      event.preventDefault();
      if (event.shiftKey) acts.consult(); else if (event.ctrlKey) acts.third(); else acts.blind();
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target === filter) {
      event.preventDefault();
      list.selectedIndex = Math.max(0, Math.min(list.length - 1, list.selectedIndex + (event.key === "ArrowDown" ? 1 : -1)));
      allow();
    }
  });

  async function refresh() {
    const call = encodeURIComponent(lines.active?.key ?? "");
    places = (await ask(`/desk/places?call=${call}`)).places;
    draw();
  }
  part("transfer").addEventListener("click", () => void tried(async () => {
    filter.value = "";
    places = [];
    draw();
    dialog.showModal();
    filter.focus();
    await refresh();
  }));
  return () => { if (dialog.open) void refresh().catch(() => undefined); };
}
