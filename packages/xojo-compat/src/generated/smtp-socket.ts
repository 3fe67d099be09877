// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { text } from "../language/coerce.js";
import { defineEvents, unheard } from "../language/events.js";
import { guardSpelling } from "../language/spelling.js";
import type { XojoArray } from "../language/xojo-array.js";
import { attachMail, mailStates } from "../mail/mail-state.js";
import type { EmailMessage } from "./email-message.js";
import { TCPSocket } from "./tcp-socket.js";

/**
 * Sends mail over a plain connection. Xojo deprecates it in favour of SMTPSecureSocket: name and password
 * travel readable.
 */
export class SMTPSocket extends TCPSocket {
  /** The names of the events. */
  static override readonly Events: readonly string[] = [
    ...TCPSocket.Events,
    "ConnectionEstablished",
    "MessageSent",
    "MailSent",
    "ServerError",
  ];

  static {
    guardSpelling(SMTPSocket);
  }

  constructor() {
    super();
    attachMail(this, SMTPSocket.Events);
    defineEvents(this, ["ConnectionEstablished", "MessageSent", "MailSent", "ServerError"]);
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === SMTPSocket) Object.preventExtensions(this);
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
  get UserName(): string {
    return mailStates.of(this).username;
  }
  set UserName(value: string) {
    mailStates.of(this).username = text("UserName", value);
  }
  /** The spelling of API 2 of UserName. */
  get Username(): string {
    return this.UserName;
  }
  set Username(value: string) {
    this.UserName = value;
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
  DeleteAllMessages(): void {
    mailStates.of(this).deleteAllMessages();
  }
  /** The spelling of API 2 of DeleteAllMessages. */
  RemoveAllMessages(): void {
    this.DeleteAllMessages();
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
