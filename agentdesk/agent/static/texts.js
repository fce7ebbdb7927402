// Words of the page in its language; the server put them there.
/** @type {Record<string, string>} */
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

/** @param {string} name @returns {string} */
export function words(name) {
  return texts[name] ?? name;
}

/** An element with text, never with markup. @param {string} tag @param {string} [className] @param {string} [text]
 * @returns {HTMLElement} */
export function make(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** @param {string} id @returns {HTMLElement} */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** Minutes and seconds. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return (hours ? `${hours}:${two(Math.floor(whole / 60) % 60)}` : `${Math.floor(whole / 60)}`) + `:${two(whole % 60)}`;
}

/** Tell the agent something, for a while. @param {string} text @param {"good" | "warn" | "bad"} [kind] */
export function say(text, kind = "warn") {
  const note = make("p", `notice ${kind}`, text);
  part("notes").replaceChildren(note);
  setTimeout(() => note.remove(), 12_000);
}

/** Whether the server was not there, rather than saying no. @param {any} error */
export function away(error) {
  return error instanceof TypeError || error?.status === 503;
}

/** Do something that may be refused, and tell why. @template T @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>} */
export async function tried(work) {
  try {
    return await work();
  } catch (error) {
    say(error instanceof TypeError ? words("offline") : error instanceof Error ? error.message : String(error), "bad");
    return undefined;
  }
}
