// One run of SendMail: connect, secure, log in, send the queue, quit. It decides nothing: it turns what the core reports into
// Xojo's events, in Xojo's order.
import { messageEnvelope, needsSmtpUtf8 } from "@wirepost/mime-message";
import {
  type ConnectionOptions,
  type ManualTransaction,
  type Observer,
  SendError,
  SmtpConnection,
} from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";
import type { Socket } from "@wirepost/socket-core";
import { errorNumber } from "../error-numbers.js";
import type { EmailMessage } from "../generated/email-message.js";
import type { Occupant } from "../sockets/socket-state.js";
import { attachmentsReady, beginAnew, composeNow, noteSent } from "./compose.js";
import { SSLTLS_MODE } from "./connection-mode.js";
import type { MailState } from "./mail-state.js";
import { addRecipients, authOptions, refusalOf, replyLines, wholeReply } from "./smtp-steps.js";

/** SendProgress comes for each piece of this size. */
const CHUNK_BYTES = 32_768;

/** What the server, or the core in its place, says against a message. The code is 0 where no server was asked. */
interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** How a message ended. `cancelled`: SendProgress returned true. `lost`: the connection is gone, the message stays in the queue. */
type Ending = "sent" | "cancelled" | "lost" | Refusal;

export class MailRun implements Occupant {
  /** Nothing of it is left. */
  over = false;
  /** A message was cancelled: the connection stands, and can only be closed. */
  parked = false;
  againAfterwards: (() => void) | undefined;
  securing = false;
  readonly done: Promise<void>;
  #resolveDone: () => void = () => undefined;
  readonly #abort = new AbortController();
  #connection: SmtpConnection | undefined;
  #socket: Socket | undefined;
  /** Close or Disconnect: no event of this run comes any more. */
  #dropped = false;
  /** DisconnectFromServer: no further message is begun. */
  #leaving = false;
  /** Its last event is being fired, or was. */
  #ending = false;
  #inTransaction = false;
  #accepted = 0;
  #contentLeft = 0;

  constructor(private readonly mail: MailState) {
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  /** No further message will be begun: all that is outstanding is QUIT. */
  get ending(): boolean {
    return this.#ending || this.#leaving;
  }

  get bytesLeftToSend(): number {
    return this.#contentLeft + (this.#socket?.bytesLeftToSend ?? 0);
  }

  begin(): void {
    this.mail.socket.occupy(this);
    // Nothing fires before SendMail has returned.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      const connection = await this.#connect();
      if (connection !== undefined) await this.#sendQueue(connection);
    } finally {
      if (!this.parked) this.#finish();
      this.#resolveDone();
    }
  }

  // ---- Beginning -------------------------------------------------------------------------------------------------------

  async #connect(): Promise<SmtpConnection | undefined> {
    const { socket: state } = this.mail;
    const { signal } = this.#abort;
    try {
      if (this.#dropped) return undefined;
      const tls = state.sslEnabled ? await state.chooseTls() : {};
      this.#socket = await state.dial(signal);
      if (this.#dropped) {
        this.#socket.destroy();
        return undefined;
      }
      state.showConnection(this.#socket);
      this.securing = state.sslEnabled && this.mail.connectionMode === SSLTLS_MODE;
      this.#connection = await SmtpConnection.connect(this.#options(this.#socket, tls, signal));
    } catch (error) {
      this.securing = false;
      if (this.#dropped || this.#leaving) return undefined;
      const reply = refusalOf(error);
      if (reply === undefined) this.#lose(error);
      else this.#refusedBeforeMail(reply);
      return undefined;
    }
    if (this.#dropped) this.#connection.destroy();
    return this.#dropped ? undefined : this.#connection;
  }

  #options(socket: Socket, tls: object, signal: AbortSignal): ConnectionOptions {
    const { socket: state, username, password, connectionMode } = this.mail;
    const secure = state.sslEnabled;
    const { clientName, timeouts } = state.options;
    return {
      socket,
      host: socket.host ?? state.address,
      port: state.configuredPort,
      tls: secure ? { policy: connectionMode === SSLTLS_MODE ? "implicit" : "required", ...tls } : "none",
      ...(username === "" ? {} : { auth: authOptions(username, password, secure) }),
      ...(clientName === undefined ? {} : { clientName }),
      ...(timeouts === undefined ? {} : { timeouts }),
      observer: this.#observer(),
      signal,
    };
  }

  #observer(): Observer {
    let greeted = false;
    return {
      onCommand: () => {
        // Whatever follows the handshake shows that it is over.
        this.securing = false;
      },
      onReply: (verb, reply) => {
        if (verb === "STARTTLS") this.securing = reply.code < 300;
        if (verb !== "" || greeted) return;
        greeted = true;
        this.securing = false;
        if (reply.code < 400) this.#raise("ConnectionEstablished", wholeReply(reply));
      },
    };
  }

  /** Refused by greeting, EHLO or AUTH: the first message stands for the run. */
  #refusedBeforeMail(reply: Reply): void {
    const first = this.mail.messages[0];
    if (first !== undefined) this.#takeOff(first);
    this.#finish();
    // Nil where the queue was empty.
    this.#raise("ServerError", reply.code, replyLines(reply), first ?? null);
  }

  // ---- The queue -------------------------------------------------------------------------------------------------------

