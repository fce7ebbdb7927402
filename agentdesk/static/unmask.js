// Every page: take the masks off the record that is shown, for a reason. Who draws the record itself again listens
// for `unmasked` and prevents its default, which is to load the page anew. The page loads it; nobody imports it.

/** @param {SubmitEvent} event */
async function ask(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const path = form.dataset.unmask;
  if (!path) return;
  event.preventDefault();
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(Object.fromEntries(new FormData(form))),
  }).catch(() => null);
  if (answer?.ok) {
    if (form.dispatchEvent(new CustomEvent("unmasked", { bubbles: true, cancelable: true }))) location.reload();
  } else {
    await refuse(form, answer);
  }
}

/** @param {HTMLFormElement} form @param {Response | null} answer */
async function refuse(form, answer) {
  const told = await answer?.json().catch(() => null);
  const language = document.documentElement.lang === "en" ? "en" : "zh_CN";
  const place = /** @type {HTMLOutputElement} */ (form.querySelector("output"));
  place.value = told?.error?.messages?.[language] ?? String(answer?.status ?? "–");
}

document.addEventListener("submit", (event) => void ask(event));
/** F7 opens the form and Escape puts it away again; every letter with Alt has its meaning at the desk. @param {KeyboardEvent} event */
function press(event) {
  const details = document.querySelector("details.unmask");
  if (!(details instanceof HTMLDetailsElement)) return;
  if (event.key === "F7" && !event.repeat) {
    event.preventDefault();
    details.open = true;
    details.querySelector("select")?.focus();
  } else if (event.key === "Escape" && details.open && details.contains(document.activeElement)) {
    event.preventDefault();
    details.open = false;
    details.querySelector("summary")?.focus();
  }
}

document.addEventListener("keydown", press);
