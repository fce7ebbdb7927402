// The agent's desk. What is true lives in Asterisk and in the journal; this page is a view of it.
import { ask, listen } from "/static/live.js";
import { typing } from "/static/typing.js";
import { Softphone } from "/static/softphone.js";
import { Microphone, echoProven, until } from "./checks.js";
import { Floor } from "./floor.js";
import { bind, press } from "./keys.js";
import { Knowledge } from "./knowledge.js";
import { Lines } from "./lines.js";
import { MissedCalls } from "./missed.js";
import { AppointmentDialog } from "./appointment.js";
import { OrderDialog } from "./order.js";
import { callingOut } from "./out.js";
import { pledges } from "./pledge.js";
import { Pop } from "./pop.js";
import { Ringer } from "./ringer.js";
import { after, fromServer, inCall, shown } from "./standing.js";
import { Status } from "./status.js";
import { part, say, tried, words } from "./texts.js";
import { transferDialog } from "./transfer.js";
import { Wrapup } from "./wrapup.js";

const PAGE = crypto.randomUUID();
const PROVEN = "mainline-desk-proven";
const AUTO_ANSWER_MS = 1200;
const SETTLED_MS = 900;
const FACTS = [
  "agent.signed_in", "agent.ready", "agent.paused", "agent.signed_out", "agent.wrapup_ended", "agent.offered",
  "agent.answered", "agent.missed", "agent.left_call", "call.placed", "call.rejoined", "call.ended",
  "caller.identified", "agent.proven", "call.transferred", "agent.held", "agent.resumed", "agent.reserved",
  "agent.released", "agent.corrected", "agent.pause_overrun", "conference.joined", "conference.left", "agent.direct_missed",
];

const microphone = new Microphone();
const ringer = new Ringer(microphone.context);
const lines = new Lines();
const status = new Status(prove, signOff);
const floor = new Floor(() => inCall(status.standing.act));
const missedCalls = new MissedCalls(async (number) => { await phone?.call(number); });
const pop = new Pop((customer) => customerKnown(customer));
const talk = () => ({ call: wrapup.call || pop.call, customer: wrapup.customer });
const order = new OrderDialog(talk, () => pop.show(pop.call, true));
const appointment = new AppointmentDialog(() => wrapup.call || pop.call, () => pop.show(pop.call, true));
const knowledge = new Knowledge();
const wrapup = new Wrapup({ onDone: () => { knowledge.clear(); if (!lines.all.length) pop.clear(); soon(); }, onReason: (reason) => { knowledge.about(reason.code); if (reason.order_type) order.prefer(reason.order_type); } });
/** @type {Softphone | null} */ let phone = null;
let locked = false, skew = 0, settling = 0, autoAnswer = false;

/** Ask the server what is true. */
async function settle() {
  const state = await ask("/desk/state").catch(() => null);
  if (!state) return null;
  skew = Date.parse(state.now) - Date.now();
  status.wrapupS = state.wrapup_s;
  status.standing = fromServer(state, skew);
  status.proven = state.proven_now && Boolean(phone?.registered);
  if (state.proven_now) status.light("echo", "good");
  if (state.call_id) lines.others.set(state.call_id, state.others);
  floor.know(state, skew);
  autoAnswer = state.auto_answer;
  part("auto").setAttribute("aria-pressed", String(autoAnswer));
  lines.draw();
  attend();
  return state;
}

/** @param {string} kind @param {any} fact @param {number} id its place in the journal */
function learn(kind, fact, id) {
  const mine = !fact.agent || fact.agent === floor.number; // others take part in my call too
  if (mine) status.standing = after(status.standing, kind, fact);
  const call = String(fact.subject ?? "").replace(/^call:/, "");
  if (kind === "agent.offered" || kind === "call.placed") void pop.learn(call, id);
  if (kind === "caller.identified" && call === pop.call) void pop.learn(call, id);
  if (kind === "agent.left_call" || kind === "agent.missed" || kind === "call.ended") tidy(call);
  if (kind === "conference.joined" || kind === "conference.left") {
    lines.others.set(call, Math.max(0, (lines.others.get(call) ?? 0) + (kind === "conference.joined" ? 1 : -1)));
    lines.draw();
  }
  if ((kind === "agent.missed" || kind === "agent.direct_missed") && !part("missed").hidden) void missedCalls.load();
  attend();
  soon();
}

/** What the page shows is asked for once, after all that happens together. */
function soon() {
  clearTimeout(settling);
  settling = setTimeout(() => { void settle(); void history(); }, SETTLED_MS);
}

/** Show what belongs to the present call. */
function attend() {
  const { standing } = status;
  if (standing.call && standing.act) void pop.show(standing.call);
  if (standing.act === "wrapup") wrapup.callOver(standing.call);
  if (standing.call && (inCall(standing.act) || standing.act === "wrapup")) wrapup.begin(standing.call);
  status.draw();
}

/** A pop that nobody answered goes away again. @param {string} call */
function tidy(call) {
  if (pop.call === call && wrapup.call !== call && !lines.all.length) pop.clear();
}