  async #sendQueue(connection: SmtpConnection): Promise<void> {
    let reset = false;
    for (;;) {
      const message = this.mail.messages[0];
      if (message === undefined || this.#stopped) break;
      if (connection.closed) {
        this.#lose(connection.failure);
        return;
      }
      const ending = await this.#sendOne(connection, message, reset);
      if (this.#dropped || this.over) return;
      if (ending === "cancelled") {
        this.#park(connection);
        return;
      }
      this.#takeOff(message);
      if (ending === "sent") this.#raise("MessageSent", message);
      else if (ending !== "lost") this.#raise("ServerError", ending.code, ending.text, message);
      if (this.#dropped) return;
      reset = ending !== "sent";
    }
    this.#ending = true;
    if (this.mail.messages.length === 0 && this.#accepted > 0) this.#raise("MailSent");
    if (!this.#dropped) await connection.quit();
  }

  get #stopped(): boolean {
    return this.#dropped || this.#leaving;
  }

  /** One message, without the event that tells how it ended. `lost` has told already. */
  async #sendOne(connection: SmtpConnection, message: EmailMessage, reset: boolean): Promise<Ending> {
    this.#inTransaction = true;
    try {
      if (reset) await connection.reset();
      return await this.#transact(connection, message);
    } catch (error) {
      if (this.#stopped) return "lost";
      const reply = refusalOf(error);
      if (reply !== undefined) return { code: reply.code, text: replyLines(reply) };
      if (!connection.closed && !isSessionError(error)) {
        // Refused here, before a server saw it: an address or a header that cannot be sent.
        return { code: 0, text: error instanceof Error ? error.message : String(error) };
      }
      this.#lose(error);
      return "lost";
    } finally {
      this.#inTransaction = false;
      this.#contentLeft = 0;
    }
  }

  async #transact(connection: SmtpConnection, message: EmailMessage): Promise<Ending> {
    await attachmentsReady(message);
    beginAnew(message);
    const ready = composeNow(message, connection.capabilities.has("SMTPUTF8"));
    const envelope = messageEnvelope(ready.input);
    const transaction = await connection.transaction(envelope.from, {
      content: { ...ready.composed, smtpUtf8: ready.composed.smtpUtf8 || needsSmtpUtf8(ready.input) },
    });
    const refusal = await addRecipients(transaction, envelope.to);
    if (refusal !== undefined) return { code: refusal.code, text: replyLines(refusal) };
    await transaction.data();
    const sent = await this.#sendContent(transaction, ready.octets);
    if (sent !== "sent") return sent;
    const replies = transaction.end();
    this.#raise("SendProgress", 0, 0);
    this.#raise("SendComplete", false);
    const reply = (await replies)[0] as Reply;
    if (reply.code >= 400) return { code: reply.code, text: replyLines(reply) };
    noteSent(message);
    this.#accepted++;
    return "sent";
  }

  async #sendContent(
    transaction: ManualTransaction,
    octets: Uint8Array,
  ): Promise<"sent" | "cancelled" | "lost"> {
    for (let at = 0; at < octets.length; at += CHUNK_BYTES) {
      const chunk = octets.subarray(at, at + CHUNK_BYTES);
      this.#contentLeft = octets.length - at - chunk.length;
      const cancelled = this.#raise("SendProgress", chunk.length, this.#contentLeft);
      if (this.#stopped) return "lost";
      if (cancelled) {
        transaction.abandon();
        this.#contentLeft = 0;
        this.#raise("SendComplete", true);
        return this.#stopped ? "lost" : "cancelled";
      }
      await transaction.write(chunk);
      if (this.#stopped) return "lost";
    }
    return "sent";
  }

  #takeOff(message: EmailMessage): void {
    const at = this.mail.messages.indexOf(message);
    if (at >= 0) this.mail.messages.splice(at, 1);
  }

  // ---- Ending ----------------------------------------------------------------------------------------------------------

  /** A message was cancelled inside its text. The socket stays connected; that the server gives up is heard of. */
  #park(connection: SmtpConnection): void {
    this.parked = true;
    const socket = connection.socket;
    // An idle connection must not keep a finished program from ending.
    socket.setKeepsProcess(false);
    const lost = (): void => {
      if (this.over || this.#dropped) return;
      this.#lose(undefined);
    };
    socket.setReceiver({ onData: () => undefined, onEnd: lost, onError: lost, onClose: lost });
  }

  #lose(error: unknown): void {
    const number = errorNumber(error, this.#socket !== undefined);
    this.#connection?.destroy();
    this.#finish();
    if (!this.#dropped) this.mail.socket.fail(number, error);
  }

  /** DisconnectFromServer. */
  leave(): void {
    if (this.#ending || this.over) return;
    this.#leaving = true;
    // Between messages the loop comes to its end by itself, and says QUIT. Anywhere else nothing polite can be said.
    if (this.#connection !== undefined && !this.#inTransaction && !this.parked) return;
    this.#abort.abort();
    this.#connection?.destroy();
    this.#finish();
  }

  drop(): void {
    this.#dropped = true;
    this.againAfterwards = undefined;
    this.#abort.abort();
    this.#connection?.destroy();
    this.#socket?.destroy();
    this.#finish();
  }

  #finish(): void {
    if (this.over) return;
    this.over = true;
    this.securing = false;
    this.parked = false;
    this.mail.socket.vacate(this);
    this.againAfterwards?.();
  }

  // ---- Events ----------------------------------------------------------------------------------------------------------

  #raise(event: string, ...args: readonly unknown[]): boolean {
    return this.#dropped ? false : this.mail.socket.raise(event, ...args);
  }
}

/** The session cannot go on, although its connection may still stand. */
function isSessionError(error: unknown): boolean {
  return (
    SendError.is(error) && (error.code === "ERR_CLIENT_REFUSED" || error.code === "ERR_CLIENT_WRONG_STATE")
  );
}
