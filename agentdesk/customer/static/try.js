// A customer's telephone for demonstrations.
import { typing } from "/static/typing.js";
import { ask } from "/static/live.js";
import { Softphone } from "/static/softphone.js";

const PAGE = crypto.randomUUID();
/** @type {Record<string, string>} */
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const button = /** @type {HTMLButtonElement} */ (part("call"));
const callers = /** @type {HTMLSelectElement} */ (part("caller"));
const hotline = /** @type {HTMLSelectElement} */ (part("hotline"));
const filter = /** @type {HTMLInputElement} */ (part("caller-filter"));
const options = [...callers.options];

/** @type {Softphone | undefined} */ let phone;
/** @type {import("/static/softphone.js").Line | undefined} */ let line;
/** @type {MediaStream | undefined} */ let stream;

/** @param {string} text */
function show(text) { part("display").textContent = text; }

/** The microphone, or silence when there is none: a demo caller may only listen. */
async function microphone() {
  if (stream?.getAudioTracks()[0]?.readyState === "live") return stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, channelCount: 1 } });
  } catch {
    show(texts["no-microphone"]);
    stream = new AudioContext().createMediaStreamDestination().stream;
  }
  return stream;
}

function draw() {
  const active = line !== undefined && line.state !== "ended";
  document.body.dataset.call = line?.state ?? "idle";
  button.disabled = !active && !phone?.registered;
  button.classList.toggle("bad", active);
  button.classList.toggle("good", !active);
  button.textContent = active ? texts["hang-up"] : texts.call;
  for (const key of document.querySelectorAll("[data-digit]")) key.toggleAttribute("disabled", line?.state !== "talking");
  for (const field of [callers, hotline, filter]) field.disabled = active;
  show(line ? texts[line.state] ?? "" : phone?.registered ? texts.idle : texts["no-line"]);
}

async function callOrHangUp() {
  if (!phone) return;
  if (line && line.state !== "ended") { phone.hangUp(line); return; }
  const header = `${callers.dataset.header}: ${callers.value || "anonymous"}`;
  line = await phone.call(hotline.value, { headers: [header] });
  draw();
}

/** @param {string} keys */
function press(keys) {
  if (line?.state === "talking") phone?.keypad(line, keys);
}

button.addEventListener("click", () => void callOrHangUp());
document.addEventListener("click", (event) => {
  const key = /** @type {HTMLElement} */ (event.target).closest("[data-digit]")?.getAttribute("data-digit");
  if (key) press(key);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && line && line.state !== "ended") phone?.hangUp(line);
  else if (event.key === "Enter" && event.target !== button && !button.disabled && (!line || line.state === "ended")) void callOrHangUp();
  else if (/^[0-9*#]$/.test(event.key) && (!typing(event) || line?.state === "talking")) press(event.key);
});
filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  const found = options.filter((option) => option.text.toLowerCase().includes(wanted));
  if (!found.length && /^\+?\d{3,20}$/.test(wanted)) found.push(new Option(wanted, wanted)); // any number may call
  callers.replaceChildren(...found);
  if (callers.options.length) callers.selectedIndex = 0;
});
setInterval(() => {
  const seconds = line?.state === "talking" ? Math.floor((Date.now() - line.since) / 1000) : 0;
  part("timer").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}, 500);
addEventListener("pagehide", () => {
  if (line && phone) phone.hangUp(line);
  navigator.sendBeacon("/try/end", new Blob([JSON.stringify({ page: PAGE })], { type: "application/json" }));
});

async function start() {
  try {
    const account = await ask("/try/phone", { page: PAGE });
    phone = new Softphone({ ...account, socket: `${account.scheme}://${location.hostname}:${account.port}/ws` }, microphone);
    phone.addEventListener("link", draw);
    phone.addEventListener("line", (event) => {
      const changed = /** @type {CustomEvent} */ (event).detail;
      if (changed.incoming) phone?.hangUp(changed); else line = changed;
      draw();
    });
    phone.addEventListener("silenced", () => show(texts["sound-blocked"]));
    phone.start();
  } catch (error) {
    show(error instanceof Error ? error.message : String(error));
    setTimeout(start, 3000);
  }
}
await start();
