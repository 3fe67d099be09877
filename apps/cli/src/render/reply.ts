import { escapeLine } from "./escape.js";

/** A reply as plain data, of any copy of smtp-protocol. */
export interface ReplyLike {
  readonly code: number;
  readonly lines: readonly string[];
  readonly enhanced?: string | undefined;
}

/** A reply in one line: `550 5.1.1 no such mailbox`; lines of a longer one are joined by ` / `. */
export function replyLine(reply: ReplyLike): string {
  return escapeLine(`${reply.code} ${reply.lines.join(" / ")}`.trimEnd());
}
