// The sound of a prompt: made and played, uploaded, or recorded by microphone.
import { reach, Refusal } from "/static/live.js";

const SENT_MAX = 1_900_000;
const RATE = 16_000;
const LONGEST_MS = 60_000;
let player = new Audio();

/** Let the words be heard as callers hear them; ends when they do. @param {string[]} texts @param {string} language */
export async function hear(texts, language) {
  silence();
  const mine = player;
  const response = await reach("/admin/menus/speech", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ texts, language }),
  });
  if (!response.ok) throw await refusal(response);
  const address = URL.createObjectURL(await response.blob());
  if (mine !== player) return URL.revokeObjectURL(address);
  mine.src = address;
  mine.addEventListener("ended", () => URL.revokeObjectURL(address), { once: true });
  await mine.play();
}

/** Whatever is being played stops. */
export function silence() {
  player.pause();
  player = new Audio();
}

/** @param {string} text @param {string} language @param {Blob} sound */
export async function keep(text, language, sound) {
  const small = sound.size <= SENT_MAX && !/webm|mp4/.test(sound.type) ? sound : await asWav(sound);
  const form = new FormData();
  form.set("text", text);
  form.set("language", language);
  form.set("sound", small, "prompt");
  await send("/admin/menus/recordings", form);
}

/** @param {string} text @param {string} language */
export async function forget(text, language) {
  await send("/admin/menus/recordings/remove", new URLSearchParams({ text, language }));
}

/** @param {string} path @param {FormData | URLSearchParams} body */
async function send(path, body) {
  const response = await reach(path, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!response.ok) throw await refusal(response);
}

/** @param {Response} response */
async function refusal(response) {
  const answer = await response.json().catch(() => null);
  return new Refusal(answer?.error, response.status, document.documentElement.lang === "en" ? "en" : "zh_CN");
}

/** Record until `stop` is called, a minute at most. */
export async function recording() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  /** @type {Blob[]} */ const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const done = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.start();
  const limit = setTimeout(() => recorder.state === "recording" && recorder.stop(), LONGEST_MS - 1000);
  return {
    done: done.then(() => {
      clearTimeout(limit);
      for (const track of stream.getTracks()) track.stop();
      return new Blob(parts, { type: recorder.mimeType });
    }),
    stop: () => recorder.state === "recording" && recorder.stop(),
  };
}

/** Whatever the browser can play, as one channel of 16 kHz. @param {Blob} sound */
async function asWav(sound) {
  const context = new OfflineAudioContext(1, RATE, RATE);
  const decoded = await context.decodeAudioData(await sound.arrayBuffer());
  const mixed = new OfflineAudioContext(1, Math.max(1, Math.ceil(decoded.duration * RATE)), RATE);
  const source = mixed.createBufferSource();
  source.buffer = decoded;
  source.connect(mixed.destination);
  source.start();
  return wavOf((await mixed.startRendering()).getChannelData(0));
}

/** @param {Float32Array} samples */
function wavOf(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const word = (/** @type {number} */ at, /** @type {string} */ text) =>
    [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) =>
    view.setInt16(44 + index * 2, Math.max(-1, Math.min(1, sample)) * 0x7fff, true));
  return new Blob([view.buffer], { type: "audio/wav" });
}
