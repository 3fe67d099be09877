import type { Command } from "commander";
import { askCommand } from "../ask/command.js";
import type { Terminal } from "../terminal.js";

/** `wirepost verify`: VRFY (RFC 5321 3.5.1). Many servers answer 252: they take mail and tell nothing. */
export function verifyCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  const texts = {
    description: "ask a server whether it knows a mailbox (VRFY)",
    argument: "<address...>",
    argumentDescription: "mailboxes or user names",
  };
  return askCommand("verify", texts, terminal, done);
}
