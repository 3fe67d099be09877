import { CommanderError } from "commander";
import pc from "picocolors";
import { CliError } from "./errors.js";
import { EXIT_CODES, exitCodeForFailure } from "./exit-code.js";
import { createProgram } from "./program.js";
import { errorJson, renderError } from "./render/error.js";
import { type Terminal, wantsColour } from "./terminal.js";

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
    const json = argv.includes("--json");
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_CODES.ok;
      // Commander has told a person already.
      if (json)
        say(terminal, errorJson(new CliError("ERR_CLI_USAGE", error.message.replace(/^error: /, ""))));
      return EXIT_CODES.usage;
    }
    if (json) say(terminal, errorJson(error));
    else
      terminal.stderr.write(renderError(error, pc.createColors(wantsColour(terminal.stderr, terminal.env))));
    return exitCodeForFailure(error, terminal.signal);
  }
}

function say(terminal: Terminal, value: object): void {
  terminal.stdout.write(`${JSON.stringify(value)}\n`);
}
