// A key that is pressed while a page is still coming counts, once: its scripts are told of it when all
// of them are there, however many were there when it was pressed. No module, so that it listens first.
{
  const MOST = 20;
  /** @type {KeyboardEvent[]} */
  const pressed = [];

  /** What the browser itself does with a key it does at once. @param {KeyboardEvent} event */
  const keep = (event) => {
    event.stopImmediatePropagation();
    if (!event.repeat && pressed.length < MOST) pressed.push(event);
  };

  /** Told again a key types nothing: a field (see typing.js) only hears of it. @param {KeyboardEvent} event */
  const tell = (event) => {
    const field = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
    const where = field ? event.target : document.activeElement ?? document.body;
    where?.dispatchEvent(new KeyboardEvent("keydown", event));
  };

  window.addEventListener("keydown", keep, true);
  document.addEventListener("DOMContentLoaded", () => {
    window.removeEventListener("keydown", keep, true);
    pressed.forEach(tell);
  });
}
