import type { MessageState } from "@wirepost/mail-queue";
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { CliError } from "../errors.js";
import { EXIT_CODES } from "../exit-code.js";
import { count } from "../flag-values.js";
import { type Terminal, wantsColour } from "../terminal.js";
import { messageDetails, messageJson, messageLine } from "./message-view.js";
import { addPlaceFlag, openPlace, type PlaceFlags } from "./place.js";

const STATES: readonly string[] = ["queued", "sending", "sent", "failed", "in-doubt"];

interface ListFlags extends PlaceFlags {
  readonly state?: readonly MessageState[];
  readonly limit?: number;
  readonly json?: true;
}

export function listCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return addPlaceFlag(new Command("list").description("list messages, one a line"))
    .option("-s, --state <states>", "only queued, sending, sent, failed, in-doubt; may be a list", states)
    .option("--limit <count>", "stop after so many", count)
    .option("--json", "print one JSON object per message")
    .action(async (flags: ListFlags) => done(await list(flags, terminal)));
}

async function list(flags: ListFlags, terminal: Terminal): Promise<number> {
  const queue = await openPlace(flags, terminal);
  const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
  try {
    let listed = 0;
    for await (const message of queue.list({ states: flags.state })) {
      if (terminal.signal.aborted) break;
      const line = flags.json === true ? JSON.stringify(messageJson(message)) : messageLine(message, colours);
      terminal.stdout.write(`${line}\n`);
      if (++listed === flags.limit) break;
    }
    return EXIT_CODES.ok;
  } finally {
    await queue.close();
  }
}

interface ShowFlags extends PlaceFlags {
  readonly content?: true;
  readonly json?: true;
}

export function showCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return addPlaceFlag(new Command("show").description("show all that is known of a message"))
    .argument("<id>", "its id")
    .option("--content", "print the message itself, octet for octet")
    .option("--json", "print one JSON object")
    .action(async (id: string, flags: ShowFlags) => done(await show(id, flags, terminal)));
}

async function show(id: string, flags: ShowFlags, terminal: Terminal): Promise<number> {
  if (flags.content === true && flags.json === true) {
    throw new CliError("ERR_CLI_USAGE", "--content and --json exclude each other");
  }
  const queue = await openPlace(flags, terminal);
  try {
    if (flags.content === true) {
      // Queued messages are 7-bit but for headers in UTF-8; blocks may end within a character.
      const decoder = new TextDecoder();
      for await (const block of queue.content(id))
        terminal.stdout.write(decoder.decode(block, { stream: true }));
      return EXIT_CODES.ok;
    }
    const message = await queue.get(id);
    const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
    terminal.stdout.write(
      flags.json === true ? `${JSON.stringify(messageJson(message))}\n` : messageDetails(message, colours),
    );
    return EXIT_CODES.ok;
  } finally {
    await queue.close();
  }
}

/** For a flag that holds states, separated by commas. */
export function states(text: string, before: readonly MessageState[] | undefined): readonly MessageState[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const wrong = words.find((word) => !STATES.includes(word));
  if (wrong !== undefined || words.length === 0) {
    throw new InvalidArgumentError(`A state is one of ${STATES.join(", ")}.`);
  }
  return [...(before ?? []), ...(words as MessageState[])];
}
