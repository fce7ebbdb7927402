// Every action has a key. F-keys and Alt combinations that browsers leave alone.

/** @typedef {{key: string, alt?: boolean, act: () => void}} Binding */

/** @param {Binding[]} bindings */
export function bind(bindings) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.repeat) return;
    const found = bindings.find(
      ({ key, alt }) => Boolean(alt) === event.altKey && (event.key === key || event.key.toLowerCase() === key || (alt && event.code === `Key${key.toUpperCase()}`)),
    );
    if (!found) return;
    event.preventDefault();
    found.act();
  });
}

/** Press a button of the page if it can be pressed. @param {string} id @returns {() => void} */
export function press(id) {
  return () => {
    const button = /** @type {HTMLButtonElement | null} */ (document.getElementById(id));
    if (button && !button.disabled && button.offsetParent !== null) button.click();
  };
}
