import { SmtpProtocolError } from "./errors.js";
import type { CommandMove } from "./state.js";

/**
 * A command that was checked and written as its line. Only `commandLine()` makes one, so whoever holds it holds one command and
 * no more; it can be made before it is needed, kept, and sent again. Its text is not shown: that of AUTH is a secret.
 */
export class CommandLine {
  readonly verb: string;
  /** What writing it means to the session. */
  readonly move: CommandMove;
  readonly #text: string;

  /** @internal */
  constructor(verb: string, move: CommandMove, text: string) {
    this.verb = verb;
    this.move = move;
    this.#text = text;
  }

  /**
   * The line with its CRLF. Asks a value that may have come from code without types.
   * @throws {SmtpProtocolError} `ERR_SMTP_ARGUMENT` when it is no CommandLine
   */
  static textOf(line: CommandLine): string {
    if (line instanceof Object && #text in line) return line.#text;
    throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "a command is sent as what commandLine() made of it");
  }
}
