// Writes down the events of a client, in order, and makes clients for servers of this machine.
import type { RecordingServerOptions } from "@wirepost/test-server";
import { configureClient, SmtpClient, type SmtpClientEvent } from "../src/index.js";

export type Entry = readonly [event: string, ...args: unknown[]];

/** Every event but those that are named. */
export function record(client: SmtpClient, ...without: readonly SmtpClientEvent[]): Entry[] {
  const log: Entry[] = [];
  for (const event of SmtpClient.Events) {
    if (without.includes(event)) continue;
    client.on(event, (...args: unknown[]) => void log.push([event, ...args]));
  }
  return log;
}

/** The names alone. */
export function names(log: readonly Entry[]): string[] {
  return log.map(([event]) => event);
}

/** A client with the properties that a form would fill in. */
export function clientFor(target: { readonly port: number }, ca?: string): SmtpClient {
  const client = new SmtpClient();
  client.HostName = "127.0.0.1";
  client.RemotePort = target.port;
  if (ca !== undefined) configureClient(client, { tls: { extraCa: ca } });
  return client;
}

/** Only what smtp-server calls ESMTP when it hears HELO: nothing. */
export const NO_ESMTP: RecordingServerOptions = {
  server: { disabledCommands: ["EHLO"] },
};

export const LETTER =
  "From: ann@example.com\r\nTo: bob@example.org\r\nSubject: Hello\r\n\r\nHello, World!\r\n";
