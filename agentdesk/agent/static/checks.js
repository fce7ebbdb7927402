// Proof that this desk can talk and hear, before a caller depends on it.

/** @typedef {import("/static/softphone.js").Softphone} Softphone */

const ECHO_NUMBER = "600";
const ECHO_TONE_HZ = 700;
const PATIENCE_MS = 8000;

/** The microphone of this desk: asked for once, kept open, handed to every call. */
export class Microphone {
  /** @type {MediaStream | null} */ #stream = null;
  /** Told when the device is unplugged. */ onLost = () => {};
  context = new AudioContext();

  /** @returns {Promise<MediaStream>} */
  async stream() {
    const track = this.#stream?.getAudioTracks()[0];
    if (this.#stream && track?.readyState === "live") return this.#stream;
    this.#stream = await navigator.mediaDevices.getUserMedia({
      video: false,
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
    this.#stream.getAudioTracks()[0]?.addEventListener("ended", () => this.onLost());
    return this.#stream;
  }

  /** Whether it delivers anything: a dead or muted device delivers exact silence. */
  async proven() {
    const meter = new Meter(this.context, await this.stream());
    return until(() => meter.peak() > 0.0005);
  }
}

/** Measures sound. */
export class Meter {
  /** @param {AudioContext} context @param {MediaStream} stream */
  constructor(context, stream) {
    this.analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
    this.samples = new Float32Array(this.analyser.fftSize);
    this.rate = context.sampleRate;
    context.createMediaStreamSource(stream).connect(this.analyser);
    void context.resume();
  }

  peak() {
    this.analyser.getFloatTimeDomainData(this.samples);
    return this.samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }

  /** How much of the sound is this tone, 0 to 1. @param {number} hertz */
  share(hertz) {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sine = 0, cosine = 0, power = 0;
    this.samples.forEach((value, index) => {
      const angle = (2 * Math.PI * hertz * index) / this.rate;
      sine += value * Math.sin(angle);
      cosine += value * Math.cos(angle);
      power += value * value;
    });
    const amplitude = (2 * Math.hypot(sine, cosine)) / this.samples.length;
    return power < 1e-4 ? 0 : (amplitude * amplitude) / 2 / (power / this.samples.length);
  }
}

/** Calls the echo test with a tone nobody hears, and listens for it to come back.
 * @param {Softphone} phone @param {AudioContext} context @returns {Promise<boolean>} */
export async function echoProven(phone, context) {
  await context.resume();
  const tone = new OscillatorNode(context, { frequency: ECHO_TONE_HZ });
  const level = new GainNode(context, { gain: 0.3 });
  const sent = context.createMediaStreamDestination();
  tone.connect(level).connect(sent);
  tone.start();
  const line = await phone.call(ECHO_NUMBER, { stream: sent.stream });
  line.audio.muted = true;
  try {
    if (!(await until(() => line.state === "talking" && line.audio.srcObject !== null))) return false;
    const meter = new Meter(context, /** @type {MediaStream} */ (line.audio.srcObject));
    return await until(() => meter.share(ECHO_TONE_HZ) > 0.5);
  } finally {
    phone.hangUp(line);
    tone.stop();
  }
}

/** @param {() => boolean} condition @param {number} [patience] @returns {Promise<boolean>} */
export async function until(condition, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
