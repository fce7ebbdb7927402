/** Whether a key belongs to a field that is being typed into. @param {Event} event */
export function typing(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target.matches?.("input, textarea, select, [contenteditable]") ?? false;
}
