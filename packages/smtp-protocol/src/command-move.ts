import type { Command } from "./command.js";
import type { CommandMove } from "./state.js";

/** What writing a command means to the session. */
export function moveOf(command: Command): CommandMove {
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
