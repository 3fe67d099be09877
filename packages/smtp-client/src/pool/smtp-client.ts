import type { EmailMessage, MessageInput } from "@wirepost/mime-message";
import type { Receipt } from "../outcome/receipt.js";
import { NO_OPTIONS, type SendOptions } from "../pipeline/send-options.js";
import { clientClosed } from "./client-closed.js";
import { type ClientOptions, type ResolvedClientOptions, resolveClientOptions } from "./client-options.js";
import type { Pool } from "./pool.js";
import { type BatchItem, type BatchResult, runBatch } from "./run-batch.js";

/** What a client has in hand. */
export interface ClientStatistics {
  /** Open connections, those being set up included. */
  readonly connections: number;
  /** Open connections with nothing in hand. */
  readonly idle: number;
  /** Messages waiting for a connection. */
  readonly queued: number;
  /** Messages on a connection. */
  readonly active: number;
}

/**
 * A pool of connections to one server. Several sends at once are spread over connections and pipelined by themselves.
 *
 * What sends is loaded with the first message, so that a program which only might send starts as fast as without.
 */
export class SmtpClient {
  readonly #options: ResolvedClientOptions;
  #pool: Pool | undefined;
  #loading: Promise<Pool> | undefined;
  /** Messages that came while the pool was loading. */
  #early = 0;
  /** The sender of all single sends, beside the batches. */
  readonly #single = {};
  #closing: Promise<void> | undefined;
  #destroyed = false;

  /**
   * @param options a connection URL (`smtps://user:password@mail.example`) or an options object
   * @throws SendError ERR_CLIENT_OPTION, ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_URL
   */
  constructor(options: ClientOptions | string | URL) {
    this.#options = resolveClientOptions(options);
  }

  /**
   * Sends one message. Resolves when at least one recipient was accepted; the receipt says what became of each.
   * @throws SendError otherwise: `state` says whether the server may have it, `retryable` whether trying again is safe and sensible
   */
  send(message: MessageInput | EmailMessage, options: SendOptions = NO_OPTIONS): Promise<Receipt> {
    return this.#send(this.#single, message, options);
  }

  /**
   * Sends every message of a source and yields each result as it ends, in bounded memory: the source is read only as fast as
   * messages go out and results are taken. Throws only what the source or the signal throws. A consumer that leaves early leaves
   * messages that were read already to be sent.
   */
  sendAll(
    messages: Iterable<BatchItem> | AsyncIterable<BatchItem>,
    options: SendOptions = NO_OPTIONS,
  ): AsyncGenerator<BatchResult, void, undefined> {
    const sender = {};
    return runBatch(messages, {
      // Enough that a connection always finds its next message when it writes the end of one.
      inFlight: Math.max(64, this.#options.limits.maxConnections * 8),
      signal: options.signal,
      send: (message, own) =>
        this.#send(sender, message, own === undefined ? options : { ...options, ...own }),
    });
  }

  /** Opens a connection, and logs in, without sending. @throws SendError */
  async verify(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.#closing !== undefined) throw clientClosed();
    await (await this.#load()).verify(options.signal);
  }

  get statistics(): ClientStatistics {
    if (this.#pool !== undefined) return this.#pool.statistics;
    return { connections: 0, idle: 0, queued: this.#early, active: 0 };
  }

  /** Takes no new messages, waits for those in hand within `closeTimeoutMs`, then says QUIT everywhere. Never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Ends everything at once. Messages in hand end as the outcome law says. */
  destroy(): void {
    this.#destroyed = true;
    this.#closing ??= Promise.resolve();
    this.#pool?.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #send(sender: object, message: MessageInput | EmailMessage, options: SendOptions): Promise<Receipt> {
    if (this.#closing !== undefined) return Promise.reject(clientClosed());
    if (this.#pool !== undefined) return this.#pool.send(sender, message, options);
    this.#early++;
    const asGiven = snapshot(message);
    return this.#load().then((pool) => {
      this.#early--;
      return pool.send(sender, asGiven, options);
    });
  }

  #load(): Promise<Pool> {
    this.#loading ??= import("./pool.js").then(({ Pool }) => {
      const pool = new Pool(this.#options);
      if (this.#destroyed) pool.destroy();
      this.#pool = pool;
      return pool;
    });
    return this.#loading;
  }

  async #drain(): Promise<void> {
    // What was sent before is in the pool's queue by then: promises are heard in the order in which they were asked.
    const pool = await this.#loading?.catch(() => undefined);
    await pool?.close();
  }
}

const EMAIL_MESSAGE = Symbol.for("@wirepost/mime-message.EmailMessage");

/**
 * A pool reads the envelope at once; a caller who then fills its object for the next message must not change that for the first
 * ones. Objects of a caller's own class are left alone: a copy of one has no private fields.
 */
function snapshot(message: MessageInput | EmailMessage): MessageInput | EmailMessage {
  if (typeof message !== "object" || message === null) return message;
  const prototype = Object.getPrototypeOf(message);
  if (prototype === Object.prototype) return { ...message };
  const ours = Object.hasOwn(message, EMAIL_MESSAGE) && Object.getPrototypeOf(prototype) === Object.prototype;
  return ours ? Object.create(prototype, Object.getOwnPropertyDescriptors(message)) : message;
}
