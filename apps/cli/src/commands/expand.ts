import type { Command } from "commander";
import { askCommand } from "../ask/command.js";
import type { Terminal } from "../terminal.js";

/** `wirepost expand`: EXPN (RFC 5321 3.5.2). */
export function expandCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  const texts = {
    description: "ask a server for the members of a list (EXPN)",
    argument: "<list...>",
    argumentDescription: "mailing lists",
  };
  return askCommand("expand", texts, terminal, done);
}
