import type { MailQueue, QueueCounts, QueuedMessage } from "@wirepost/mail-queue";
import { Command } from "commander";
import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { EXIT_CODES } from "../exit-code.js";
import { count, seconds } from "../flag-values.js";
import { escapeLine } from "../render/escape.js";
import { type Terminal, type TextOutput, wantsColour } from "../terminal.js";
import { duration, messageJson, paintState } from "./message-view.js";
import { addPlaceFlag, openPlace, type PlaceFlags } from "./place.js";

interface WatchFlags extends PlaceFlags {
  readonly interval?: number;
  readonly views?: number;
  readonly json?: true;
}

const STATES = ["queued", "sending", "sent", "failed", "in-doubt"] as const;
const SHOWN = 8;

export function watchCommand(terminal: Terminal, done: (exitCode: number) => void): Command {
  return addPlaceFlag(new Command("watch").description("show how many messages are where, and what is next"))
    .option("--interval <seconds>", "look so often (default: 1)", seconds)
    .option("--views <count>", "stop after so many looks", count)
    .option("--json", "print one JSON object per look")
    .action(async (flags: WatchFlags) => done(await watch(flags, terminal)));
}

/** A look at the queue; `sentPerSecond` since the look before. */
interface View {
  readonly at: Date;
  readonly counts: QueueCounts;
  readonly sentPerSecond: number | undefined;
  readonly next: readonly QueuedMessage[];
}

async function watch(flags: WatchFlags, terminal: Terminal): Promise<number> {
  const queue = await openPlace(flags, terminal);
  const colours = pc.createColors(wantsColour(terminal.stdout, terminal.env));
  const screen: Screen | undefined =
    flags.json !== true && terminal.stdout.isTTY === true ? terminal.stdout : undefined;
  let drawn = 0;
  let before: View | undefined;
  try {
    for (let looks = 0; !terminal.signal.aborted; ) {
      const view = await look(queue, before);
      before = view;
      if (flags.json === true) {
        terminal.stdout.write(`${viewJson(view)}\n`);
      } else {
        const lines = fitScreen(viewLines(view, colours, screen), screen);
        // Back to where the view before began, and away with what it left.
        const back = screen !== undefined && drawn > 0 ? `\u001b[${drawn}A\u001b[J` : "";
        terminal.stdout.write(`${back}${lines.join("\n")}\n`);
        drawn = lines.length;
      }
      if (++looks === flags.views) break;
      await pause(flags.interval ?? 1_000, terminal.signal);
    }
    return EXIT_CODES.ok;
  } finally {
    await queue.close();
  }
}

async function look(queue: MailQueue, before: View | undefined): Promise<View> {
  const counts = await queue.statistics();
  const at = new Date();
  const elapsedMs = before === undefined ? 0 : at.getTime() - before.at.getTime();
  // Sent messages also go away when they have been kept long enough.
  const sent = before === undefined ? 0 : Math.max(0, counts.sent - before.counts.sent);
  const sentPerSecond = elapsedMs > 0 ? Math.round((sent * 10_000) / elapsedMs) / 10 : undefined;
  return { at, counts, sentPerSecond, next: await queue.upcoming(SHOWN) };
}

function viewLines(
  { at, counts, sentPerSecond, next }: View,
  colours: Colors,
  screen: Screen | undefined,
): string[] {
  const numbers = STATES.map((state) => `${paintState(state, colours)} ${counts[state]}`);
  if (sentPerSecond !== undefined) numbers.push(`${sentPerSecond}/s`);
  const lines = [`${colours.dim(at.toISOString().slice(11, 19))}  ${numbers[0]}`];
  for (const number of numbers.slice(1)) {
    const longer = `${lines.at(-1)}   ${number}`;
    // A count must not be what a narrow screen cuts off.
    if (screen === undefined || widthOf(longer) < columnsOf(screen)) lines.splice(-1, 1, longer);
    else lines.push(`${" ".repeat(10)}${number}`);
  }
  for (const { id, nextTryAt, attempts, recipients, error } of next) {
    const waits = duration((nextTryAt?.getTime() ?? 0) - at.getTime()).padStart(7);
    const to = escapeLine(recipients.find(({ state }) => state === "waiting")?.address ?? "");
    const why = error === undefined ? "" : colours.dim(`  ${escapeLine(error.code)}`);
    lines.push(`  ${waits}  ${id}  ${to}  attempt ${attempts + 1}${why}`);
  }
  return lines;
}

function viewJson({ at, counts, sentPerSecond, next }: View): string {
  const rate = sentPerSecond ?? null;
  return JSON.stringify({ at, counts, sentPerSecond: rate, next: next.map(messageJson) });
}

/** A terminal, which also says how large it is now. */
type Screen = TextOutput & { readonly columns?: number | undefined; readonly rows?: number | undefined };

function columnsOf({ columns = 80 }: Screen): number {
  return columns;
}

/** A line that wraps, or a view higher than the screen, could not be taken back line by line. */
function fitScreen(lines: readonly string[], screen: Screen | undefined): readonly string[] {
  if (screen === undefined) return lines;
  const { rows = 24 } = screen;
  return lines.slice(0, Math.max(1, rows - 1)).map((line) => fitLine(line, columnsOf(screen) - 1));
}

/** What a line is made of, with the places that it takes: colours none, and beyond the alphabets a character may take two. */
function* tokensOf(line: string): Generator<readonly [token: string, width: number]> {
  for (const [token] of line.matchAll(/\u001b\[[0-9;]*m|./gu)) {
    yield [token, token.startsWith("\u001b") ? 0 : token >= "\u1100" ? 2 : 1];
  }
}

function widthOf(line: string): number {
  let all = 0;
  for (const [, width] of tokensOf(line)) all += width;
  return all;
}

function fitLine(line: string, columns: number): string {
  let all = 0;
  let kept = "";
  for (const [token, width] of tokensOf(line)) {
    all += width;
    if (width === 0 || all <= columns) kept += token;
  }
  return kept;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
