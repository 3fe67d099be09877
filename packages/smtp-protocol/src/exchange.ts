import type { Reply } from "./reply.js";
import type { Awaited, ReplyClass } from "./state.js";

/**
 * A command that was written and the reply that answers it. Two kinds come without a command: `refusal`, a 4yz or 5yz while
 * content is still going out (RFC 5321 4.2.5), and `unsolicited`, a 421 between commands (RFC 5321 3.8).
 */
export class Exchange<Token = unknown> {
  /** Undefined until the reply came. */
  reply: Reply | undefined = undefined;
  replyClass: ReplyClass | undefined = undefined;

  constructor(
    readonly awaited: Awaited | "refusal" | "unsolicited",
    /** The verb that was written; empty for the greeting and for an unsolicited reply. */
    readonly verb: string,
    readonly token: Token | undefined,
  ) {}
}
