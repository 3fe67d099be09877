import { Command } from "commander";
import { expandCommand } from "./commands/expand.js";
import { probeCommand } from "./commands/probe.js";
import { queueCommand } from "./commands/queue.js";
import { sendCommand } from "./commands/send.js";
import { serveCommand } from "./commands/serve.js";
import { verifyCommand } from "./commands/verify.js";
import { EXIT_CODE_MEANINGS, EXIT_CODES } from "./exit-code.js";
import { escapeText } from "./render/escape.js";
import type { Terminal } from "./terminal.js";
import { VERSION } from "./version.js";

/** The whole command line. `done` is called with the exit code of the command that ran. */
export function createProgram(terminal: Terminal, done: (exitCode: number) => void): Command {
  const program = new Command("wirepost")
    .description("Send mail, look at mail servers, catch mail.")
    .version(VERSION, "-V, --version", "print the version")
    .addHelpText("after", `\n${exitCodeHelp()}`)
    .showHelpAfterError("(--help tells more)");
  for (const create of [
    sendCommand,
    probeCommand,
    verifyCommand,
    expandCommand,
    serveCommand,
    queueCommand,
  ]) {
    program.addCommand(create(terminal, done));
  }
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      // It repeats what was typed, and what was typed may have been pasted.
      writeErr: (text) => void terminal.stderr.write(escapeText(text)),
      // As all other errors of the command line are shown.
      outputError: (text, write) => write(`wirepost: ERR_CLI_USAGE: ${text.replace(/^error: /, "")}`),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  return program;
}

function exitCodeHelp(): string {
  const names = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[];
  return [
    "Exit codes:",
    ...names.map((name) => `  ${String(EXIT_CODES[name]).padEnd(4)}${EXIT_CODE_MEANINGS[name]}`),
  ].join("\n");
}
