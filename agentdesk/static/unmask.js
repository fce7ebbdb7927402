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
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyE") return;
  const details = document.querySelector("details.unmask");
  if (!(details instanceof HTMLDetailsElement)) return;
  event.preventDefault();
  details.open = true;
  details.querySelector("select")?.focus();
});
