// What the board's scripts say.
import { language, speaking } from "/static/elements.js";

/** @typedef {import("/static/elements.js").Both} Both */

export const { words, span } = speaking(document.getElementById("board")?.dataset.texts);

/** @param {Both | null | undefined} text */
export function both(text) {
  return text ? text[language] : "";
}
