// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { integer, text } from "../language/coerce.js";
import { defineEvents, unheard } from "../language/events.js";
import { guardSpelling } from "../language/spelling.js";
import type { XojoArray } from "../language/xojo-array.js";
import { attachMail, mailStates } from "../mail/mail-state.js";
import type { EmailMessage } from "./email-message.js";
import { SSLSocket } from "./ssl-socket.js";

/** How TLS begins: after STARTTLS on a plain connection, or with the first octet. */
export const SMTPConnectionTypes = { STARTTLS: 0, SSLTLS: 1 } as const;

/** Sends mail, over TLS when SSLEnabled is true. */
export class SMTPSecureSocket extends SSLSocket {
  /** How TLS begins: after STARTTLS on a plain connection, or with the first octet. */
  static readonly SMTPConnectionTypes = SMTPConnectionTypes;
  /** SMTPConnectionMode: plain first, then STARTTLS; the default. */
  static readonly ModeSTARTTLS = 0;
  /** SMTPConnectionMode: TLS from the first octet. */
  static readonly ModeSSLTLS = 1;
  /** The names of the events. */
  static override readonly Events: readonly string[] = [
    ...SSLSocket.Events,
    "ConnectionEstablished",
    "MessageSent",
    "MailSent",
    "ServerError",
  ];

  static {
    guardSpelling(SMTPSecureSocket);
  }

  constructor() {
    super();
    attachMail(this, SMTPSecureSocket.Events);
    defineEvents(this, ["ConnectionEstablished", "MessageSent", "MailSent", "ServerError"]);
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === SMTPSecureSocket) Object.preventExtensions(this);
  }

  /**
   * How TLS begins when SSLEnabled is true. A server without STARTTLS is never spoken to in plain text then.
   */
  get SMTPConnectionType(): number {
    return mailStates.of(this).connectionMode;
  }
  set SMTPConnectionType(value: number) {
    mailStates.of(this).connectionMode = integer("SMTPConnectionType", value);
  }
  /** The spelling of API 1 of SMTPConnectionType. */
  get SMTPConnectionMode(): number {
    return this.SMTPConnectionType;
  }
  set SMTPConnectionMode(value: number) {
    this.SMTPConnectionType = value;
  }

  /**
   * The queue; the first element goes next. A live array: what is added during a run is sent by it.
   * `Messages(0)` is written `Messages[0]`; assigning an array replaces the content.
   */
  get Messages(): XojoArray<EmailMessage> {
    return mailStates.of(this).messages;
  }
  set Messages(value: readonly EmailMessage[]) {
    mailStates.of(this).messages = value;
  }

  /** The name to log in with; empty: no login. */
  get Username(): string {
    return mailStates.of(this).username;
  }
  set Username(value: string) {
    mailStates.of(this).username = text("Username", value);
  }
  /** The spelling of API 1 of Username. */
  get UserName(): string {
    return this.Username;
  }
  set UserName(value: string) {
    this.Username = value;
  }

  /** The password to log in with. */
  get Password(): string {
    return mailStates.of(this).password;
  }
  set Password(value: string) {
    mailStates.of(this).password = text("Password", value);
  }

  /**
   * Connects, sends the queue in order and disconnects. Returns at once; no event fires before it has. `await
   * whenIdle(socket)` waits for the end.
   */
  SendMail(): void {
    mailStates.of(this).sendMail();
  }

  /**
   * Says QUIT and closes, without an Error. Between messages it ends the run; inside a message it can only
   * close.
   */
  DisconnectFromServer(): void {
    mailStates.of(this).disconnectFromServer();
  }

  /** Empties the queue. A message in hand is still finished. */
  RemoveAllMessages(): void {
    mailStates.of(this).deleteAllMessages();
  }
  /** The spelling of API 1 of RemoveAllMessages. */
  DeleteAllMessages(): void {
    this.RemoveAllMessages();
  }

  /** Event. The server has greeted; the greeting with its code, without its line end. */
  ConnectionEstablished(this: this, Greeting: string): void {
    unheard(Greeting);
  }

  /** Event. The server took a message. It is off the queue. */
  MessageSent(this: this, Email: EmailMessage): void {
    unheard(Email);
  }

  /** Event. The queue is empty, and at least one message of the run was taken. */
  MailSent(this: this): void {
    unheard();
  }

  /**
   * Event. The server refused: its code, its text, and the message, which is off the queue. Code 0: the
   * message could not be sent to any server.
   */
  ServerError(this: this, ErrorID: number, ErrorMessage: string, Email: EmailMessage): void {
    unheard(ErrorID, ErrorMessage, Email);
  }
}
