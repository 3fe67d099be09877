// Command: what a program writes itself. What moves the session goes the way of the method that does the same, so that the core
// knows where the session stands; everything else goes out as it is.
import { type Command, describeReply, parseCommand } from "@wirepost/smtp-protocol";
import { refusalNumber } from "../error-mapping.js";
import { stErrorCommandRefused, stErrorInvalidCommand } from "../error-numbers.js";
import { failureOf } from "../outcome.js";
import type { ManualMessage } from "./manual-message.js";
import type { Session } from "./session.js";

/** What the client does for a command that is one of its methods. */
export interface CommandHost {
  readonly session: Session;
  readonly message: ManualMessage;
  readonly signal: AbortSignal;
  reset(): Promise<void>;
  disconnect(): Promise<void>;
}

/** @throws SendError, SocketToolsError */
export async function sayCommand(line: string, host: CommandHost): Promise<void> {
  const { session, message, signal } = host;
  if (message.stage === "content") {
    throw failureOf(
      stErrorInvalidCommand,
      "inside a message there are no commands: CloseMessage or Reset come first",
    );
  }
  const command = read(line);
  switch (command?.verb) {
    case "MAIL":
    case "SEND":
    case "SOML":
    case "SAML":
      return message.createFromCommand(session, command);
    case "RCPT":
      return message.addRecipient(command.to, command.parameters ?? {});
    case "DATA":
      return message.beginContent();
    case "RSET":
      return host.reset();
    case "QUIT":
      return host.disconnect();
    case "EHLO":
    case "HELO":
      return session.hello(command.verb === "EHLO", signal);
    case "STARTTLS":
      return session.startTls(signal);
    case "AUTH":
      throw failureOf(stErrorInvalidCommand, "AUTH takes several lines: use Authenticate");
    case "BDAT":
    case "BURL":
      throw failureOf(stErrorInvalidCommand, `${command.verb} brings content: use Write`);
  }
  const reply = await session.connection.command(line, { signal });
  if (reply.code >= 400) {
    throw failureOf(
      refusalNumber(reply.code, stErrorCommandRefused),
      `the server refused: ${describeReply(reply)}`,
    );
  }
}

/** Undefined for what is no known command: the server is to judge it. */
function read(line: string): Command | undefined {
  try {
    return parseCommand(line);
  } catch {
    // A verb that moves the session cannot be left to the server, whatever is wrong with its arguments.
    const verb = /^\s*(MAIL|RCPT|DATA|RSET|QUIT|EHLO|HELO|STARTTLS|AUTH|BDAT|BURL)(?:\s|:|$)/i.exec(
      line,
    )?.[1];
    if (verb === undefined) return undefined;
    throw failureOf(stErrorInvalidCommand, `${verb.toUpperCase()} cannot be read`);
  }
}
