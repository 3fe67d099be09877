import { Command, InvalidArgumentError } from "commander";
import { EXIT_CODES } from "../exit-code.js";
import { seconds } from "../flag-values.js";
import { addSendFlags, type SendFlags } from "../send/flags.js";
import { prepareMessage } from "../send/message.js";
import type { Terminal } from "../terminal.js";
import { keptOptions } from "./kept-options.js";
import { addPlaceFlag, openPlace, type PlaceFlags } from "./place.js";

interface AddFlags extends SendFlags, PlaceFlags {
  readonly priority?: number;
  readonly after?: number;
  readonly notBefore?: Date;
  readonly expires?: number;
  readonly key?: string;
}

/** The flags of `send` that say what the message is, and not how this server is reached. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set<keyof SendFlags>([
  "from",
  "to",
  "cc",
  "bcc",
  "replyTo",
  "envelopeFrom",
  "subject",
  "text",
  "textFile",
  "html",
  "htmlFile",
  "attach",
  "header",
  "raw",
  "dsn",
  "dsnReturn",
  "dsnId",
  "requireTls",
]);

export function addCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  const command = addPlaceFlag(new Command("add").description("queue one message"));
  for (const option of addSendFlags(new Command()).options) {
    if (OF_THE_MESSAGE.has(option.attributeName())) command.addOption(option);
  }
  return command
    .option("--priority <number>", "0 goes first, 9 last (default: 5)", priority)
    .option("--after <seconds>", "do not send before so long from now", seconds)
    .option("--not-before <time>", "do not send before this time, such as 2026-01-31T09:00:00Z", time)
    .option("--expires <seconds>", "give up so long from now (default: 5 days)", seconds)
    .option("--key <text>", "queue nothing if a message was queued with this key before")
    .option("--json", "print one JSON object")
    .action(async (flags: AddFlags) => done(await add(flags, terminal)));
}

async function add(flags: AddFlags, terminal: Terminal): Promise<number> {
  const sendOptions = keptOptions(flags);
  const message = await prepareMessage(flags, terminal);
  const queue = await openPlace(flags, terminal);
  try {
    const now = Date.now();
    const added = await queue.enqueue(undefined, message, {
      priority: flags.priority,
      notBefore: flags.notBefore ?? (flags.after === undefined ? undefined : now + flags.after),
      expires: flags.expires === undefined ? undefined : now + flags.expires,
      idempotencyKey: flags.key,
      sendOptions,
      signal: terminal.signal,
    });
    if (flags.json === true) terminal.stdout.write(`${JSON.stringify({ ok: true, ...added })}\n`);
    else terminal.stdout.write(added.duplicate ? `${added.id} was queued before\n` : `${added.id} queued\n`);
    return EXIT_CODES.ok;
  } finally {
    await queue.close();
  }
}

function priority(text: string): number {
  if (!/^[0-9]$/.test(text)) throw new InvalidArgumentError("A priority is a digit, 0 goes first.");
  return Number(text);
}

function time(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError("It is a time such as 2026-01-31T09:00:00Z.");
  return at;
}
