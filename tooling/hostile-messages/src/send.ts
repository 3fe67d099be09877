import type { MessageInput } from "@wirepost/mime-message";
import { type Receipt, SendError, SmtpClient } from "@wirepost/smtp-client";
import { BASE, type HostileObject } from "./hostile-object.js";

export type Ending =
  | { readonly receipt: Receipt; readonly error?: undefined }
  | { readonly error: unknown; readonly receipt?: undefined };

/** Sends one object over a connection of its own; whatever is thrown, at once or later, comes back. */
export async function sendObject(object: HostileObject, port: number): Promise<Ending> {
  let client: SmtpClient | undefined;
  try {
    client = new SmtpClient({
      host: "127.0.0.1",
      port,
      tls: "none",
      clientName: "client.example",
      maxConnections: 1,
      ...object.client,
    });
    const given = typeof object.message === "function" ? object.message() : object.message;
    const message = "raw" in given ? given : { ...BASE, ...given };
    return { receipt: await client.send(message as MessageInput, object.options) };
  } catch (error) {
    return { error };
  } finally {
    await client?.close();
  }
}

/** What is wrong with a refusal; empty when it is ours, has this code, and says that nothing was sent. */
export function judgeRefusal(error: unknown, code: string): string[] {
  if (!SendError.is(error))
    return [`a foreign error: ${error instanceof Error ? error.stack : String(error)}`];
  const faults: string[] = [];
  if (error.code !== code) faults.push(`refused with ${error.code} (${error.message}), not ${code}`);
  if (error.state !== "not-sent") faults.push(`its state is ${error.state}, not not-sent`);
  for (const { address, outcome } of error.recipients)
    if (outcome !== "not-sent") faults.push(`${address} is ${outcome}`);
  if (/[\r\n\0]/.test(error.message)) faults.push("its message holds a line break or NUL");
  return faults;
}
