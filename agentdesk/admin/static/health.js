// Looks again every five seconds while the page is in sight.

setInterval(async () => {
  if (document.hidden) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = fresh.querySelector("main");
  if (main) document.querySelector("main")?.replaceChildren(...main.childNodes);
}, 5000);
