// The live stream in the page. Reconnects by itself and resumes where it was.

/**
 * @typedef {object} LiveOptions
 * @property {string[]} [feeds] pictures to subscribe to; they arrive as "feed.<name>"
 * @property {boolean} [everything] all facts, for leaders
 * @property {(up: boolean) => void} [onLink] told when the stream is up or down
 */

/**
 * Listen to the stream. Handlers by event name: facts ("agent.offered"), "feed.<name>", "hello"
 * (connected; ask for the present state), "reset" (too far behind; ask anew).
 * @param {Record<string, (data: any, id: number) => void>} handlers a fact comes with its place in the journal
 * @param {LiveOptions} [options]
 * @returns {() => void} stops listening
 */
export function listen(handlers, options = {}) {
  const address = new URL("/live", location.href);
  if (options.feeds?.length) address.searchParams.set("feeds", options.feeds.join(","));
  if (options.everything) address.searchParams.set("everything", "true");
  /** @type {EventSource | undefined} */ let source;
  let last = "", beat = 0, stopped = false;

  function open() {
    if (last) address.searchParams.set("after", last);
    const opened = new EventSource(address);
    source = opened;
    beat = Date.now();
    opened.onopen = () => { beat = Date.now(); options.onLink?.(true); };
    opened.onerror = () => {
      options.onLink?.(false);
      if (opened.readyState === EventSource.CLOSED && !stopped) setTimeout(open, 2000);
    };
    opened.addEventListener("beat", () => { beat = Date.now(); });
    for (const [name, handle] of Object.entries(handlers)) {
      opened.addEventListener(name, (event) => {
        beat = Date.now();
        if (event.lastEventId) last = event.lastEventId;
        handle(JSON.parse(event.data), Number(event.lastEventId));
      });
    }
    if (!handlers.hello) opened.addEventListener("hello", (event) => { last = event.lastEventId; });
  }

  // a stream may fall silent without an error (a sleeping laptop): open it anew
  const watch = setInterval(() => {
    if (Date.now() - beat > 25_000) { source?.close(); options.onLink?.(false); open(); }
  }, 5000);
  // when the browser says that the network has gone, that is shown at once; it may be wrong, then the watch opens it anew
  window.addEventListener("offline", () => { source?.close(); options.onLink?.(false); });
  window.addEventListener("online", () => { if (!stopped && source?.readyState === EventSource.CLOSED) open(); });
  open();
  return () => { stopped = true; clearInterval(watch); source?.close(); };
}

/** Fetch; that nobody could be reached is told in the page's words. @param {string} path @param {RequestInit} options */
export function reach(path, options) {
  return fetch(path, options).catch((error) => { throw new TypeError(document.body.dataset.away, { cause: error }); });
}

/**
 * Ask our server; refusals are thrown with the words for the person.
 * @param {string} path @param {unknown} [body] sent as JSON by POST; without one it is a GET
 * @returns {Promise<any>}
 */
export async function ask(path, body) {
  const language = document.documentElement.lang === "en" ? "en" : "zh_CN";
  const response = await reach(path, body === undefined ? { headers: { Accept: "application/json" } } : {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(answer?.error, response.status, language);
  return answer;
}

/** A refusal of the server: a stable code and words in the page's language. */
export class Refusal extends Error {
  /** @param {any} error @param {number} status @param {string} language */
  constructor(error, status, language) {
    super(error?.messages?.[language] ?? error?.message ?? String(status));
    this.code = error?.code ?? "unknown";
    this.status = status;
  }
}
