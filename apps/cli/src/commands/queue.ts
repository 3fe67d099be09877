import { Command } from "commander";
import { addCommand } from "../queue/add.js";
import { cancelCommand, decideCommand, purgeCommand, retryCommand } from "../queue/hand.js";
import { listCommand, showCommand } from "../queue/inspect.js";
import { runCommand } from "../queue/run.js";
import { watchCommand } from "../queue/watch.js";
import type { Terminal } from "../terminal.js";

/** `wirepost queue`: messages that are kept until they are delivered. */
export function queueCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  const queue = new Command("queue").description("keep messages until they are delivered");
  const commands = [
    addCommand,
    runCommand,
    watchCommand,
    listCommand,
    showCommand,
    retryCommand,
    cancelCommand,
    decideCommand,
    purgeCommand,
  ];
  for (const create of commands) queue.addCommand(create(terminal, done));
  return queue;
}
