// The socket: hands messages on, reconnects with growing pauses, asks for the whole state when one may be missing.

const TOKEN_REFUSED = 4401;
const SILENCE = 40000; // the server's heart beats every 15 s
const FAILURES_UNTIL_POLLING = 3;
const POLL_EVERY = 10000;

export class Live extends EventTarget {
  #failures = 0;
  #seq;
  #socket = null;
  #polling = null;
  #silence = null;

  constructor({ screening, viewer, token, tokenUrl, seq }) {
    super();
    Object.assign(this, { screening, viewer, token, tokenUrl });
    this.#seq = seq;
    document.addEventListener("visibilitychange", () => document.hidden || this.#tell("resync"));
    window.addEventListener("online", () => this.#tell("resync"));
    this.#connect();
  }

  /** The state of this seq is on the page; returns whether that is news. */
  caughtUp(seq) {
    if (seq < this.#seq) return false;
    this.#seq = seq;
    return true;
  }

  /** Somebody else acts on this page now: holding a first seat makes a visitor known, and so does signing in. */
  watchAs(viewer) {
    const known = String(viewer ?? "");
    if (known === this.viewer) return;
    this.viewer = known;
    this.#socket?.close();
    this.#socket = null;
    this.#again();
    this.#tell("resync");
  }

  #connect() {
    this.#socket?.close();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/screenings/${this.screening}?token=${encodeURIComponent(this.token)}`);
    socket.addEventListener("message", (event) => this.#received(socket, JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#closed(event));
    this.#socket = socket;
    this.#listen(socket);
  }

  #listen(socket) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => socket.close(), SILENCE);
  }

  #received(socket, message) {
    this.#listen(socket);
    if (message.type === "connection_confirmed") this.#connected();
    if (message.type === "resync" || this.#isMissingSome(message)) return this.#tell("resync");
    if (message.seq !== this.#seq + 1) return undefined;
    const updates = message.type === "seat_update" ? [message] : message.type === "bulk_seat_update" ? message.updates : null;
    if (!updates) return undefined;
    this.#seq = message.seq;
    return this.#tell("updates", updates);
  }

  #isMissingSome({ type, seq }) {
    const change = type === "seat_update" || type === "bulk_seat_update";
    return seq > this.#seq + (change ? 1 : 0);
  }

  #connected() {
    this.#failures = 0;
    clearInterval(this.#polling);
    this.#polling = null;
    this.#tell("resumed");
  }

  #closed(event) {
    clearTimeout(this.#silence);
    this.#failures += 1;
    if (this.#failures >= FAILURES_UNTIL_POLLING && this.#polling === null) {
      this.#polling = setInterval(() => this.#tell("resync"), POLL_EVERY);
      this.#tell("paused");
    }
    const pause = Math.min(30, 2 ** (this.#failures - 1)) * (500 + 500 * Math.random());
    setTimeout(() => this.#again(), event.code === TOKEN_REFUSED && this.#failures === 1 ? 0 : pause);
  }

  async #again() {
    try {
      const response = await fetch(this.tokenUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (response.ok) this.token = (await response.json()).token;
    } catch {
      // offline: the old token may still do once the network is back
    }
    this.#connect();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
