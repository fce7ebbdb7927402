// What can be done with an order, by one key each.
import { typing } from "/static/typing.js";

const acts = document.getElementById("acts");

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

document.addEventListener("keydown", press);
