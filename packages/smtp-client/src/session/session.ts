import {
  ClientProtocol,
  type Command,
  commandLine,
  NEED_DATA,
  type Reply,
  SmtpProtocolError,
} from "@wirepost/smtp-protocol";
import type { Socket } from "@wirepost/socket-core";
import { publishConnection } from "../outcome/diagnostics.js";
import { fromLowerError } from "../outcome/from-lower-error.js";
import type { Phase, SendError } from "../outcome/send-error.js";
import type { ResolvedConnectionOptions } from "./connection-options.js";
import { Deadline } from "./deadline.js";
import { hiddenForms } from "./hidden-forms.js";
import { type OpenedSocket, openSocket, type SetupTimings } from "./open-socket.js";
import { DECIDES, promiseHandler, type ReplyHandler, type SessionExchange } from "./reply-handler.js";
import { hideChallenge, REDACTED, type Secrets } from "./secrets.js";
import { closedError, lateError, lostError, shuttingDown } from "./session-errors.js";
import { replyTimeoutMs } from "./timeouts.js";
import { describeTls, tlsOptionsFor } from "./tls-settings.js";
import { shownCommand, type Transcript } from "./transcript.js";
import { elapsed, turnNow } from "./turn-clock.js";

export type { ReplyHandler, SessionExchange };
export { closedError };

/** Octets that a socket may hold before content waits; with what is being appended they fit in one slab of the engine. */
const MAX_HELD_BYTES = 128 * 1024;

/**
 * Joins the pure engine and the socket: the only place that moves bytes between them. All replies in a chunk are handled in
 * one turn, then whatever they caused leaves in one write.
 */
export class Session {
  readonly options: ResolvedConnectionOptions;
  readonly protocol: ClientProtocol<ReplyHandler>;
  readonly secrets: Secrets;
  readonly transcript: Transcript | undefined;
  readonly timings: SetupTimings;
  /** The first EHLO reply announced PIPECONNECT: the next session may say EHLO before the greeting. */
  pipeConnect = false;
  /** What set-up is at; errors of the connection carry it while no transaction is to blame. */
  phase: Phase = "connect";
  /** Called when every reply of a chunk was handled, before what they caused is written. */
  onTurnEnd: (() => void) | undefined;
  /** Called once, when the connection is over for whatever reason; after every exchange's `onLost`. */
  onClosed: ((error: SendError) => void) | undefined;
  /** The server speaks first; rejects with a SendError when it does not. */
  readonly greeting: Promise<Reply>;
  #socket: Socket;
  #failure: SendError | undefined;
  #closing = false;
  #handling = false;
  readonly #deadline = new Deadline(() => this.#deadlinePassed());
  #timed: SessionExchange | "content" | undefined;
  #drainWaiters: (() => void)[] = [];
  readonly #overListeners = new Set<(error: SendError) => void>();
  #aliveWithinMs: number | undefined;
  #socketFull = false;
  /** Octets that the socket has and has not given back. */
  #heldBytes = 0;
  #acceptedByObserver: boolean;

  /** Resolves once TCP, a proxy and implicit TLS stand. @throws SendError */
  static async open(options: ResolvedConnectionOptions): Promise<Session> {
    const forms = await hiddenForms(options);
    const opened = await openSocket(options);
    if (forms !== undefined) opened.secrets.hideWith(forms);
    try {
      return new Session(options, opened);
    } catch (error) {
      opened.socket.destroy();
      throw fromLowerError(error, "connect", { transcript: opened.transcript?.entries });
    }
  }

