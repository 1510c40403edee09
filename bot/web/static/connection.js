// The live connection: opens, notices when it is dead, and opens again, later and later but never in step with others.

const PING = 20_000;
const PATIENCE = 10_000;
const SLOWEST = 30_000;
const SIGNED_OUT = 4401; // the session ended: there is nothing to come back to

/** Events: "state" (detail: connecting | online | lost | offline), "open", and "frame" (detail: the frame). */
export class Connection extends EventTarget {
  constructor(path) {
    super();
    this.url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}/ws`;
    this.page = path;
    this.failures = 0;
    this.socket = null;
    this.ready = false;
    addEventListener("online", () => this.connect());
    addEventListener("offline", () => this.#lose());
    document.addEventListener("visibilitychange", () => document.hidden || this.#look());
    setInterval(() => this.#look(), PING);
  }

  /** Whether frames sent now reach the server (it has said welcome). */
  get online() {
    return this.ready && this.socket?.readyState === WebSocket.OPEN;
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  connect() {
    clearTimeout(this.timer);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const socket = (this.socket = new WebSocket(this.url));
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#heard();
      this.dispatchEvent(new Event("open"));
    };
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = ({ code }) => {
      if (code === SIGNED_OUT) location.reload();
      else if (socket === this.socket) this.#closed(opened);
    };
  }

  /** Give the present connection up and make a new one. */
  restart() {
    this.#lose();
    this.connect();
  }

  #receive(frame) {
    this.#heard();
    if (frame.type === "welcome") {
      this.failures = 0;
      this.ready = true;
      this.#say("online");
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  #heard() {
    clearTimeout(this.doubt);
    this.doubt = null;
  }

  /** Ask for a sign of life; without one the connection is dead, whatever the browser believes. */
  #look() {
    if (this.socket?.readyState !== WebSocket.OPEN) return this.connect();
    this.send({ type: "ping" });
    this.doubt ??= setTimeout(() => this.restart(), PATIENCE);
  }

  #lose() {
    const socket = this.socket;
    this.socket = null;
    this.#heard();
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
    this.#closed(true);
  }

  #closed(opened) {
    this.ready = false;
    this.#heard();
    this.#say(navigator.onLine ? "lost" : "offline");
    this.failures += 1;
    if (!opened && this.failures === 2) this.#renew();
    const wait = Math.min(SLOWEST, 500 * 2 ** Math.min(this.failures, 6));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait * (0.5 + Math.random()));
  }

  /** A refused connection may mean that the cookie has ended: fetching the page gets a new one. */
  #renew() {
    if (navigator.onLine) fetch(this.page, { method: "HEAD" }).catch(() => {});
  }

  #say(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
