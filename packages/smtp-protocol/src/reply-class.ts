import type { Awaited, ReplyClass } from "./state.js";

/** The class of a reply as far as it can answer `awaited` at all; undefined: it cannot (RFC 5321 4.3.2). */
export function classifyReply(awaited: Awaited, code: number): ReplyClass | undefined {
  if (code >= 400) return "negative";
  if (code >= 300) {
    switch (awaited) {
      case "data":
        return code === 354 ? "intermediate" : undefined;
      case "auth":
        return code === 334 ? "intermediate" : undefined;
      case "sync":
        return "intermediate";
      default:
        return undefined;
    }
  }
  switch (awaited) {
    // Any other 2yz here would let a stray reply pass for the one that opens TLS or a login.
    case "greeting":
    case "starttls":
      return code === 220 ? "positive" : undefined;
    case "auth":
      return code === 235 ? "positive" : undefined;
    case "hello":
      return code === 250 ? "positive" : undefined;
    default:
      return code >= 200 ? "positive" : undefined;
  }
}
