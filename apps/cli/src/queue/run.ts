import type { InDoubtPolicy, QueueEvent, WorkerStatistics } from "@wirepost/mail-queue";
import { SmtpClient } from "@wirepost/smtp-client";
import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { addConnectionFlags, type ConnectionFlags, readConnection } from "../connection.js";
import { CliError } from "../errors.js";
import { EXIT_CODES } from "../exit-code.js";
import { count, seconds } from "../flag-values.js";
import { escapeLine } from "../render/escape.js";
import { type Terminal, wantsColour } from "../terminal.js";
import { messageJson, messageLine } from "./message-view.js";
import { addPlaceFlag, openPlace, type PlaceFlags } from "./place.js";

interface RunFlags extends ConnectionFlags, PlaceFlags {
  readonly concurrency?: number;
  readonly inDoubt?: InDoubtPolicy;
  readonly once?: true;
  readonly maxAttempts?: number;
  readonly firstDelay?: number;
  readonly maxDelay?: number;
  readonly keepSent?: number;
  readonly rate?: Readonly<Record<string, { count: number; perMs: number }>>;
  readonly json?: true;
}

export function runCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  const command = addPlaceFlag(new Command("run").description("deliver what is queued, until stopped"))
    .argument("[server]", "where to, as for send (default: environment WIREPOST_URL)")
    .option("--once", "stop when nothing is due")
    .option("--concurrency <count>", "messages at the same time (default: 5)", count)
    .addOption(
      new Option(
        "--in-doubt <policy>",
        "what to do when only the server knows whether it has a message (default: hold)",
      ).choices(["hold", "resend", "fail"]),
    )
    .option("--max-attempts <count>", "give a message up after so many (default: 100)", count)
    .option("--first-delay <seconds>", "the wait after a first attempt (default: 60)", seconds)
    .option("--max-delay <seconds>", "no wait is longer (default: 3600)", seconds)
    .option("--keep-sent <seconds>", "how long sent messages are kept (default: a day)", seconds)
    .option("--rate <limit>", "domain=count/seconds, * for each other domain; may be repeated", rate);
  return addConnectionFlags(command)
    .option("--json", "print one JSON object per event")
    .action(async (server: string | undefined, flags: RunFlags) => done(await run(server, flags, terminal)));
}

async function run(argument: string | undefined, flags: RunFlags, terminal: Terminal): Promise<number> {
  const url = argument ?? terminal.env["WIREPOST_URL"];
  if (url === undefined || url === "") {
    throw new CliError(
      "ERR_CLI_USAGE",
      "the server is missing: an argument such as smtps://mail.example, or WIREPOST_URL",
    );
  }
  const connection = await readConnection(url, flags, terminal.env);
  const { deliverThrough } = await import("@wirepost/mail-queue");
  const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
  const queue = await openPlace(flags, terminal, (event) => {
    const line = flags.json === true ? eventJson(event) : eventLine(event, colours);
    if (line !== undefined) terminal.stdout.write(`${line}\n`);
  });
  const client = new SmtpClient({ ...connection, maxConnections: flags.concurrency });
  try {
    const worker = queue.work(deliverThrough(client), {
      concurrency: flags.concurrency,
      inDoubt: flags.inDoubt,
      maxAttempts: flags.maxAttempts,
      firstDelayMs: flags.firstDelay,
      maxDelayMs: flags.maxDelay,
      keepSentMs: flags.keepSent,
      destinationLimits: flags.rate,
      // There is one relay: what cannot be reached for one message cannot be reached for another.
      pauseWhenUnreachable: true,
      stopWhenIdle: flags.once,
      signal: terminal.signal,
    });
    await worker.done;
    return flags.once === true ? exitCodeOf(worker.statistics) : EXIT_CODES.ok;
  } finally {
    await queue.close();
    await client.close();
  }
}

function exitCodeOf({ sent, failed, inDoubt, deferred }: WorkerStatistics): number {
  if (inDoubt > 0) return EXIT_CODES.unknown;
  if (failed > 0) return sent > 0 ? EXIT_CODES.partial : EXIT_CODES.unavailable;
  return deferred > 0 ? EXIT_CODES.tempFail : EXIT_CODES.ok;
}

function eventLine(event: QueueEvent, colours: Colors): string | undefined {
  switch (event.type) {
    case "settled":
      return messageLine(event.message, colours);
    case "set-aside":
      return `${colours.yellow("set aside")} ${escapeLine(event.name)}: ${escapeLine(event.error.message)}`;
    case "problem":
      return `${colours.red("problem")} ${escapeLine(event.error.message)}`;
    default:
      return undefined;
  }
}

function eventJson(event: QueueEvent): string {
  const { type } = event;
  if (type === "settled") return JSON.stringify({ event: type, message: messageJson(event.message) });
  if (type === "set-aside" || type === "problem") {
    const { code = null, message } = event.error as Error & { code?: string };
    const name = type === "set-aside" ? { name: event.name } : {};
    return JSON.stringify({ event: type, ...name, error: { code, message } });
  }
  const { type: _type, ...facts } = event;
  return JSON.stringify({ event: type, ...facts });
}

/** `example.org=10/60`: ten messages a minute. */
function rate(text: string, before: RunFlags["rate"]): NonNullable<RunFlags["rate"]> {
  const match = /^([^=\s]+)=(\d{1,9})\/(\d{1,9}(?:\.\d{1,3})?)$/.exec(text);
  const limit = { count: Number(match?.[2]), perMs: Number(match?.[3]) * 1000 };
  if (match === null || !(limit.count > 0) || !(limit.perMs > 0)) {
    throw new InvalidArgumentError("A rate is domain=count/seconds, such as example.org=10/60.");
  }
  return { ...before, [match[1] as string]: limit };
}
