import type { Exchange, Reply } from "@wirepost/smtp-protocol";
import type { SendError } from "../outcome/send-error.js";

/** Whoever wrote a command hears what became of it. */
export interface ReplyHandler {
  /** The reply came; called in the turn in which its bytes arrived. */
  onReply(exchange: SessionExchange): void;
  /** The reply will not come. May be called once for each of the handler's exchanges. */
  onLost(error: SendError): void;
}

export type SessionExchange = Exchange<ReplyHandler>;

/** Replies after which nothing is left to do for the message. */
export const DECIDES: ReadonlySet<SessionExchange["awaited"]> = new Set([
  "end",
  "endForOne",
  "lastChunk",
  "refusal",
]);

export function promiseHandler(
  resolve: (reply: Reply) => void,
  reject: (error: SendError) => void,
): ReplyHandler {
  return { onReply: (exchange) => resolve(exchange.reply as Reply), onLost: reject };
}
