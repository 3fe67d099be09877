import type { ComposedMessage, MessageSource } from "@wirepost/mime-message";
import { SmtpProtocolError } from "@wirepost/smtp-protocol";
import { SendError } from "../outcome/send-error.js";
import type { ReplyHandler, Session } from "../session/session.js";
import type { SendJob } from "./send-job.js";
import type { SendOptions } from "./send-options.js";
import type { TransactionPlan } from "./transaction-plan.js";

/** Content up to this size is appended in one turn; larger content gives others a chance between its blocks. */
const MAX_SYNCHRONOUS_BYTES = 128 * 1024;
/** What fits in one chunk for certain, whatever its line ends become. */
const MAX_CHUNK_BYTES = 32 * 1024;
const EMPTY = new Uint8Array(0);

type ReadyLines = NonNullable<ComposedMessage["readyLines"]>;

/** The transaction whose content is written; it also hears the replies. */
export interface ContentOwner extends ReplyHandler {
  /** False once nothing more of this content may be written. */
  readonly writingContent: boolean;
  /** The last octet has been appended. */
  contentEnded(): void;
  /** An observer said that the rest must not be sent. */
  abandon(): void;
  /** The source failed, or gave what cannot be sent. */
  contentFailed(cause: unknown): void;
}

/** Writes the content of one message, by DATA or in chunks, at once or block by block as the socket takes it. */
export class ContentWriter {
  readonly #session: Session;
  readonly #plan: TransactionPlan;
  readonly #options: SendOptions;
  readonly #owner: ContentOwner;
  readonly #binary: boolean;
  readonly #watched: boolean;
  readonly #ahead: boolean;
  readonly #signal: AbortSignal | undefined;
  #sentBytes = 0;

  #chunkWaiter: (() => void) | undefined;

  /** @param ahead chunks may be written before the replies to those before them (RFC 3030 needs PIPELINING for it) */
  constructor(session: Session, plan: TransactionPlan, job: SendJob, ahead: boolean, owner: ContentOwner) {
    const { options } = job;
    this.#signal = job.signal;
    this.#ahead = ahead || !plan.chunking;
    this.#session = session;
    this.#plan = plan;
    this.#options = options;
    this.#owner = owner;
    this.#binary = plan.composed.body === "BINARYMIME";
    this.#watched = options.onProgress !== undefined || session.options.observer?.onTransfer !== undefined;
  }

  begin(): void {
    const { content, readyLines } = this.#plan.composed;
    // Lines that were sent before are looked at anew.
    const ready = readyLines?.held === true ? readyLines : undefined;
    const whole = this.#ahead || ready !== undefined ? MAX_SYNCHRONOUS_BYTES : MAX_CHUNK_BYTES;
    if (content instanceof Uint8Array && content.length <= whole && (this.#ahead || !this.#watched)) {
      this.#writeWhole(ready ?? content);
    } else {
      this.#stream(content).catch((cause: unknown) => this.#owner.contentFailed(cause));
    }
  }

  /** Small content: appended in this turn, the next envelope behind it, all of it one write. */
  #writeWhole(content: Uint8Array | ReadyLines): void {
    const last = this.#plan.chunking && !this.#watched;
    let offset = 0;
    do {
      offset += this.#append(content, offset, last);
    } while (offset < content.length);
    // Whoever watches may still say no, so the end comes behind the question.
    if (!this.#transferred(content.length)) return;
    if (!last) this.#end();
    this.#owner.contentEnded();
  }

  async #stream(content: Uint8Array | MessageSource): Promise<void> {
    if (content instanceof Uint8Array) {
      await this.#streamBlock(content);
    } else {
      // Each block is copied before the next is asked for.
      for await (const block of content.open(this.#signal, { reuseBlocks: true })) {
        await this.#streamBlock(block);
        if (this.#stopped) return;
      }
    }
    if (this.#stopped) return;
    this.#end();
    this.#owner.contentEnded();
    this.#session.flush();
  }

  async #streamBlock(block: Uint8Array): Promise<void> {
    checkOctets(block);
    let offset = 0;
    while (offset < block.length) {
      if (this.#stopped) return;
      const taken = this.#append(block, offset, false);
      offset += taken;
      this.#session.flush();
      if (!this.#transferred(taken)) return;
      if (!this.#ahead) await this.#chunkReply();
      if (this.#session.blocked) await this.#session.drained();
    }
  }

  /** The reply to a chunk came. */
  chunkAnswered(): void {
    const waiter = this.#chunkWaiter;
    this.#chunkWaiter = undefined;
    waiter?.();
  }

  #chunkReply(): Promise<void> {
    const { oldest } = this.#session.protocol;
    // A block that ends in a CR alone may have given no chunk of its own.
    if (oldest === undefined || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#chunkWaiter = resolve;
    });
  }

  #append(block: Uint8Array | ReadyLines, offset: number, last: boolean): number {
    const { protocol } = this.#session;
    return this.#plan.chunking
      ? protocol.writeChunk(block, offset, last, this.#owner, this.#binary)
      : protocol.writeContent(block, offset, this.#owner);
  }

  #end(): void {
    const { protocol } = this.#session;
    if (this.#plan.chunking) protocol.writeChunk(EMPTY, 0, true, this.#owner, this.#binary);
    else protocol.endContent(this.#owner);
  }

  get #stopped(): boolean {
    return !this.#owner.writingContent || this.#session.failure !== undefined;
  }

  /** False: an observer abandoned the transaction. */
  #transferred(blockBytes: number): boolean {
    this.#sentBytes += blockBytes;
    if (!this.#watched) return true;
    const { observer } = this.#session.options;
    const totalBytes = this.#plan.composed.sizeBytes;
    const progress = { sentBytes: this.#sentBytes, totalBytes, blockBytes };
    try {
      this.#options.onProgress?.(progress);
      // A caller that aborts in its own progress handler has ended the transaction by now.
      if (this.#stopped) return false;
      if (observer?.onTransfer?.(progress) !== false) return !this.#stopped;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      // Content has begun: without an end of data the server drops it.
      this.#session.fail(new SendError("ERR_CLIENT_CALLBACK", message, { phase: "data", cause }));
      return false;
    }
    this.#owner.abandon();
    return false;
  }
}

/**
 * What has no length would be passed over without a word, and the message would go out with a hole in it.
 * @throws SmtpProtocolError ERR_SMTP_ARGUMENT for anything but a view of octets, from whatever realm
 */
export function checkOctets(block: unknown): void {
  if (ArrayBuffer.isView(block) && (block as Partial<Uint8Array>).BYTES_PER_ELEMENT === 1) return;
  throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "content that is no octets (Uint8Array)");
}
