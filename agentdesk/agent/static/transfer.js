// Choosing where a call goes: a colleague, a queue, a number outside; blind, or asked first.
import { ask } from "/static/live.js";
import { make, part, tried, words } from "./texts.js";

/** @typedef {import("./lines.js").Lines} Lines */
/** @typedef {{target: string, title: string, detail: string, kind: "agent" | "queue" | "outside"}} Place */

/** @param {Lines} lines */
export function transferDialog(lines) {
  const dialog = /** @type {HTMLDialogElement} */ (part("transfer-dialog"));
  const filter = /** @type {HTMLInputElement} */ (part("transfer-filter"));
  const list = /** @type {HTMLSelectElement} */ (part("transfer-list"));
  /** @type {Place[]} */ let places = [];

  function draw() {
    const wanted = filter.value.trim().toLowerCase();
    const found = places.filter((place) => `${place.target} ${place.title}`.toLowerCase().includes(wanted));
    if (/^\+?\d{7,15}$/.test(wanted)) {
      found.push({ target: wanted, title: wanted, detail: words("outside"), kind: "outside" });
    }
    list.replaceChildren(...found.map((place) => {
      const option = /** @type {HTMLOptionElement} */ (make("option", "", `${place.title} · ${place.detail}`));
      option.value = place.target;
      option.dataset.kind = place.kind;
      return option;
    }));
    if (found.length) list.selectedIndex = 0;
    allow();
  }

  function allow() {
    const kind = list.selectedOptions[0]?.dataset.kind;
    /** @type {HTMLButtonElement} */ (part("transfer-blind")).disabled = !kind;
    /** @type {HTMLButtonElement} */ (part("transfer-consult")).disabled = kind !== "agent";
  }

  /** @param {(target: string) => Promise<void>} act */
  const go = (act) => () => {
    const target = list.value;
    dialog.close();
    if (target) void tried(() => act(target));
  };
  const consult = go((target) => lines.consult(target));
  const blind = go((target) => lines.blind(target));

  filter.addEventListener("input", draw);
  list.addEventListener("change", allow);
  part("transfer-blind").addEventListener("click", blind);
  part("transfer-consult").addEventListener("click", consult);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target !== part("transfer-blind") && event.target !== part("transfer-consult")) {
      event.preventDefault();
      if (event.altKey || event.shiftKey) consult(); else blind();
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target === filter) {
      event.preventDefault();
      list.selectedIndex = Math.max(0, Math.min(list.length - 1, list.selectedIndex + (event.key === "ArrowDown" ? 1 : -1)));
      allow();
    }
  });
  part("transfer").addEventListener("click", () => void tried(async () => {
    filter.value = "";
    places = [];
    draw();
    dialog.showModal();
    filter.focus();
    places = (await ask("/desk/places")).places;
    draw();
  }));
}
