// A key that is pressed while a page is still coming counts: it is told again once the page's scripts
// are there. No module, so that it listens before anything is shown.
{
  const MOST = 20;
  /** @type {KeyboardEvent[]} */
  const pressed = [];

  /** @param {KeyboardEvent} event */
  const keep = (event) => {
    if (!event.repeat && pressed.length < MOST) pressed.push(event);
  };

  /** Told again it types nothing, so a field only hears of it. @param {KeyboardEvent} event */
  const tell = (event) => {
    const field = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    const where = field ? event.target : document.activeElement ?? document.body;
    where?.dispatchEvent(new KeyboardEvent("keydown", event));
  };

  document.addEventListener("keydown", keep, true);
  document.addEventListener("DOMContentLoaded", () => {
    document.removeEventListener("keydown", keep, true);
    pressed.forEach(tell);
  });
}
