import type { Command, MailParameters } from "./command.js";
import type { Reply } from "./reply.js";
import { refusalOfOrder } from "./server-refusals.js";
import { phaseAfter, type ServerPhase } from "./server-state.js";

/** What was read, and may be no command. */
interface Read {
  readonly command?: Command | undefined;
}

/** Where a session stands: by the replies given, and by what to expect if all commands read succeed. */
export class ServerSession {
  /** The phase that the replies given have brought about. */
  phase: ServerPhase = "start";
  /** Recipients accepted in the present transaction. */
  acceptedRecipients = 0;
  secure = false;
  authenticated = false;

  /** What the next command is measured by: pipelined commands are read before the oldest is answered. */
  #expected: ServerPhase = "start";
  /** The parameters of the last MAIL that was read. */
  #mail: MailParameters | undefined;
  readonly #lmtp: boolean;

  constructor(lmtp: boolean) {
    this.#lmtp = lmtp;
  }

  /** Takes note of a command; returns the refusal that it earns when it is out of order. */
  read(command: Command): Reply | undefined {
    const { secure, authenticated } = this;
    const at = { lmtp: this.#lmtp, secure, authenticated, mail: this.#mail };
    const refusal = refusalOfOrder(command, this.#expected, at);
    this.#expected = phaseAfter(this.#expected, command) ?? this.#expected;
    if ("from" in command) this.#mail = command.parameters;
    return refusal;
  }

  /** The command succeeded. `readAfter`: what was read since and is not answered. */
  succeeded(command: Command, readAfter: Iterable<Read>): void {
    if (command.verb === "RCPT") this.acceptedRecipients++;
    // RSET was to come first, and whoever takes MAIL without it has begun a transaction all the same.
    const revived = this.phase === "failed" && "from" in command;
    const next = revived ? "mail" : (phaseAfter(this.phase, command) ?? this.phase);
    if (next === this.phase) return;
    if (next !== "recipients" && next !== "chunks") this.acceptedRecipients = 0;
    this.phase = next;
    if (revived) this.#expect(readAfter);
  }

  /** The command is in order by the replies given so far. */
  inOrder(command: Command): boolean {
    return phaseAfter(this.phase, command) !== undefined;
  }

  /** A command failed: what to expect of those read after it is worked out again. */
  failed(command: Command, readAfter: Iterable<Read>): void {
    // RFC 3030 2: without one of its chunks a message must not end.
    if ("last" in command && this.inOrder(command)) this.phase = "failed";
    this.#expect(readAfter);
  }

  #expect(readAfter: Iterable<Read>): void {
    this.#expected = this.phase;
    for (const { command } of readAfter) {
      if (command !== undefined) this.#expected = phaseAfter(this.#expected, command) ?? this.#expected;
    }
  }

  /** How many final replies a message gets (RFC 2033 4.2). */
  finalReplies(): number {
    return this.#lmtp ? Math.max(1, this.acceptedRecipients) : 1;
  }

  /** The last final reply of a message was given. */
  transactionEnded(): void {
    this.acceptedRecipients = 0;
    if (this.phase !== "start") this.phase = "ready";
  }

  /** RFC 3207 4.2: what was known of the client before TLS is forgotten. */
  tlsStarted(): void {
    this.secure = true;
    this.authenticated = false;
    this.phase = "start";
    this.#expected = "start";
    this.acceptedRecipients = 0;
    this.#mail = undefined;
  }
}
