// Every page: keyboard help, and small aids that need no framework.

const help = /** @type {HTMLDialogElement} */ (document.getElementById("key-help"));

/** Whether a key belongs to a field that is being typed into. @param {Event} event */
export function typing(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target.matches?.("input, textarea, select, [contenteditable]") ?? false;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !typing(event)) {
    event.preventDefault();
    if (help.open) help.close(); else help.showModal();
  }
  const entry = event.altKey && /^[1-9]$/.test(event.key)
    ? /** @type {HTMLAnchorElement | null} */ (document.querySelector(`nav a[data-key="${event.key}"]`)) : null;
  if (entry) {
    event.preventDefault();
    entry.click();
  }
});
document.querySelectorAll("[data-key-help]").forEach((button) =>
  button.addEventListener("click", () => help.showModal()),
);
document.querySelectorAll("dialog [data-close]").forEach((button) =>
  button.addEventListener("click", () => button.closest("dialog")?.close()),
);
