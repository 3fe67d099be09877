import type { EmailMessage, MessageInput } from "@wirepost/mime-message";
import { notLoaded } from "../outcome/not-loaded.js";
import type { Receipt } from "../outcome/receipt.js";
import { checkSendOptions, NO_OPTIONS, type SendOptions } from "../pipeline/send-options.js";
import { checkOptions, signal } from "../session/check-options.js";
import { clientClosed } from "./client-closed.js";
import { type ClientOptions, type ResolvedClientOptions, resolveClientOptions } from "./client-options.js";
import { dataOf, envelopeFields } from "./early-envelope.js";
import type { Pool } from "./pool.js";
import { type BatchItem, type BatchResult, checkSource, runBatch } from "./run-batch.js";

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

/** A message that came while the pool was loading. */
interface EarlyMessage {
  readonly sender: object;
  readonly message: MessageInput | EmailMessage;
  readonly options: SendOptions;
  /** What the envelope was made of when `send()` was called. */
  readonly envelope: MessageInput;
  readonly resolve: (receipt: Promise<Receipt>) => void;
  readonly reject: (error: unknown) => void;
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
  #early: EarlyMessage[] = [];
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
   * messages go out and results are taken. A consumer that leaves early leaves messages that were read already to be sent.
   *
   * @throws SendError ERR_CLIENT_OPTION at once for what is no source of messages; later only what the source or the signal throws
   */
  sendAll(
    messages: Iterable<BatchItem> | AsyncIterable<BatchItem>,
    options: SendOptions = NO_OPTIONS,
  ): AsyncGenerator<BatchResult, void, undefined> {
    checkSource(messages);
    checkSendOptions(options);
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
    checkOptions("verify", options, { signal });
    if (this.#closing !== undefined) throw clientClosed();
    await (await this.#load()).verify(options.signal);
  }

  get statistics(): ClientStatistics {
    if (this.#pool !== undefined) return this.#pool.statistics;
    return { connections: 0, idle: 0, queued: this.#early.length, active: 0 };
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
    if (this.#pool !== undefined) return this.#pool.send(sender, message, options);
    return new Promise((resolve, reject) => {
      // A throw in here becomes the promise's rejection, as it does with the pool.
      try {
        if (this.#closing !== undefined) throw clientClosed();
        checkSendOptions(options);
      } catch (error) {
        letGo(message);
        throw error;
      }
      const envelope = envelopeFields(message);
      const kept =
        options.envelope === undefined ? options : { ...options, envelope: dataOf(options.envelope) };
      this.#early.push({ sender, message, options: kept, envelope, resolve, reject });
      this.#load().catch(() => undefined);
    });
  }

  /** The pool, with all early messages in it. @throws SendError ERR_CLIENT_NOT_LOADED */
  #load(): Promise<Pool> {
    this.#loading ??= this.#make().catch((error: unknown) => {
      // The next message tries again.
      this.#loading = undefined;
      for (const { message, reject } of this.#early.splice(0)) {
        letGo(message);
        reject(error);
      }
      throw error;
    });
    return this.#loading;
  }

  async #make(): Promise<Pool> {
    const { Pool } = await import("./pool.js").catch((cause: unknown) => {
      throw notLoaded(cause);
    });
    const pool = new Pool(this.#options);
    if (this.#destroyed) pool.destroy();
    this.#pool = pool;
    // In the turn in which the pool can be seen, so that no later message comes before them.
    for (const { sender, message, options, envelope, resolve } of this.#early.splice(0)) {
      resolve(pool.send(sender, message, options, envelope));
    }
    return pool;
  }

  async #drain(): Promise<void> {
    const pool = await this.#loading?.catch(() => undefined);
    await pool?.close();
  }
}

/** The pool lets go of the streams of messages that it does not send; this is for those that never came to it. */
function letGo(message: MessageInput | EmailMessage): void {
  import("@wirepost/mime-message").then(
    ({ releaseMessage }) => releaseMessage(message),
    () => undefined,
  );
}