/** @param {number | null} customer */
function customerKnown(customer) {
  wrapup.customer = customer;
  const title = part("pop").querySelector("[data-title]")?.textContent?.trim();
  if (title && pop.call) lines.titles.set(pop.call, title);
  lines.draw();
}

// --- the telephone ---------------------------------------------------------------------------

async function takePhone() {
  phone?.stop();
  const reloaded = sessionStorage.getItem(PROVEN) !== null;
  const account = await ask("/desk/phone", { page: PAGE, reloaded });
  locked = false;
  lock(false);
  if (!account.user) { part("soft").hidden = true; return; }
  const socket = `${account.scheme}://${location.hostname}:${account.port}/ws`;
  phone = new Softphone({ ...account, socket }, () => microphone.stream());
  lines.phone = phone;
  phone.addEventListener("link", linkChanged);
  phone.addEventListener("line", (event) => lineChanged(/** @type {CustomEvent} */ (event).detail));
  phone.addEventListener("lost", () => say(words("media-lost"), "bad"));
  phone.addEventListener("silenced", () => say(words("sound-blocked")));
  phone.start();
}

function linkChanged() {
  if (!phone || locked) return;
  const { linked, registered } = phone;
  status.light("link", registered ? "good" : linked ? "warn" : "bad", registered ? "" : words("link-down"));
  part("link").hidden = registered;
  if (!registered) status.proven = false;
  else if (status.standing.word === "ready") void settle();
}

/** @param {import("/static/softphone.js").Line} line */
function lineChanged(line) {
  if (line.state === "ringing" && line.key) void pop.show(line.key);
  if (line.state === "ringing" && autoAnswer && !line.auto) void answerByItself(line);
  if (line.state === "talking" && line.key) wrapup.begin(line.key);
  if (line.state === "ended") { lines.over(line); if (line.key) tidy(line.key); letGo(); }
  else lines.draw();
  ringing(lines.all.some((each) => each.state === "ringing" && !each.auto));
}

/** The option of this agent: a tone in the ear, then the caller. @param {import("/static/softphone.js").Line} line */
async function answerByItself(line) {
  line.auto = true;
  ringer.once();
  await new Promise((resolve) => setTimeout(resolve, AUTO_ANSWER_MS));
  if (line.state === "ringing") await phone?.answer(line);
}

/** @param {boolean} on */
function ringing(on) {
  document.body.classList.toggle("ringing", on);
  ringer.ring(on);
  document.title = on ? `☎ ${words("state-ringing")} · Mainline` : `${words(`state-${shown(status.standing)}`)} · Mainline`;
}

/** Microphone, link, echo: three lights; the server is told. @returns {Promise<boolean>} */
async function prove() {
  for (const name of /** @type {const} */ (["microphone", "link", "echo"])) status.light(name, "warn");
  const heard = await microphone.proven().catch(() => false);
  status.light("microphone", heard ? "good" : "bad", words("microphone-bad"));
  const linked = Boolean(phone) && await until(() => phone?.registered ?? false);
  status.light("link", linked ? "good" : "bad", words("link-bad"));
  const echo = linked && phone ? await echoProven(phone, microphone.context).catch(() => false) : false;
  status.light("echo", echo ? "good" : "bad", words("echo-bad"));
  const answer = await ask("/desk/proof", { page: PAGE, microphone: heard, socket: linked, echo });
  status.proven = answer.proven;
  if (answer.proven) sessionStorage.setItem(PROVEN, "yes"); else sessionStorage.removeItem(PROVEN);
  return answer.proven;
}

const leaving = /** @type {HTMLFormElement} */ (document.querySelector("form[action='/sign-out']"));

async function signOff() {
  if (lines.all.length) { say(words("call-first")); return; }
  await ask("/desk/sign-out", {});
  phone?.stop();
  sessionStorage.removeItem(PROVEN);
  leaving.submit();
}

/** Another page of this agent took the telephone. @param {{page: string}} claim */
function claimed(claim) {
  if (claim.page === PAGE) return;
  locked = true;
  lock(true);
  letGo();
}

/** A call that goes on elsewhere ends here by itself; to hang up would end it there too. */
function letGo() {
  if (locked && !lines.all.length) phone?.stop();
  lines.draw();
}

/** @param {boolean} on */
function lock(on) {
  part("locked").hidden = !on;
  part("desk").inert = on;
  if (on) part("take-back").focus();
}

/** The page came back in mid-call: have the caller rung through to us again. @param {any} state */
async function rejoin(state) {
  if (!inCall(state?.state) || !phone) return;
  const registered = await until(() => phone?.registered ?? false);
  if (registered && !lines.all.length) await tried(() => ask("/desk/rejoin", { page: PAGE }));
}

/** A desk that can no longer be heard takes no calls. */
microphone.onLost = () => {
  status.light("microphone", "bad", words("microphone-bad"));
  status.proven = false;
  sessionStorage.removeItem(PROVEN);
  if (status.standing.word === "ready") void tried(() => ask("/desk/pause", { reason: "other" }));
};

