import { CommanderError } from "commander";
import { codeOf, WiretapError, type WiretapErrorCode } from "./errors.js";
import { createProgram } from "./program.js";
import type { Terminal } from "./terminal.js";

/** Exit codes: those of sysexits.h. */
export const EXIT_CODES = { ok: 0, usage: 64, noInput: 66, unavailable: 69, software: 70 } as const;

const OWN: Partial<Record<WiretapErrorCode, number>> = {
  ERR_WIRETAP_USAGE: EXIT_CODES.usage,
  ERR_WIRETAP_OPTION: EXIT_CODES.usage,
  ERR_WIRETAP_FILE: EXIT_CODES.noInput,
};

/**
 * Runs one command line and resolves to the exit code; never rejects.
 *
 * @param argv what follows the program's name, for example `["smtp://mail.example", "--content"]`
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...argv], { from: "user" });
    return EXIT_CODES.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    const message = error instanceof Error ? error.message : String(error);
    terminal.stderr.write(`wiretap: ${message} (${codeOf(error)})\n`);
    if (WiretapError.is(error)) return OWN[error.code] ?? EXIT_CODES.software;
    return codeOf(error).startsWith("ERR_SOCKET_") ? EXIT_CODES.unavailable : EXIT_CODES.software;
  }
}
