// What can be done with an order, by one key each.
import { typing } from "/static/typing.js";

const acts = /** @type {HTMLFormElement | null} */ (document.getElementById("acts"));

/** What the chosen act needs is asked for where it is written, before anything is sent. @param {MouseEvent} event */
function ask(event) {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  const needs = button?.dataset.needs?.split(" ") ?? [];
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (acts?.querySelectorAll("[name=note], [name=to]"))) field.required = needs.includes(field.name);
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.key === "Escape" && typing(event)) /** @type {HTMLElement} */ (event.target).blur();
  if (!acts || typing(event) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  for (const button of acts.querySelectorAll("button")) {
    if (button.dataset.key !== event.key.toUpperCase()) continue;
    event.preventDefault();
    button.click();
    return;
  }
}

acts?.addEventListener("click", ask);
document.addEventListener("keydown", press);
