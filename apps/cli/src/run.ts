import { CommanderError } from "commander";
import pc from "picocolors";
import { EXIT_CODES, exitCodeForError, exitCodeForSignal } from "./exit-code.js";
import { createProgram } from "./program.js";
import { renderError } from "./render/error.js";
import { interruption, type Terminal, wantsColour } from "./terminal.js";

/**
 * Runs one command line and resolves to the exit code; never rejects.
 *
 * @param argv what follows the program's name, for example `["send", "--to", "ann@example.com"]`
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT_CODES.ok;
  const program = createProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has printed its message already; help and version end here too, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    const colours = pc.createColors(wantsColour(terminal.stderr, terminal.env));
    terminal.stderr.write(renderError(error, colours));
    const code = exitCodeForError(error);
    const signal = interruption(terminal.signal);
    return signal !== undefined && code !== EXIT_CODES.unknown ? exitCodeForSignal(signal) : code;
  }
}
