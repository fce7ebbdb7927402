// Keeps the page when the network is gone. The page's own data is not its business.
// VERSION and FILES stand before this when it is served.

/* global VERSION, FILES */
/** @type {any} */
const worker = self;
/** @type {{VERSION: string, FILES: string[]}} */
// @ts-ignore - declared by the server, in front of this file
const own = { VERSION, FILES };
const CACHE = `mainline-field-${own.VERSION}`;
const PATIENCE_MS = 4000;

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(install().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(tidy().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/field") event.respondWith(shell(event.request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

/** Everything that the page is made of; the shell too, for the first time it is opened without a network. */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(own.FILES);
  const answer = await fetch("/field");
  if (answer.ok && !answer.redirected) await cache.put("/field", answer);
}

/** Old files go; the shell of before stays until there is a new one. */
async function tidy() {
  const cache = await caches.open(CACHE);
  for (const name of await caches.keys()) {
    if (!name.startsWith("mainline-field-") || name === CACHE) continue;
    const shown = await (await caches.open(name)).match("/field");
    if (shown && !(await cache.match("/field"))) await cache.put("/field", shown);
    await caches.delete(name);
  }
}

/** The newest page, or the one of before when nothing answers in time. @param {Request} request */
async function shell(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match("/field");
  try {
    const answer = await (kept ? inTime(fetch(request)) : fetch(request));
    if (answer.ok && !answer.redirected) await cache.put("/field", answer.clone());
    return answer.status >= 500 && kept ? kept : answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

/** @param {Promise<Response>} answer @returns {Promise<Response>} */
function inTime(answer) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("late")), PATIENCE_MS);
    answer.then(resolve, reject);
  });
}

/** A file of ours as it was installed. @param {Request} request */
async function file(request) {
  const kept = await (await caches.open(CACHE)).match(request, { ignoreSearch: true });
  return kept ?? fetch(request);
}