  private constructor(options: ResolvedConnectionOptions, opened: OpenedSocket) {
    const { socket } = opened;
    this.options = options;
    this.secrets = opened.secrets;
    this.transcript = opened.transcript;
    this.timings = opened.timings;
    this.#acceptedByObserver = opened.acceptedByObserver;
    this.phase = "greeting";
    let greeted: ReplyHandler | undefined;
    this.greeting = new Promise((resolve, reject) => {
      greeted = promiseHandler(resolve, reject);
    });
    // Whoever opened the session awaits it; a failure in between must not count as unhandled.
    this.greeting.catch(() => undefined);
    this.protocol = new ClientProtocol<ReplyHandler>({
      greetingToken: greeted,
      protocol: options.protocol,
      strictLineEnd: options.strictLineEnd,
      replyLimits: options.replyLimits,
      chunksAhead: options.window !== undefined,
      earlyHello: options.earlyHello,
    });
    this.#socket = socket;
    this.#schedule();
    socket.setReceiver({
      onData: (chunk) => this.#receive(chunk),
      onEnd: () => this.fail(lostError(this.options, this.phase)),
      onError: (error) => this.fail(fromLowerError(error, this.phase)),
      onDrain: () => this.#drained(),
      borrows: true,
    });
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** TLS stands, and the certificate was verified, or accepted by an observer, or `verify: "none"` was said by name. */
  get tlsTrusted(): boolean {
    const { tls } = this.#socket;
    return (
      tls !== undefined &&
      (tls.verified || this.#acceptedByObserver || this.options.tlsOptions.verify === "none")
    );
  }

  /** The connection was idle and may be dead without our having been told: its next reply must come within this time. */
  suspect(withinMs: number): void {
    this.#aliveWithinMs = withinMs;
  }

  /** No reply has come since `suspect()`. */
  get suspected(): boolean {
    return this.#aliveWithinMs !== undefined;
  }

  /** The error that ended the connection, if it has ended. */
  get failure(): SendError | undefined {
    return this.#failure;
  }

  /** Calls once when the connection is over, unless the function returned is called before. */
  whenOver(listener: (error: SendError) => void): () => void {
    this.#overListeners.add(listener);
    return () => this.#overListeners.delete(listener);
  }

  /** A line for the transcript. An observer that throws at it ends the session. @throws SendError */
  note(text: string): void {
    try {
      this.transcript?.note(text);
    } catch (error) {
      const failure = fromLowerError(error, this.phase, { otherwise: "ERR_CLIENT_CALLBACK" });
      this.fail(failure);
      throw failure;
    }
  }

  /** Appends a command; `flush()` writes it. Inside a reply handler the flush comes by itself. */
  send(command: Command, handler: ReplyHandler): SessionExchange {
    this.options.observer?.onCommand?.(shownCommand(command));
    const exchange = this.protocol.send(commandLine(command), handler);
    this.transcript?.command(command);
    return exchange;
  }

  /** Writes a command and resolves with its reply, whatever its class. @throws SendError */
  request(command: Command): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const handler = promiseHandler(resolve, reject);
      this.attempt(() => this.send(command, handler), reject);
    });
  }

  /** Answers a SASL challenge (null cancels) and resolves with the next reply. */
  respond(octets: Uint8Array | null): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const handler = promiseHandler(resolve, reject);
      this.attempt(() => {
        this.protocol.respond(octets, handler);
        this.transcript?.client(octets === null ? "*" : REDACTED);
      }, reject);
    });
  }

  /** Appends by `write` and hands it to the socket. Whatever keeps that from being done goes to `reject`. */
  attempt(write: () => void, reject: (error: SendError) => void): void {
    if (this.#failure !== undefined) {
      reject(this.#failure);
      return;
    }
    try {
      write();
    } catch (error) {
      const failure = fromLowerError(error, this.phase, { otherwise: "ERR_CLIENT_CALLBACK" });
      // A command that cannot be written leaves the session as it was; anything else ends it.
      if (!(SmtpProtocolError.is(error) && error.kind === "usage")) this.fail(failure);
      reject(failure);
      return;
    }
    this.flush();
  }

  /** Hands everything appended to the socket in one write. Does nothing inside a reply handler: the write follows it. */
  flush(): void {
    if (this.#handling || this.#failure !== undefined) return;
    const octets = this.protocol.takeOutput();
    if (octets !== undefined) {
      this.#heldBytes += octets.length;
      this.#socketFull = !this.#socket.write(octets, () => this.#released(octets));
    }
    this.#schedule();
  }

  /**
   * Whether to wait before more content is written: the socket asked for it, or holds so much that more would need memory of its
   * own. (A socket that takes everything at once gives it back at the end of the turn only.)
   */
  get blocked(): boolean {
    return this.#socketFull || this.#heldBytes >= MAX_HELD_BYTES;
  }

  /** Resolves when the socket takes more, or when the connection is over. */
  drained(): Promise<void> {
    if (!this.blocked || this.#failure !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  /** The 220 to STARTTLS has come: the handshake begins in this turn. @throws SendError */
  async startTls(verify?: "full"): Promise<void> {
    this.phase = "tls";
    const began = turnNow();
    try {
      this.protocol.tlsStarted();
      const settings = tlsOptionsFor(this.options, () => {
        this.#acceptedByObserver = true;
      });
      const handshake = this.#socket.startTls(
        verify === undefined || this.options.tlsOptions.verify !== undefined
          ? settings
          : { ...settings, verify },
      );
      this.#deadline.clear();
      await handshake;
    } catch (error) {
      const failure = fromLowerError(error, "tls", { otherwise: "ERR_CLIENT_CALLBACK" });
      this.fail(failure);
      throw failure;
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.timings.tlsMs = elapsed(began);
    this.note(describeTls(this.#socket));
  }

  /** Ends the connection at once and tells everyone who waits. */
  fail(error: SendError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    error.transcript ??= this.transcript?.entries;
    this.#deadline.stop();
    const owed = this.protocol.connectionClosed();
    this.#socket.destroy();
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const exchange of owed) exchange.token?.onLost(error);
    for (const waiter of waiters) waiter();
    for (const listener of this.#overListeners) listener(error);
    this.onClosed?.(error);
    try {
      this.options.observer?.onClosed?.(error);
    } catch {
      // The connection is over already; there is nothing left that an error could end.
    }
    publishConnection({ host: this.options.host, port: this.options.port, state: "closed", error });
  }

  /** QUIT where the protocol allows it, then closes. Never throws: the reply to QUIT means nothing (RFC 5321 4.1.1.10). */
  async quit(): Promise<void> {
    if (this.#failure !== undefined || this.#closing) return;
    this.#closing = true;
    this.phase = "quit";
    // An idle connection does not hold the process; one that is being closed in order does, for its `quitMs`.
    this.#socket.setKeepsProcess(true);
    if (this.protocol.may("quit") && this.protocol.outstandingCount === 0) {
      await this.request({ verb: "QUIT" }).catch(() => undefined);
    }
    this.fail(closedError());
  }

  /** Closes at once, without QUIT. */
  destroy(error: SendError = closedError()): void {
    this.fail(error);
  }

  #receive(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#aliveWithinMs = undefined;
    this.#handling = true;
    try {
      this.protocol.receiveData(chunk);
      for (;;) {
        const exchange = this.protocol.nextEvent();
        if (exchange === NEED_DATA) break;
        this.#dispatch(exchange);
        if (this.#failure !== undefined) return;
      }
    } catch (error) {
      this.fail(
        fromLowerError(error, this.phase, { secrets: this.secrets, otherwise: "ERR_CLIENT_CALLBACK" }),
      );
      return;
    } finally {
      this.#handling = false;
    }
    this.onTurnEnd?.();
    this.flush();
  }

  #dispatch(exchange: SessionExchange): void {
    const hidden = this.secrets.any || exchange.verb === "AUTH";
    const reply = hidden ? this.#hide(exchange) : (exchange.reply as Reply);
    const thrown = this.#show(exchange.verb, reply);
    if (exchange.awaited === "unsolicited") {
      this.fail(shuttingDown(this.options, this.phase, reply));
    } else if (thrown !== undefined) {
      // What the server has decided stands; anything else is not gone on with, and whoever waits hears why.
      if (DECIDES.has(exchange.awaited)) exchange.token?.onReply(exchange);
      else exchange.token?.onLost(thrown);
      this.fail(thrown);
    } else {
      exchange.token?.onReply(exchange);
      // 421 ends the connection whatever it answered (RFC 5321 3.8).
      if (reply.code === 421) this.fail(shuttingDown(this.options, this.phase, reply));
    }
  }

  /** The reply without secrets. Whoever waits for it gets it like that too, except for a challenge, which the mechanism reads. */
  #hide(exchange: SessionExchange): Reply {
    const reply = exchange.reply as Reply;
    if (exchange.verb === "AUTH" && reply.code === 334) return hideChallenge(reply);
    const watched = this.options.observer !== undefined || this.transcript !== undefined;
    if (!watched && exchange.verb !== "AUTH" && reply.code < 400) return reply;
    exchange.reply = this.secrets.scrubReply(reply);
    return exchange.reply;
  }

  /** Shows a reply to those who watch. The error of one that throws. */
  #show(verb: string, reply: Reply): SendError | undefined {
    try {
      this.options.observer?.onReply?.(verb, reply);
      this.transcript?.reply(reply);
      return undefined;
    } catch (error) {
      return fromLowerError(error, this.phase, { otherwise: "ERR_CLIENT_CALLBACK" });
    }
  }

  #schedule(): void {
    const oldest = this.protocol.oldest ?? (this.blocked ? "content" : undefined);
    if (oldest === this.#timed) return;
    this.#timed = oldest;
    if (oldest === undefined) {
      this.#deadline.clear();
      return;
    }
    const { times } = this.options;
    const ms =
      oldest === "content"
        ? times.contentMs
        : replyTimeoutMs(oldest.awaited as Exclude<typeof oldest.awaited, "refusal" | "unsolicited">, times);
    this.#deadline.set(performance.now() + Math.min(ms, this.#aliveWithinMs ?? ms));
  }

  #drained(): void {
    this.#socketFull = false;
    // Each drain is progress: the next block gets its whole time again.
    if (this.#timed === "content") this.#timed = undefined;
    this.#wakeWriters();
    this.#schedule();
  }

  #released(octets: Uint8Array): void {
    this.protocol.releaseOutput(octets);
    const wasBlocked = this.blocked;
    this.#heldBytes -= octets.length;
    if (!wasBlocked || this.#failure !== undefined) return;
    if (this.#timed === "content") this.#timed = undefined;
    this.#wakeWriters();
    this.#schedule();
  }

  #wakeWriters(): void {
    if (this.#drainWaiters.length === 0 || this.blocked) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const waiter of waiters) waiter();
  }

  #deadlinePassed(): void {
    const verb = this.#timed === "content" ? undefined : this.#timed?.verb;
    this.fail(lateError(this.options, this.phase, verb));
  }
}