/** Calls come to this desk already, but nobody has shown that it can hear: look now. */
async function proveWhenReady() {
  const { standing } = status;
  if (standing.word !== "ready" || standing.act || !phone) return;
  if (!(await settle())?.proven_now && !(await prove())) await ask("/desk/pause", { reason: "other" });
}

// --- the rest --------------------------------------------------------------------------------

async function history() {
  const html = await fetch("/desk/calls", { headers: { Accept: "text/html" } })
    .then((response) => (response.ok ? response.text() : ""), () => "");
  if (html) part("history").innerHTML = html; // made by our server, every value escaped there
}

/** A call whose notes are still owed, such as after a leak took its wrap-up. */
part("history").addEventListener("click", (event) => {
  const call = /** @type {HTMLElement} */ (event.target).closest("[data-note]")?.getAttribute("data-note");
  if (!call) return;
  if (lines.all.length || status.standing.act) { say(words("call-first")); return; }
  wrapup.begin(call);
  void pop.show(call, true);
  part("reason-filter").focus();
});

bind([
  { key: "F2", act: press("answer") },
  { key: "F4", act: press("hangup") },
  { key: "F8", act: press("hold") },
  { key: "F9", act: press("mute") },
  { key: "r", alt: true, act: press("ready") },
  { key: "p", alt: true, act: choosePause },
  { key: "d", alt: true, act: press("dnd") },
  { key: "q", alt: true, act: press("sign-off") },
  { key: "y", alt: true, act: press("check") },
  { key: "k", alt: true, act: press("keys") },
  { key: "t", alt: true, act: press("transfer") },
  { key: "c", alt: true, act: press("complete") },
  { key: "j", alt: true, act: press("together") },
  { key: "s", alt: true, act: press("swap") },
  { key: "a", alt: true, act: press("auto") },
  { key: "z", alt: true, act: press("finish-pause") },
  { key: "x", alt: true, act: press("drop") },
  { key: "v", alt: true, act: press("park") },
  { key: "u", alt: true, act: press("unpark") },
  { key: "l", alt: true, act: press("leader") },
  { key: "m", alt: true, act: press("missed-open") },
  { key: "h", alt: true, act: () => void missedCalls.callBackNewest() },
  { key: "b", alt: true, act: press("back") },
  { key: "o", alt: true, act: press("out") },
  { key: "w", alt: true, act: () => part("reason-filter").focus() },
  { key: "e", alt: true, act: () => knowledge.focus() },
  { key: "n", alt: true, act: press("new-order") },
  { key: "f", alt: true, act: press("new-promise") },
  { key: "F6", act: press("new-matter") },
  { key: "F10", act: press("theirs") },
  { key: "i", alt: true, act: () => appointment.openFirst() },
  { key: "g", alt: true, act: () => /** @type {HTMLElement | null} */ (part("pop").querySelector("[data-choose], .more-homes > summary"))?.focus() },
  { key: "Enter", alt: true, act: press("finish") },
]);
function choosePause() {
  const reasons = /** @type {HTMLSelectElement} */ (part("pause-reason"));
  if (reasons.disabled) return;
  reasons.focus();
  reasons.showPicker?.(); // open, so that walking through the list does not choose yet
}
leaving.addEventListener("submit", (event) => {
  event.preventDefault(); // whoever leaves the page takes no more calls
  void tried(signOff);
});
part("keys").addEventListener("click", () => { part("keypad").hidden = !part("keypad").hidden; });
document.addEventListener("keydown", (event) => {
  if (!part("keypad").hidden && !typing(event) && /^[0-9*#]$/.test(event.key)) lines.digits(event.key);
});
callingOut(() => wrapup.customer);
pledges(talk);
const floorChanged = transferDialog(lines);
part("auto").addEventListener("click", () => void tried(async () => {
  await ask("/desk/auto-answer", { on: !autoAnswer });
  await settle();
}));
part("leader").addEventListener("click", () => void tried(async () => {
  const { number } = await ask("/desk/leader", {});
  if (lines.active?.state === "talking") await lines.consult({ kind: "agent", target: number, title: number, detail: "", presence: "", consult: number }); else await phone?.call(number);
}));
part("take-back").addEventListener("click", () => tried(takePhone));

const handlers = Object.fromEntries(FACTS.map((kind) => [kind, (/** @type {any} */ fact, /** @type {number} */ id) => learn(kind, fact, id)]));
listen(
  { ...handlers, hello: () => void settle(), reset: () => void settle(), "desk.claimed": claimed,
    "feed.desk": (picture) => { floor.show(picture); floorChanged(); } },
  { feeds: ["desk"], onLink: (up) => { part("server").hidden = up; } },
);

const state = await settle();
void Promise.all([wrapup.load(), order.load(), history()]);
await tried(takePhone);
void microphone.proven().then((good) => status.light("microphone", good ? "good" : "bad", words("microphone-bad")), () => status.light("microphone", "bad", words("microphone-bad")));
wrapup.allow();
await rejoin(state);
await tried(proveWhenReady);
document.body.dataset.started = "true";
