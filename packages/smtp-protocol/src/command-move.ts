import type { Command } from "./command.js";
import type { Awaited, Move } from "./state.js";

/** What writing a command means to the session. */
export function moveOf(command: Command): Move {
  switch (command.verb) {
    case "MAIL":
    case "SEND":
    case "SOML":
    case "SAML":
      return "mail";
    case "RCPT":
      return "recipient";
    case "DATA":
      return "data";
    case "RSET":
      return "reset";
    case "BDAT":
    case "BURL":
      return command.last ? "lastChunk" : "chunk";
    case "EHLO":
    case "HELO":
    case "LHLO":
      return "hello";
    case "STARTTLS":
      return "starttls";
    case "AUTH":
      return "auth";
    case "QUIT":
      return "quit";
    default:
      return "sync";
  }
}

/** What the reply to a move answers. */
export function awaitedOf(move: Move): Awaited {
  if (move === "response") return "auth";
  return move === "content" ? "end" : move;
}
