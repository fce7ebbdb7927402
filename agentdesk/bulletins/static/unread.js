// Every page: must-reads that are not read yet stand at its head until they are confirmed. The page loads it; nobody
// imports it.
const EVERY_MS = 60_000;
const place = document.getElementById("bulletins");

/** @param {HTMLElement} place */
async function look(place) {
  const answer = await fetch("/bulletins/unread", { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok) place.innerHTML = await answer.text(); // made by our server, every value escaped there
}

/** @param {SubmitEvent} event @param {HTMLElement} place */
async function read(event, place) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  event.preventDefault();
  await fetch(`/api/bulletins/${form.dataset.bulletin}/read`, { method: "POST" }).catch(() => null);
  await look(place);
}

/** @param {HTMLElement} place */
function stand(place) {
  place.addEventListener("submit", (event) => void read(event, place));
  document.addEventListener("keydown", (event) => {
    const button = event.altKey && event.code === "KeyF" ? place.querySelector("button") : null;
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  setInterval(() => void look(place), EVERY_MS);
  void look(place);
}

if (place) stand(place); // pages without a frame have none
