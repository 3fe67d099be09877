// Fixtures: an SMTP object of each door that writes down its events.
import * as dotnet from "../src/dotnet.js";
import * as java from "../src/java.js";

export type Entry = readonly [event: string, ...values: unknown[]];

/** A Java object, set up to send one plain message, with the log of its events. */
export function javaSmtp(port: number): { smtp: java.SMTP; log: Entry[] } {
  const smtp = new java.SMTP();
  const log: Entry[] = [];
  smtp.setMailServer("127.0.0.1");
  smtp.setMailPort(port);
  smtp.setFrom("ann@example.com");
  smtp.setSendTo("bob@example.org");
  smtp.setSubject("Hello");
  smtp.setMessageText("Hello, World!\r\n");
  smtp.addSMTPEventListener({
    connectionStatus: (e) => void log.push(["ConnectionStatus", e.connectionEvent, e.statusCode]),
    endTransfer: (e) => void log.push(["EndTransfer", e.direction]),
    error: (e) => void log.push(["Error", e.errorCode, e.description]),
    expand: (e) => void log.push(["Expand", e.address]),
    PITrail: (e) => void log.push(["PITrail", e.direction, e.message]),
    SSLServerAuthentication: (e) => void log.push(["SSLServerAuthentication", e.status, e.accept]),
    SSLStatus: (e) => void log.push(["SSLStatus", e.message]),
    startTransfer: (e) => void log.push(["StartTransfer", e.direction]),
    transfer: (e) => void log.push(["Transfer", e.bytesTransferred, e.percentDone, e.text]),
  });
  return { smtp, log };
}

/** A .NET object, set up to send one plain message, with the log of its events. */
export function dotnetSmtp(port: number): { smtp: dotnet.SMTP; log: Entry[] } {
  const smtp = new dotnet.SMTP();
  const log: Entry[] = [];
  smtp.MailServer = "127.0.0.1";
  smtp.MailPort = port;
  smtp.From = "ann@example.com";
  smtp.SendTo = "bob@example.org";
  smtp.Subject = "Hello";
  smtp.MessageText = "Hello, World!\r\n";
  smtp.OnConnectionStatus.add((_s, e) => log.push(["ConnectionStatus", e.ConnectionEvent, e.StatusCode]));
  smtp.OnEndTransfer.add((_s, e) => log.push(["EndTransfer", e.Direction]));
  smtp.OnError.add((_s, e) => log.push(["Error", e.ErrorCode, e.Description]));
  smtp.OnExpand.add((_s, e) => log.push(["Expand", e.Address]));
  smtp.OnPITrail.add((_s, e) => log.push(["PITrail", e.Direction, e.Message]));
  smtp.OnSSLServerAuthentication.add((_s, e) => log.push(["SSLServerAuthentication", e.Status, e.Accept]));
  smtp.OnSSLStatus.add((_s, e) => log.push(["SSLStatus", e.Message]));
  smtp.OnStartTransfer.add((_s, e) => log.push(["StartTransfer", e.Direction]));
  smtp.OnTransfer.add((_s, e) => log.push(["Transfer", e.BytesTransferred, e.PercentDone, e.TextB]));
  return { smtp, log };
}

export const names = (log: readonly Entry[]): string[] => log.map(([event]) => event);

/** The number of what a promise rejects with, or a call throws; 0 when it does not. */
export async function numberOf(work: (() => unknown) | Promise<unknown>): Promise<number | unknown> {
  try {
    await (typeof work === "function" ? work() : work);
    return 0;
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
