import type { Colors } from "picocolors/types.js";
import { escapeLine } from "./escape.js";
import { type OutcomeLike, outcomeJson, outcomeLines, replyJson } from "./outcome.js";
import type { ReplyLike } from "./reply.js";
import { formatBytes, formatMs } from "./size.js";

/** A receipt of smtp-client, as far as it is shown. */
export interface ReceiptLike {
  readonly messageId: string | undefined;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly reply: ReplyLike;
  readonly sizeBytes: number;
  readonly timings: object & { readonly totalMs: number };
  readonly recipients: readonly OutcomeLike[];
}

/** What a person reads: what was sent, how large, how long, and one line per recipient. */
export function renderReceipt(receipt: ReceiptLike, colours: Colors): string {
  const { messageId, sizeBytes, timings, recipients } = receipt;
  const accepted = recipients.filter(({ outcome }) => outcome === "accepted").length;
  const whole = accepted === recipients.length;
  const headline = whole
    ? colours.green("Sent")
    : colours.yellow(`Sent to ${accepted} of ${recipients.length}`);
  // A ready message may have none, or an empty one.
  const name = messageId === undefined || messageId === "" ? "" : ` ${escapeLine(messageId)}`;
  const facts = `${formatBytes(sizeBytes)} in ${formatMs(timings.totalMs)}`;
  return `${[`${headline}${name} ${colours.dim(`(${facts})`)}`, ...outcomeLines(recipients, colours)].join("\n")}\n`;
}

/** The same for `--json`. */
export function receiptJson(receipt: ReceiptLike, exitCode: number): object {
  return {
    ok: exitCode === 0,
    exitCode,
    messageId: receipt.messageId || null,
    envelope: receipt.envelope,
    reply: replyJson(receipt.reply),
    sizeBytes: receipt.sizeBytes,
    timings: receipt.timings,
    recipients: receipt.recipients.map(outcomeJson),
  };
}
