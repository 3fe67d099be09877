import { SmtpProtocolError } from "./errors.js";
import type { CommandMove } from "./state.js";

/** Makes a CommandLine; for `commandLine()` alone. */
export let newCommandLine: (verb: string, move: CommandMove, text: string) => CommandLine;

/**
 * A command that was checked and written as its line. Only `commandLine()` makes one, so whoever holds it holds one command and
 * no more; it can be made before it is needed, kept, and sent again. Its text is not shown: that of AUTH is a secret.
 */
export class CommandLine {
  readonly verb: string;
  /** What writing it means to the session. */
  readonly move: CommandMove;
  #text = "";

  static {
    newCommandLine = (verb, move, text) => {
      const line = new CommandLine(verb, move);
      line.#text = text;
      Object.freeze(line);
      return line;
    };
  }

  /** Whoever comes by it makes a line without a text, which is no line. */
  private constructor(verb: string, move: CommandMove) {
    this.verb = verb;
    this.move = move;
  }

  /**
   * The line with its CRLF. Asks a value that may have come from code without types.
   * @throws {SmtpProtocolError} `ERR_SMTP_ARGUMENT` when it is no CommandLine
   */
  static textOf(line: CommandLine): string {
    if (#text in Object(line) && line.#text !== "") return line.#text;
    throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "not a line of commandLine()");
  }
}
