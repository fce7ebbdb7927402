// The bell: two short tones every three seconds, as long as somebody rings.

const PERIOD_MS = 3000;
const TONES = [[0, 0.4], [0.6, 0.4]]; // start and length in seconds

export class Ringer {
  /** @type {ReturnType<typeof setInterval> | undefined} */ #beat;

  /** @param {AudioContext} context */
  constructor(context) {
    this.context = context;
  }

  /** @param {boolean} on */
  ring(on) {
    if (on === (this.#beat !== undefined)) return;
    clearInterval(this.#beat);
    this.#beat = on ? setInterval(() => this.#sound(), PERIOD_MS) : undefined;
    if (on) this.#sound();
  }

  /** One short signal: the next voice is a caller's. */
  once() {
    this.#sound();
  }

  #sound() {
    void this.context.resume();
    for (const [start, length] of TONES) {
      const level = new GainNode(this.context, { gain: 0.06 });
      const tone = new OscillatorNode(this.context, { frequency: 620, type: "triangle" });
      tone.connect(level).connect(this.context.destination);
      tone.start(this.context.currentTime + start);
      tone.stop(this.context.currentTime + start + length);
    }
  }
}
