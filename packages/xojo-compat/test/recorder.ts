// Writes down the events of a socket, in order.

import type { SMTPSecureSocket } from "../src/index.js";
import { AddHandler, EmailMessage, type RuntimeException, type TCPSocket, whenIdle } from "../src/index.js";

export type Entry = readonly [event: string, ...args: unknown[]];

const EVENTS = [
  "Connected",
  "DataAvailable",
  "ConnectionEstablished",
  "MessageSent",
  "MailSent",
  "ServerError",
  "Error",
] as const;

/** Every event but the progress. Errors are shown by their number. */
export function record(socket: TCPSocket): Entry[] {
  const log: Entry[] = [];
  const any = socket as SMTPSecureSocket;
  for (const event of EVENTS) {
    if (!(event in any)) continue;
    if (event === "Error") {
      AddHandler(any.Error, (_sender, e: RuntimeException) => void log.push(["Error", e.ErrorNumber]));
    } else {
      AddHandler(any[event] as (this: unknown, ...args: unknown[]) => void, (_sender, ...args: unknown[]) => {
        log.push([event, ...args]);
      });
    }
  }
  return log;
}

/** The names alone. */
export function names(log: readonly Entry[]): string[] {
  return log.map(([event]) => event);
}

/** A message that any server takes. */
export function mailTo(recipient: string, subject = "Hello"): EmailMessage {
  const mail = new EmailMessage();
  mail.FromAddress = "ann@example.com";
  mail.AddRecipient(recipient);
  mail.Subject = subject;
  mail.BodyPlainText = "Hello, World!";
  return mail;
}

/** Sends what is queued and waits for the end. */
export async function sendAll(socket: { SendMail(): void }): Promise<void> {
  socket.SendMail();
  await whenIdle(socket);
}
