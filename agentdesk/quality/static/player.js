// One recording: both sides as waveforms, one side alone, speed, marks, all by keyboard.
import WaveSurfer from "/static/vendor/wavesurfer.js";
import { typing } from "/static/typing.js";
import { ask } from "/static/live.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const SIDE_HEIGHT = 72;
const MARK_ROWS = 8;
const MARK_HEIGHT = 16;
const box = document.getElementById("player");
if (box) start(box);

/** @param {HTMLElement} box */
async function start(box) {
  const id = box.dataset.recording;
  const duration = Number(box.dataset.duration);
  try {
    const source = box.dataset.source ?? `/api/recordings/${id}`;
    const found = await ask(`${source}/peaks?points=1600`);
    const audio = new Audio(`${source}/audio`);
    audio.preload = "metadata";
    const wave = draw(box, audio, found.channels, duration);
    const player = new Player(audio, wave, duration);
    player.listen();
    layMarks(duration);
  } catch (error) {
    fail(`${box.dataset.refused} ${error instanceof Error ? error.message : ""}`);
  }
}

/** @param {string} words */
function fail(words) {
  const place = /** @type {HTMLElement} */ (document.querySelector("[data-failure]"));
  place.textContent = words;
  place.hidden = false;
}

/** @param {HTMLElement} box @param {HTMLAudioElement} audio @param {number[][]} peaks @param {number} duration */
function draw(box, audio, peaks, duration) {
  const colours = [
    { waveColor: "#7fb0c2", progressColor: "#14566b" },
    { waveColor: "#dfb573", progressColor: "#9a5b00" },
  ];
  const channels = peaks.length;
  return WaveSurfer.create({
    container: "#wave",
    media: audio,
    peaks,
    duration,
    height: (SIDE_HEIGHT * 2) / channels,
    splitChannels: peaks.map((_, channel) => colours[channel]),
    normalize: true,
    cursorColor: "#b3261e",
    cursorWidth: 2,
    cspNonce: box.dataset.nonce,
  });
}

/** Marks stand under the waveform at their time, in rows so that they do not cover one another; what finds no room stands in the story alone. @param {number} duration */
function layMarks(duration) {
  const lane = one(".marks"), wide = lane.clientWidth;
  const ends = /** @type {number[]} */ ([]);
  for (const mark of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".mark"))) {
    mark.hidden = false;
    const at = (Number(mark.dataset.at) / duration) * wide, atEnd = at + mark.offsetWidth > wide;
    const left = atEnd ? Math.max(0, at - mark.offsetWidth) : at, free = ends.findIndex((end) => end < left);
    const row = free < 0 ? ends.length : free;
    mark.hidden = row >= MARK_ROWS;
    if (mark.hidden) continue;
    mark.classList.toggle("end", atEnd);
    mark.style.left = `${left}px`;
    mark.style.top = `${row * MARK_HEIGHT}px`;
    ends[row] = left + mark.offsetWidth + 4;
  }
  lane.style.height = `${Math.max(1, ends.length) * MARK_HEIGHT}px`;
}

class Player {
  /** @param {HTMLAudioElement} audio @param {WaveSurfer} wave @param {number} duration */
  constructor(audio, wave, duration) {
    this.audio = audio;
    this.wave = wave;
    this.duration = duration;
    this.side = "both";
    /** @type {((side: string) => void) | undefined} */
    this.route = undefined;
  }

  listen() {
    const { audio } = this;
    one("[data-play]").addEventListener("click", () => this.toggle());
    one("[data-speed]").addEventListener("change", (event) =>
      this.speed(Number(/** @type {HTMLSelectElement} */ (event.target).value)),
    );
    document.querySelectorAll("[data-side]").forEach((button) =>
      button.addEventListener("click", () => this.hear(button.getAttribute("data-side") ?? "both")),
    );
    document.querySelectorAll("[data-at]").forEach((each) =>
      each.addEventListener("click", () => this.seek(Number(each.getAttribute("data-at")))),
    );
    audio.addEventListener("timeupdate", () => this.show());
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.show());
    audio.addEventListener("error", () => fail(document.getElementById("player")?.dataset.refused ?? ""));
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("resize", () => layMarks(this.duration));
  }

  toggle() {
    this.wire();
    if (this.audio.paused) this.audio.play().catch(() => this.show());
    else this.audio.pause();
  }

  /** @param {number} at */
  seek(at) {
    this.audio.currentTime = Math.min(Math.max(at, 0), this.duration);
    this.show();
  }

  /** @param {number} rate */
  speed(rate) {
    this.audio.preservesPitch = true;
    this.audio.playbackRate = rate;
    /** @type {HTMLSelectElement} */ (one("[data-speed]")).value = String(rate);
  }

  /** @param {number} step */
  faster(step) {
    const here = SPEEDS.indexOf(this.audio.playbackRate);
    this.speed(SPEEDS[Math.min(Math.max(here + step, 0), SPEEDS.length - 1)]);
  }

  /** One side alone is heard in both ears. @param {string} side */
  hear(side) {
    this.side = side;
    this.wire();
    this.route?.(side);
    document.querySelectorAll("[data-side]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.getAttribute("data-side") === side)),
    );
  }

  /** Sound is led through a splitter; a browser allows that only after a key or a click. */
  wire() {
    if (this.route) return;
    const context = new AudioContext();
    const splitter = context.createChannelSplitter(2);
    const gains = [0, 1].map((channel) => {
      const gain = context.createGain();
      splitter.connect(gain, channel);
      gain.connect(context.destination);
      return gain;
    });
    context.createMediaElementSource(this.audio).connect(splitter);
    this.route = (side) => {
      gains[0].gain.value = side === "agent" ? 0 : 1;
      gains[1].gain.value = side === "caller" ? 0 : 1;
    };
    this.route(this.side);
    context.resume();
  }

  show() {
    const at = this.audio.currentTime;
    one("[data-position]").textContent = clock(at);
    one("[data-play]").setAttribute("aria-pressed", String(!this.audio.paused));
    let now;
    for (const seek of document.querySelectorAll(".story .seek")) {
      const line = seek.closest("li");
      line?.classList.remove("now");
      if (Number(seek.getAttribute("data-at")) <= at + 0.05) now = line;
    }
    now?.classList.add("now");
  }

  /** @param {number} step */
  mark(step) {
    const times = [...document.querySelectorAll(".mark")].map((mark) => Number(mark.getAttribute("data-at")));
    const at = this.audio.currentTime;
    const wanted = step > 0 ? times.find((time) => time > at + 0.2) : times.filter((time) => time < at - 0.7).at(-1);
    if (wanted !== undefined) this.seek(wanted);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.seek(this.audio.currentTime - (event.shiftKey ? 1 : 5)),
      ArrowRight: () => this.seek(this.audio.currentTime + (event.shiftKey ? 1 : 5)),
      "[": () => this.faster(-1),
      "]": () => this.faster(1),
      n: () => this.mark(1),
      p: () => this.mark(-1),
      0: () => this.hear("both"),
      1: () => this.hear("caller"),
      2: () => this.hear("agent"),
    };
    const act = keys[event.key];
    if (!act || (event.key === " " && document.activeElement?.tagName === "BUTTON")) return;
    event.preventDefault();
    act();
  }
}

/** @param {string} selector */
function one(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
