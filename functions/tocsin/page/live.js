// @ts-check
// The live connection to Web PubSub: negotiates, listens, and comes back when it is lost.

const PROTOCOL = "json.webpubsub.azure.v1";
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const PING_EVERY_MS = 10_000;
const SILENCE_IS_LOSS_MS = 25_000;
const CONNECT_WITHIN_MS = 10_000;

/**
 * @typedef {{url: string, site: string, group: string, sites: string[]}} Negotiated
 * @typedef {{phase: "connecting"} | {phase: "live"}
 *   | {phase: "reconnecting", why: string, retryAt: number}} LiveState
 * @typedef {{
 *   negotiate: () => Promise<Negotiated>,
 *   onState: (state: LiveState) => void,
 *   onOpen: (negotiated: Negotiated) => void,
 *   onMessage: (content: unknown) => void,
 * }} Listener
 */

export class Live {
  /** @type {Listener} */
  #listener;
  /** @type {WebSocket | null} */
  #socket = null;
  #failures = 0;
  #heardAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** Counts attempts, so that what belongs to an earlier one is ignored. */
  #attempt = 0;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
    setInterval(() => this.#watch(), PING_EVERY_MS);
    addEventListener("online", () => this.#retry !== undefined && this.connect());
  }

  /** Connect now, dropping a connection there may be. */
  connect() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#socket?.close();
    this.#socket = null;
    this.#attempt += 1;
    if (this.#failures === 0) {
      this.#listener.onState({ phase: "connecting" });
    }
    void this.#open(this.#attempt);
  }

  /** @param {number} attempt */
  async #open(attempt) {
    try {
      const negotiated = await this.#listener.negotiate();
      if (attempt === this.#attempt) {
        this.#listen(negotiated, attempt);
      }
    } catch (error) {
      this.#lost(attempt, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {Negotiated} negotiated
   * @param {number} attempt
   */
  #listen(negotiated, attempt) {
    const socket = new WebSocket(negotiated.url, PROTOCOL);
    this.#socket = socket;
    this.#heardAt = Date.now();
    setTimeout(() => socket.readyState === WebSocket.CONNECTING && socket.close(), CONNECT_WITHIN_MS);
    socket.addEventListener("close", (event) => {
      this.#lost(attempt, event.reason || "the live connection was lost");
    });
    socket.addEventListener("message", (event) => {
      if (attempt === this.#attempt) {
        this.#heardAt = Date.now();
        this.#take(event.data, negotiated);
      }
    });
  }

  /**
   * @param {unknown} frame
   * @param {Negotiated} negotiated
   */
  #take(frame, negotiated) {
    const content = parsed(frame);
    if (content["type"] === "system" && content["event"] === "connected") {
      this.#failures = 0;
      // The token's groups are joined already; where they are not, its role lets us.
      this.#send({ type: "joinGroup", group: negotiated.group, ackId: 1 });
      this.#listener.onState({ phase: "live" });
      this.#listener.onOpen(negotiated);
    } else if (content["type"] === "message") {
      this.#listener.onMessage(content["data"]);
    }
  }

  /**
   * @param {number} attempt
   * @param {string} why
   */
  #lost(attempt, why) {
    if (attempt !== this.#attempt) {
      return;
    }
    this.#socket = null;
    this.#attempt += 1;
    const longest = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    const wait = longest * (0.5 + Math.random() / 2); // spread, so that pages do not come at once
    this.#failures += 1;
    this.#listener.onState({ phase: "reconnecting", why, retryAt: Date.now() + wait });
    this.#retry = setTimeout(() => this.connect(), wait);
  }

  /** Ask for a sign of life, and take a long silence for a loss that TCP has not noticed. */
  #watch() {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return;
    }
    if (Date.now() - this.#heardAt > SILENCE_IS_LOSS_MS) {
      const socket = this.#socket;
      this.#lost(this.#attempt, "nothing was heard for a while");
      socket.close();
    } else {
      this.#send({ type: "ping" });
    }
  }

  /** @param {object} frame */
  #send(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }
}

/**
 * @param {unknown} frame
 * @returns {Record<string, unknown>}
 */
function parsed(frame) {
  try {
    const content = typeof frame === "string" ? JSON.parse(frame) : null;
    return typeof content === "object" && content !== null ? content : {};
  } catch {
    return {}; // not a frame of this protocol
  }
}
