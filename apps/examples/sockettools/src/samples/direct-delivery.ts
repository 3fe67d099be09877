// Without a relay: the mail exchangers of the recipient's domain, asked for with DnsClient and tried in their order; a domain without
// any is a mail host itself. SubmitMessage without HostName does all of it by itself, and knows more (one session for each domain,
// MTA-STS); this is how programs did it by hand.
import { configureDns, DnsClient, SmtpClient, smtpOptionExtended } from "@wirepost/sockettools-compat";
import type { Say } from "../program.js";

export interface Mail {
  readonly sender: string;
  readonly recipient: string;
  readonly message: string;
  /** Port 25, in the world. */
  readonly port: number;
  /** Who answers in place of the system's name servers. */
  readonly resolver?: NonNullable<Parameters<typeof configureDns>[1]["resolver"]> | undefined;
}

export async function deliverDirectly(mail: Mail, say: Say): Promise<boolean> {
  const DnsClient1 = new DnsClient();
  const SmtpClient1 = new SmtpClient();
  configureDns(DnsClient1, { resolver: mail.resolver });
  DnsClient1.HostName = mail.recipient.slice(mail.recipient.lastIndexOf("@") + 1);

  const hosts: string[] = [];
  for (let index = 0; index < (await DnsClient1.MailExchanges()); index++)
    hosts.push(await DnsClient1.MailExchange(index));
  if (DnsClient1.LastError !== 0) {
    say(DnsClient1.LastErrorString);
    return false;
  }
  if (hosts.length === 0) hosts.push(DnsClient1.HostName);

  for (const host of hosts) {
    if ((await SmtpClient1.Connect(host, mail.port, { Options: smtpOptionExtended })) !== 0) {
      say(`${host}: ${SmtpClient1.LastErrorString}`);
      continue;
    }
    const nError = await SmtpClient1.SendMessage(mail.sender, mail.recipient, mail.message);
    say(nError === 0 ? `${host} has it` : `${host}: ${SmtpClient1.LastErrorString}`);
    await SmtpClient1.Disconnect();
    return nError === 0;
  }
  return false;
}
