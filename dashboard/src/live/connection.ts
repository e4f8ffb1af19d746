/** The live connection: Web PubSub with its reliable subprotocol, and how sound it is. */
import {
  WebPubSubClient, WebPubSubJsonReliableProtocol, type WebPubSubClientProtocol,
} from "@azure/web-pubsub-client";
import type { Negotiated } from "../messages/kinds.js";

const PING_EVERY_MS = 4_000;
/** Two pings without an answer: a loss that nobody has told of. */
export const SILENCE_IS_LOSS_MS = 10_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 20_000;

export type Phase =
  | { readonly name: "connecting" }
  | { readonly name: "live" }
  | { readonly name: "reconnecting"; readonly why: string };

export interface Listener {
  /** Asked before each connection, so each has a token of its own. */
  negotiate: () => Promise<Negotiated>;
  onPhase: (phase: Phase) => void;
  /** Connected, anew or recovered: what was missed meanwhile may be read now. */
  onOpen: () => void;
  onMessage: (content: unknown) => void;
}

export class Connection {
  readonly #listener: Listener;
  readonly #client: WebPubSubClient;
  readonly #watch: ReturnType<typeof setInterval>;
  readonly #onOffline = (): void => { this.#lose("this device is offline"); };
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heardAt = Date.now();
  #phase: Phase = { name: "connecting" };
  #failures = 0;
  #closed = false;

  constructor(listener: Listener) {
    this.#listener = listener;
    const protocol = this.#overhear(WebPubSubJsonReliableProtocol());
    this.#client = new WebPubSubClient(
      { getClientAccessUrl: async () => await this.#negotiate() },
      {
        protocol, keepAliveIntervalInMs: PING_EVERY_MS, keepAliveTimeoutInMs: 3 * PING_EVERY_MS,
        reconnectRetryOptions: {
          maxRetries: Number.MAX_SAFE_INTEGER, retryDelayInMs: RETRY_MS,
          maxRetryDelayInMs: LONGEST_RETRY_MS, mode: "Exponential",
        },
      },
    );
    const take = (event: { message: { data: unknown } }): void => {
      if (!this.#closed) {
        this.#listener.onMessage(event.message.data);
      }
    };
    this.#client.on("group-message", take);
    this.#client.on("server-message", take);
    this.#client.on("disconnected", ({ message }) => {
      this.#lose(message?.message ?? "the live connection was lost");
    });
    this.#watch = setInterval(() => { this.#look(); }, 1_000);
    addEventListener("offline", this.#onOffline);
    void this.#start();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    removeEventListener("offline", this.#onOffline);
    this.#client.stop();
  }

  /** The first connection is tried again here; later ones by the client. */
  async #start(): Promise<void> {
    try {
      await this.#client.start();
    } catch {
      if (!this.#closed) {
        if (this.#phase.name !== "reconnecting") { // else it is known why
          this.#lose("the live service does not answer");
        }
        const wait = Math.min(RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
        this.#failures += 1;
        this.#retry = setTimeout(() => void this.#start(), wait);
      }
    }
  }

  async #negotiate(): Promise<string> {
    try {
      return (await this.#listener.negotiate()).url;
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** The client tells nobody of a recovered connection, nor of pongs: its protocol does. */
  #overhear(protocol: WebPubSubClientProtocol): WebPubSubClientProtocol {
    return {
      name: protocol.name,
      isReliableSubProtocol: protocol.isReliableSubProtocol,
      writeMessage: (message) => protocol.writeMessage(message),
      parseMessages: (input) => {
        this.#heardAt = Date.now();
        const parsed = protocol.parseMessages(input);
        const messages = Array.isArray(parsed) ? parsed : [parsed];
        if (messages.some((message) => message?.kind === "connected")) {
          this.#open();
        }
        return parsed;
      },
    };
  }

  #open(): void {
    if (!this.#closed) {
      this.#failures = 0;
      this.#say({ name: "live" });
      this.#listener.onOpen();
    }
  }

  #look(): void {
    const silent = Date.now() - this.#heardAt > SILENCE_IS_LOSS_MS;
    if (this.#phase.name === "live" && silent) {
      this.#lose("nothing was heard for a while");
    } else if (this.#phase.name === "reconnecting" && !silent && this.#hearsAgain()) {
      this.#open();
    }
  }

  /** Heard again without having been closed: the silence was one of the network. */
  #hearsAgain(): boolean {
    return this.#lostAt !== null && this.#heardAt > this.#lostAt;
  }

  #lostAt: number | null = null;

  #lose(why: string): void {
    if (!this.#closed) {
      this.#lostAt = Date.now();
      this.#say({ name: "reconnecting", why });
    }
  }

  #say(phase: Phase): void {
    if (phase.name === "live") {
      this.#lostAt = null;
    }
    this.#phase = phase;
    this.#listener.onPhase(phase);
  }
}
