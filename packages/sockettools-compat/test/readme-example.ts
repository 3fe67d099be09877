import { SmtpClient, smtpOptionExtended } from "@wirepost/sockettools-compat";

export async function deliver(host: string, port: number, text: string): Promise<string> {
  const SmtpClient1 = new SmtpClient();
  let nError = await SmtpClient1.Connect(host, port, { Options: smtpOptionExtended });
  if (nError !== 0) return SmtpClient1.LastErrorString;

  nError = await SmtpClient1.SendMessage("ann@example.com", "bob@example.org, cy@example.org", text);
  if (nError !== 0) return `${nError}: ${SmtpClient1.LastErrorString}`;

  await SmtpClient1.Disconnect();
  return `${SmtpClient1.TransferBytes} bytes`;
}
