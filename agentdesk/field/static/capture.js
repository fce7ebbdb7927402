// Photos made small and stamped, sound and short video with a limit, a signature on the screen.
import { both, exactly, make, say, sheet, words } from "/static/field/dom.js";
import { here } from "/static/field/position.js";
import * as store from "/static/field/store.js";

/** @typedef {[number, number] | null} Point */

/** @param {any} order @param {string} kind @param {Blob} blob @param {Point} point @returns {Promise<string>} its key */
async function keep(order, kind, blob, point) {
  const key = crypto.randomUUID();
  await store.addFile({ key, order: order.number, kind, type: blob.type, blob, taken_at: new Date().toISOString(), point });
  return key;
}

/** @param {HTMLCanvasElement} canvas @param {string} type @param {number} [quality] @returns {Promise<Blob>} */
function blobOf(canvas, type, quality) {
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("canvas"))), type, quality));
}

/** Smaller until it fits. @param {HTMLCanvasElement} canvas @param {number} most */
async function jpeg(canvas, most) {
  for (const quality of [0.82, 0.7, 0.55, 0.4]) {
    const blob = await blobOf(canvas, "image/jpeg", quality);
    if (blob.size <= most) return blob;
  }
  throw new Error("large");
}

/** Time, place and order, burnt into the picture. @param {CanvasRenderingContext2D} context @param {string[]} lines @param {number} width @param {number} height */
function stamp(context, lines, width, height) {
  const size = Math.max(14, Math.round(width / 42)), band = (lines.length * 1.35 + 0.6) * size;
  context.fillStyle = "rgba(0, 0, 0, 0.6)";
  context.fillRect(0, height - band, width, band);
  context.fillStyle = "#fff";
  context.font = `600 ${size}px sans-serif`;
  context.textBaseline = "top";
  lines.forEach((line, index) => context.fillText(line, size * 0.6, height - band + size * (0.4 + index * 1.35), width - size));
}

/** @param {any} order @param {File} file @param {Record<string, number>} limits @param {Point} point @param {string} address */
async function photo(order, file, limits, point, address) {
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) return say(words("no-picture"), "bad");
  const scale = Math.min(1, limits.photo_edge / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale)), height = Math.max(1, Math.round(image.height * scale));
  const canvas = make("canvas", { width: String(width), height: String(height) });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0, width, height);
  const place = point ? `${point[1].toFixed(5)}, ${point[0].toFixed(5)}` : words("no-place");
  stamp(context, [`${order.number}  ${exactly(Date.now())}`, place, address].filter(Boolean), width, height);
  await keep(order, "photo", await jpeg(canvas, limits.photo_bytes), point);
}

/** A button that takes photos, and what it opens. @param {any} order @param {Record<string, number>} limits @param {string} id @param {() => Promise<void>} again @returns {Node[]} */
export function camera(order, limits, id, again) {
  const input = make("input", { type: "file", accept: "image/*", capture: "environment", id, class: "away", "aria-label": words("photo") });
  input.addEventListener("change", async () => {
    for (const file of input.files ?? []) await photo(order, file, limits, here(), both(order.address));
    await again();
  });
  return [make("button", { type: "button", click: () => input.click() }, words("photo")), input];
}

/** @param {any} order @param {Point} point @returns {Promise<string>} its key; empty when nobody signed */
export async function signature(order, point) {
  const canvas = make("canvas", { width: "640", height: "360", class: "sign", "aria-label": words("signature") });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.lineWidth = 4;
  context.lineCap = "round";
  context.lineJoin = "round";
  let strokes = 0, drawing = false;
  /** @param {PointerEvent} event @returns {[number, number]} */
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * 640 / box.width, (event.clientY - box.top) * 360 / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    strokes += 1;
    canvas.setPointerCapture(event.pointerId);
    context.beginPath();
    context.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    context.lineTo(...at(event));
    context.stroke();
  });
  canvas.addEventListener("pointerup", () => { drawing = false; });
  const clear = make("button", { type: "button", click: () => { context.clearRect(0, 0, 640, 360); strokes = 0; } }, words("again"));
  const chosen = await sheet(words("signature"), [canvas, clear], [{ name: "keep", label: words("keep"), kind: "primary" }]);
  if (chosen !== "keep") return "";
  if (!strokes) { say(words("not-signed"), "bad"); return ""; }
  return keep(order, "signature", await blobOf(canvas, "image/png"), point);
}

const SOUND = { audio: true };
const VIDEO = { audio: true, video: { facingMode: "environment", width: { ideal: 640 }, height: { ideal: 480 } } };
const FORMS = /** @type {Record<string, string[]>} */ ({
  sound: ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"],
  video: ["video/webm;codecs=vp8,opus", "video/mp4"],
});

/** Record until the button, or until the limit. @param {any} order @param {"sound" | "video"} kind @param {Record<string, number>} limits @param {Point} point @returns {Promise<boolean>} */
export async function record(order, kind, limits, point) {
  const form = window.MediaRecorder ? FORMS[kind].find((one) => MediaRecorder.isTypeSupported(one)) : undefined;
  const stream = form ? await navigator.mediaDevices.getUserMedia(kind === "sound" ? SOUND : VIDEO).catch(() => null) : null;
  if (!form || !stream) { say(words("no-recording"), "bad"); return false; }
  const most = limits[`${kind}_s`];
  const recorder = new MediaRecorder(stream, { mimeType: form, audioBitsPerSecond: 32_000, videoBitsPerSecond: 1_000_000 });
  const pieces = /** @type {Blob[]} */ ([]);
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  const shown = make("p", { class: "clock" }), screen = picture(kind, stream);
  const began = Date.now(), dialog = /** @type {HTMLDialogElement} */ (document.getElementById("sheet"));
  const tick = setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    const kilobytes = Math.floor(pieces.reduce((sum, piece) => sum + piece.size, 0) / 1000);
    shown.textContent = words("recording", `${seconds} / ${most} s · ${kilobytes} KB`);
    if (seconds >= most) dialog.close("keep");
  }, 250);
  recorder.start(1000);
  const chosen = await sheet(words(kind), [...screen, shown], [{ name: "keep", label: words("stop-keep"), kind: "primary" }]);
  clearInterval(tick);
  recorder.stop();
  await stopped;
  stream.getTracks().forEach((track) => track.stop());
  if (chosen !== "keep") return false;
  const blob = new Blob(pieces, { type: form });
  if (!blob.size) { say(words("no-recording"), "bad"); return false; }
  if (blob.size > limits[`${kind}_bytes`]) { say(words("too-large"), "bad"); return false; }
  await keep(order, kind, blob, point);
  return true;
}

/** @param {string} kind @param {MediaStream} stream @returns {HTMLElement[]} */
function picture(kind, stream) {
  if (kind !== "video") return [];
  const screen = make("video", { class: "screen", playsinline: true, autoplay: true, muted: true });
  screen.muted = true;
  screen.srcObject = stream;
  return [screen];
}
