import type { Colors } from "picocolors/types.js";
import { exitCodeForError } from "../exit-code.js";
import { escapeLine } from "./escape.js";
import { type OutcomeLike, outcomeJson, outcomeLines, replyJson } from "./outcome.js";
import { type ReplyLike, replyLine } from "./reply.js";

/** The public facts of an error of any floor; all are optional, so that any thrown value can be shown. */
interface ErrorFacts {
  readonly code?: string;
  readonly message?: string;
  readonly phase?: string;
  readonly state?: string;
  readonly retryable?: boolean;
  readonly reply?: ReplyLike;
  readonly recipients?: readonly OutcomeLike[];
  readonly cause?: unknown;
}

const MAX_CAUSES = 5;

/** What a person reads on standard error: code and message first, then what else is known, one fact a line. */
export function renderError(error: unknown, colours: Colors): string {
  const facts = factsOf(error);
  const code = facts.code === undefined ? "" : `${colours.bold(escapeLine(facts.code))}: `;
  const lines = [`${colours.red("wirepost:")} ${code}${escapeLine(facts.message ?? String(error))}`];
  const where = [
    ...(facts.phase === undefined ? [] : [`in phase ${facts.phase}`]),
    ...(facts.state === undefined ? [] : [stateText(facts.state)]),
    ...(facts.retryable === true ? ["a later try can help"] : []),
  ];
  if (where.length > 0) lines.push(`  ${escapeLine(where.join("; "))}`);
  if (facts.reply !== undefined) lines.push(`  the server said: ${replyLine(facts.reply)}`);
  lines.push(...outcomeLines(facts.recipients ?? [], colours));
  for (const cause of causesOf(facts)) {
    lines.push(
      `  ${colours.dim(`because: ${escapeLine(cause.code === undefined ? "" : `${cause.code}: `)}${escapeLine(cause.message ?? "")}`)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** The same for `--json`: one object, every name always present. */
export function errorJson(error: unknown): object {
  const facts = factsOf(error);
  return {
    ok: false,
    exitCode: exitCodeForError(error),
    error: {
      code: facts.code ?? null,
      message: facts.message ?? String(error),
      phase: facts.phase ?? null,
      state: facts.state ?? null,
      retryable: facts.retryable ?? false,
      reply: replyJson(facts.reply),
      causes: causesOf(facts).map(({ code, message }) => ({ code: code ?? null, message: message ?? null })),
    },
    recipients: (facts.recipients ?? []).map(outcomeJson),
  };
}

function stateText(state: string): string {
  switch (state) {
    case "unknown":
      return "the server may have the message: do not just send it again";
    case "rejected":
      return "the server refused the message";
    default:
      return "nothing was sent";
  }
}

function factsOf(error: unknown): ErrorFacts {
  return typeof error === "object" && error !== null ? (error as ErrorFacts) : {};
}

function causesOf(facts: ErrorFacts): ErrorFacts[] {
  const causes: ErrorFacts[] = [];
  let cause = facts.cause;
  while (typeof cause === "object" && cause !== null && causes.length < MAX_CAUSES) {
    const next = cause as ErrorFacts;
    // A floor that only hands an error on adds nothing to read.
    if (next.message !== facts.message) causes.push(next);
    cause = next.cause;
  }
  return causes;
}
