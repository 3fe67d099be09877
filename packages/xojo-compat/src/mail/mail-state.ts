import { RuntimeException } from "../errors.js";
import type { EmailMessage } from "../generated/email-message.js";
import { list } from "../language/coerce.js";
import { Registry, unwrap } from "../language/registry.js";
import { checkSpelling } from "../language/spelling.js";
import { XojoArray } from "../language/xojo-array.js";
import { type SocketState, socketStates } from "../sockets/socket-state.js";
import { SSLTLS_MODE, STARTTLS_MODE } from "./connection-mode.js";
import { MailRun } from "./mail-run.js";

/** What stands behind the two SMTP sockets besides the socket. */
export const mailStates = new Registry<MailState>("SMTP socket");

export class MailState {
  username = "";
  password = "";
  #connectionMode = STARTTLS_MODE;
  readonly #messages = new XojoArray<EmailMessage>();
  #run: MailRun | undefined;

  constructor(
    readonly socket: SocketState,
    private readonly eventNames: readonly string[],
  ) {
    socket.securesRawConnections = () => this.#connectionMode === SSLTLS_MODE;
  }

  get messages(): XojoArray<EmailMessage> {
    return this.#messages;
  }

  set messages(value: readonly EmailMessage[]) {
    this.#messages.splice(0, this.#messages.length, ...list("Messages", value));
  }

  get connectionMode(): number {
    return this.#connectionMode;
  }

  set connectionMode(value: number) {
    if (value !== STARTTLS_MODE && value !== SSLTLS_MODE) {
      throw new RuntimeException(`${value} is no SMTPConnectionType`, { code: "ERR_XOJO_VALUE" });
    }
    this.#connectionMode = value;
  }

  deleteAllMessages(): void {
    this.#messages.length = 0;
  }

  /** Begins a run. During one it is the wrong state, but for its end: there the next run is begun behind it. */
  sendMail(): void {
    checkSpelling(unwrap(this.socket.owner), this.eventNames);
    const run = this.#run;
    if (run !== undefined && !run.over) {
      if (run.ending) {
        run.againAfterwards = () => this.#begin();
        return;
      }
      if (!run.parked) {
        this.socket.wrongState("SendMail");
        return;
      }
      // The server still waits for the rest of a cancelled message: there is no way but closing.
      this.socket.close();
    } else if (this.socket.busy) {
      this.socket.wrongState("SendMail");
      return;
    }
    this.#begin();
  }

  #begin(): void {
    this.#run = new MailRun(this);
    this.#run.begin();
  }

  /** QUIT and the end, without an Error. A connection without SMTP on it is only closed. */
  disconnectFromServer(): void {
    if (this.#run !== undefined && !this.#run.over) this.#run.leave();
    else this.socket.close();
  }
}

export function attachMail(owner: object, eventNames: readonly string[]): void {
  mailStates.attach(owner, new MailState(socketStates.of(owner), eventNames));
}
