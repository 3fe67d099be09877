import type { Colors } from "picocolors/types.js";
import { escapeLine } from "./escape.js";
import { type ReplyLike, replyLine } from "./reply.js";

/** The outcome of one recipient, as a receipt or an error of smtp-client carries it. */
export interface OutcomeLike {
  readonly address: string;
  readonly outcome: "accepted" | "rejected" | "not-sent" | "unknown";
  readonly reply?: ReplyLike | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** One line per recipient: address, outcome, and why. */
export function outcomeLines(recipients: readonly OutcomeLike[], colours: Colors): string[] {
  const paint = {
    accepted: colours.green,
    rejected: colours.red,
    "not-sent": colours.yellow,
    unknown: colours.magenta,
  };
  return recipients.map(({ address, outcome, reply, error }) => {
    const why = reply !== undefined ? replyLine(reply) : error === undefined ? "" : escapeLine(error.code);
    return `  ${paint[outcome](outcome.padEnd(8))}  ${escapeLine(address)}${why === "" ? "" : `  ${colours.dim(why)}`}`;
  });
}

/** The same for JSON: plain data with every name present. */
export function outcomeJson({ address, outcome, reply, error }: OutcomeLike) {
  return {
    address,
    outcome,
    reply: replyJson(reply),
    error: error === undefined ? null : { code: error.code, message: error.message },
  };
}

export function replyJson(reply: ReplyLike | undefined) {
  if (reply === undefined) return null;
  return { code: reply.code, enhanced: reply.enhanced ?? null, lines: [...reply.lines] };
}
