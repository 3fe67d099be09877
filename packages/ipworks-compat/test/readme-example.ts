import { DefaultSMTPEventListener, SMTP, type SMTPPITrailEvent } from "@wirepost/ipworks-compat/java";

class Listener extends DefaultSMTPEventListener {
  readonly trail: string[] = [];
  override PITrail(e: SMTPPITrailEvent): void {
    this.trail.push(`${e.direction === 0 ? "C" : "S"}: ${e.message}`);
  }
}

export async function sendTest(server: string, port: number): Promise<string[]> {
  const smtp = new SMTP();
  const listener = new Listener();
  smtp.addSMTPEventListener(listener);

  smtp.setMailServer(server);
  smtp.setMailPort(port);
  smtp.setFrom('"Ann" <ann@example.com>');
  smtp.setSendTo("bob@example.org");
  smtp.setSubject("Test from Java");
  smtp.setMessageText("This is the message body.\r\n");
  await smtp.send(); // connects, sends, disconnects
  return listener.trail;
}
