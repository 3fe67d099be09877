import type { MailQueue, MessageState, QueuedMessage } from "@wirepost/mail-queue";
import { Argument, Command } from "commander";
import pc from "picocolors";
import { CliError } from "../errors.js";
import { EXIT_CODES } from "../exit-code.js";
import { seconds } from "../flag-values.js";
import { errorJson, renderError } from "../render/error.js";
import { type Terminal, wantsColour } from "../terminal.js";
import { states } from "./inspect.js";
import { messageJson, messageLine } from "./message-view.js";
import { addPlaceFlag, openPlace, type PlaceFlags } from "./place.js";

interface HandFlags extends PlaceFlags {
  readonly json?: true;
  readonly mayDuplicate?: true;
}

type Deed = (queue: MailQueue, id: string, flags: HandFlags) => Promise<QueuedMessage>;

/** A command that does one thing to each message named. One that fails does not keep the others from being done. */
function forEachMessage(
  name: string,
  description: string,
  deed: Deed,
  terminal: Terminal,
  done: (exitCode: number) => void,
): Command {
  return addPlaceFlag(new Command(name).description(description))
    .argument("<ids...>", "ids of messages")
    .option("--json", "print one JSON object per message")
    .action(async (ids: readonly string[], flags: HandFlags) =>
      done(await doToEach(ids, flags, deed, terminal)),
    );
}

async function doToEach(
  ids: readonly string[],
  flags: HandFlags,
  deed: Deed,
  terminal: Terminal,
): Promise<number> {
  const queue = await openPlace(flags, terminal);
  const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
  let exitCode: number = EXIT_CODES.ok;
  try {
    for (const id of ids) {
      try {
        const message = await deed(queue, id, flags);
        const line =
          flags.json === true ? JSON.stringify(messageJson(message)) : messageLine(message, colours);
        terminal.stdout.write(`${line}\n`);
      } catch (error) {
        if ((error as { code?: string }).code === "ERR_QUEUE_STORAGE") throw error;
        exitCode = EXIT_CODES.data;
        if (flags.json === true) terminal.stdout.write(`${JSON.stringify({ id, ...errorJson(error) })}\n`);
        else terminal.stderr.write(renderError(error, colours));
      }
    }
    return exitCode;
  } finally {
    await queue.close();
  }
}

export function retryCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return forEachMessage(
    "retry",
    "queue a failed message again, or try a waiting one at once",
    retry,
    terminal,
    done,
  ).option("--may-duplicate", "also one that is in doubt, although it may then arrive twice");
}

async function retry(queue: MailQueue, id: string, { mayDuplicate }: HandFlags): Promise<QueuedMessage> {
  try {
    return await queue.retry(id, { mayDuplicate });
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code !== "ERR_QUEUE_STATE" || (await queue.get(id)).state !== "in-doubt") throw cause;
    const { QueueError } = await import("@wirepost/mail-queue");
    throw new QueueError(
      "ERR_QUEUE_STATE",
      `the message ${id} is in doubt: the server may have it. --may-duplicate retries it all the same`,
    );
  }
}

export function cancelCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return forEachMessage(
    "cancel",
    "give up a message that waits",
    (queue, id) => queue.cancel(id),
    terminal,
    done,
  );
}

export function decideCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return addPlaceFlag(new Command("decide").description("say what became of a message that is in doubt"))
    .argument("<id>", "its id")
    .addArgument(new Argument("<outcome>", "what has been found out").choices(["sent", "failed"]))
    .option("--json", "print one JSON object")
    .action(async (id: string, outcome: "sent" | "failed", flags: HandFlags) =>
      done(await doToEach([id], flags, (queue) => queue.decide(id, outcome), terminal)),
    );
}

interface PurgeFlags extends PlaceFlags {
  readonly state?: readonly MessageState[];
  readonly olderThan?: number;
  readonly json?: true;
}

export function purgeCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return addPlaceFlag(new Command("purge").description("remove messages that have ended"))
    .option("-s, --state <states>", "of sent, failed, in-doubt; may be a list (default: sent,failed)", states)
    .option("--older-than <seconds>", "only what has not changed for so long", seconds)
    .option("--json", "print one JSON object")
    .action(async (flags: PurgeFlags) => done(await purge(flags, terminal)));
}

async function purge(flags: PurgeFlags, terminal: Terminal): Promise<number> {
  const ended = flags.state?.map((state) => {
    if (state === "queued" || state === "sending") {
      throw new CliError("ERR_CLI_USAGE", `a message that is ${state} cannot be purged: cancel it`);
    }
    return state;
  });
  const queue = await openPlace(flags, terminal);
  try {
    const removed = await queue.purge({ states: ended, olderThanMs: flags.olderThan });
    terminal.stdout.write(
      flags.json === true ? `${JSON.stringify({ ok: true, removed })}\n` : `${removed} removed\n`,
    );
    return EXIT_CODES.ok;
  } finally {
    await queue.close();
  }
}
