// The telephone in the page: JsSIP with what the trade needs around it.
// It speaks straight to Asterisk, so a conversation survives our web server.
import JsSIP from "/static/vendor/jssip.js";

/** @typedef {import("jssip/lib/RTCSession").RTCSession} Session */

/**
 * @typedef {object} Line  A call on this telephone.
 * @property {Session} session
 * @property {string} key  The call's key (X-Call-Key), empty when there is none.
 * @property {string} consults  The call that a second line is about, on which somebody outside is asked.
 * @property {string} remote  Who is at the other end, as SIP says.
 * @property {boolean} incoming
 * @property {boolean} auto  The server asked for auto-answer.
 * @property {"ringing" | "dialling" | "talking" | "ended"} state
 * @property {boolean} held
 * @property {boolean} wanted  Held, as last asked for.
 * @property {Promise<void>} holding  Resolved when the last of these wishes is fulfilled.
 * @property {boolean} muted
 * @property {number} since  Milliseconds; when the present state began.
 * @property {HTMLAudioElement} audio
 * @property {string} [target]  What was dialled.
 */

/**
 * @typedef {object} Account
 * @property {string} user
 * @property {string} password
 * @property {string} domain
 * @property {string} socket  ws:// or wss:// address of Asterisk
 */

/** Asterisk says something at least each 15 s (qualify); twice that and a little is too long. */
const SILENCE_MS = 35_000;
/** When the browser says that there is no network, we try all the same after so long. */
const CUT_MS = 10_000;
/** How long an exchange about hold may take, longer than a lost packet's repetitions. */
const EXCHANGE_MS = 8_000;
const MEDIA = { iceServers: [], bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" };

const LibrarySocket = /** @type {any} */ (JsSIP.WebSocketInterface);

/** Notices every byte, because a socket can be dead without telling. */
class WatchedSocket extends LibrarySocket {
  heard = Date.now();
  /** @param {string} address */
  constructor(address) { super(...[address]); }
  /** @param {any} event */
  _onMessage(event) { this.heard = Date.now(); super._onMessage(event); }
  _onOpen() { this.heard = Date.now(); super._onOpen(); }
}

export class Softphone extends EventTarget {
  /** @type {Set<Line>} */ lines = new Set();
  linked = false;
  registered = false;

  /** @param {Account} account @param {() => Promise<MediaStream>} microphone */
  constructor(account, microphone) {
    super();
    JsSIP.debug.disable();
    this.account = account;
    this.microphone = microphone;
    this.socket = new WatchedSocket(account.socket);
    this.agent = new JsSIP.UA({
      sockets: [/** @type {any} */ (this.socket)],
      uri: `sip:${account.user}@${account.domain}`,
      authorization_user: account.user,
      password: account.password,
      register: true,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: "Mainline",
    });
    this.#followLink();
    this.agent.on("newRTCSession", (/** @type {any} */ event) => {
      if (event.originator === "remote") this.#adopt(event.session, event.request);
    });
  }

  start() {
    this.agent.start();
    this.watch = setInterval(() => this.#relinkWhenSilent(), 2000);
    window.addEventListener("offline", this.#cut);
    window.addEventListener("online", this.#relink);
  }

  stop() {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    window.removeEventListener("offline", this.#cut);
    window.removeEventListener("online", this.#relink);
    for (const line of this.lines) this.hangUp(line);
    this.agent.stop();
  }

  #followLink() {
    const agent = /** @type {any} */ (this.agent);
    /** @param {boolean} linked @param {boolean} registered */
    const tell = (linked, registered) => {
      this.linked = linked;
      this.registered = registered;
      this.dispatchEvent(new Event("link"));
    };
    agent.on("connected", () => tell(true, this.registered));
    agent.on("disconnected", () => tell(false, false));
    agent.on("registered", () => tell(true, true));
    agent.on("unregistered", () => tell(this.linked, false));
    agent.on("registrationFailed", () => tell(this.linked, false));
  }

  /** The network has gone, says the browser: told at once, not after the silence. It may be wrong. */
  #cut = () => {
    /** @type {any} */ (this.agent).transport.disconnect();
    this.retry = setTimeout(this.#relink, CUT_MS);
  };

  #relink = () => {
    clearTimeout(this.retry);
    if (!this.agent.isConnected()) /** @type {any} */ (this.agent).transport.connect();
  };

  #relinkWhenSilent() {
    if (!this.agent.isConnected() || Date.now() - this.socket.heard < SILENCE_MS) return;
    this.socket.heard = Date.now();
    const transport = /** @type {any} */ (this.agent).transport;
    transport.disconnect();
    transport.connect();
  }

  /** @param {Session} session @param {any} request @param {string} [target] @returns {Line} */
  #adopt(session, request, target) {
    const incoming = target === undefined;
    const header = (/** @type {string} */ name) => (incoming ? request.getHeader(name) ?? "" : "");
    /** @type {Line} */
    const line = {
      session, incoming, target,
      key: header("X-Call-Key"),
      consults: header("X-Consults"),
      auto: /alert-autoanswer/i.test(header("Alert-Info")),
      remote: String(session.remote_identity?.uri.user ?? ""),
      state: incoming ? "ringing" : "dialling",
      held: false, wanted: false, holding: Promise.resolve(), muted: false, since: Date.now(), audio: new Audio(),
    };
    line.audio.autoplay = true;
    this.lines.add(line);
    this.#followSession(line);
    this.#changed(line);
    if (line.auto) this.answer(line);
    return line;
  }

  /** @param {Line} line */
  #followSession(line) {
    const session = /** @type {any} */ (line.session);
    const enter = (/** @type {Line["state"]} */ state) => {
      if (line.state === state) return;
      line.state = state;
      line.since = Date.now();
      if (state === "ended") { this.lines.delete(line); line.audio.srcObject = null; }
      this.#changed(line);
    };
    session.on("confirmed", () => enter("talking"));
    session.on("ended", () => enter("ended"));
    session.on("failed", () => enter("ended"));
    for (const [event, held] of [["hold", true], ["unhold", false]]) {
      session.on(event, (/** @type {any} */ data) => {
        if (data.originator === "local") { line.held = Boolean(held); this.#changed(line); }
      });
    }
    const connect = (/** @type {RTCPeerConnection} */ connection) => this.#followMedia(line, connection);
    if (session.connection) connect(session.connection);
    else session.on("peerconnection", (/** @type {any} */ data) => connect(data.peerconnection));
  }

  /** @param {Line} line @param {RTCPeerConnection} connection */
  #followMedia(line, connection) {
    connection.addEventListener("track", (event) => {
      line.audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      line.audio.play().catch(() => this.dispatchEvent(new Event("silenced")));
      this.#changed(line);
    });
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState !== "failed" || line.session.isEnded()) return;
      // Asterisk is gone or cannot be reached; the library would keep the call up for ever
      this.dispatchEvent(new CustomEvent("lost", { detail: line }));
      this.hangUp(line);
    });
  }

  /** @param {Line} line */
  #changed(line) { this.dispatchEvent(new CustomEvent("line", { detail: line })); }

  /** Pressed twice is answered once. @param {Line} line */
  async answer(line) {
    const mediaStream = await this.microphone();
    if (line.session.isInProgress()) line.session.answer({ mediaStream, pcConfig: /** @type {any} */ (MEDIA) });
  }

  /** @param {string} target @param {{headers?: string[], stream?: MediaStream}} [options] @returns {Promise<Line>} */
  async call(target, options = {}) {
    const mediaStream = options.stream ?? await this.microphone();
    const session = this.agent.call(`sip:${target}@${this.account.domain}`, {
      mediaStream, pcConfig: /** @type {any} */ (MEDIA), extraHeaders: options.headers ?? [],
    });
    return this.#adopt(session, undefined, target);
  }

  /** @param {Line} line */
  hangUp(line) {
    if (line.session.isEnded()) return;
    try { line.session.terminate(); } catch { /* it ended in the same moment */ }
  }

  /** One wish after the other: the last one counts, however fast they come.
   * @param {Line} line @param {boolean} on @returns {Promise<void>} */
  hold(line, on) {
    line.wanted = on;
    line.holding = line.holding.catch(() => undefined).then(() => this.#settleHold(line));
    return line.holding;
  }

  /** While an exchange with the other side is under way the library refuses another. @param {Line} line */
  async #settleHold(line) {
    const deadline = Date.now() + EXCHANGE_MS;
    while (line.held !== line.wanted && !line.session.isEnded()) {
      if (Date.now() > deadline) { line.wanted = line.held; throw new Error("busy"); }
      if (!(await this.#offerHold(line))) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** @param {Line} line @returns {Promise<boolean>} */
  #offerHold(line) {
    return new Promise((resolve) => {
      const done = () => resolve(true);
      const asked = line.wanted ? line.session.hold({}, done) : line.session.unhold({}, done);
      if (asked) /** @type {any} */ (line.session).once("ended", done); else resolve(false);
    });
  }

  /** @param {Line} line @param {boolean} on */
  mute(line, on) {
    if (on) line.session.mute({ audio: true }); else line.session.unmute({ audio: true });
    line.muted = on;
    this.#changed(line);
  }

  /** @param {Line} line @param {string} keys */
  keypad(line, keys) {
    line.session.sendDTMF(keys, { transportType: /** @type {any} */ ("RFC2833"), duration: 120, interToneGap: 80 });
  }

  /**
   * Hand the other end over: to a number (blind), or to the other end of a second line (attended).
   * @param {Line} line @param {string | Line} target @returns {Promise<void>}
   */
  transfer(line, target) {
    const other = typeof target === "string" ? null : target;
    const uri = other
      ? other.session.remote_identity.uri.toString()
      : `sip:${target}@${this.account.domain}`;
    return new Promise((resolve, reject) => {
      const refuse = () => reject(new Error("refused"));
      const accepted = () => {
        resolve(); // whoever transfers says goodbye; Asterisk's own BYE would come a minute later
        for (const each of [line, other]) if (each) this.hangUp(each);
      };
      line.session.refer(uri, /** @type {any} */ ({
        ...(other ? { replaces: other.session } : {}),
        eventHandlers: { requestFailed: refuse, failed: refuse, accepted },
      }));
      setTimeout(refuse, 12_000);
    });
  }
}
