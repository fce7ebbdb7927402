// The text of a definition: check without leaving, keys for checking and keeping.

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("definition"));
const problems = document.getElementById("problems");

async function check() {
  if (!form || !problems) return;
  const response = await fetch(form.dataset.check ?? "", {
    method: "POST",
    body: new URLSearchParams(/** @type {any} */ (new FormData(form))),
    headers: { Accept: "text/html" },
  });
  const text = await response.text();
  problems.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
}

form?.querySelector("[data-check-now]")?.addEventListener("click", check);
form?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
  if (!(event.ctrlKey || event.metaKey)) return;
  if (event.key === "Enter") { event.preventDefault(); check(); }
  if (event.key === "s") { event.preventDefault(); form.requestSubmit(); }
});
