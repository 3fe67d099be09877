// The class that the Java document's events show, with each of its nine methods.
import {
  DefaultSMTPEventListener,
  SMTP,
  type SMTPConnectionStatusEvent,
  type SMTPEndTransferEvent,
  type SMTPErrorEvent,
  type SMTPExpandEvent,
  type SMTPPITrailEvent,
  type SMTPSSLServerAuthenticationEvent,
  type SMTPSSLStatusEvent,
  type SMTPStartTransferEvent,
  type SMTPTransferEvent,
} from "@wirepost/ipworks-compat/java";
import { type Program, type Say, subject } from "../program.js";

export class TellingListener extends DefaultSMTPEventListener {
  constructor(private readonly say: Say) {
    super();
  }
  override connectionStatus(e: SMTPConnectionStatusEvent): void {
    this.say(`ConnectionStatus ${e.connectionEvent}, ${e.statusCode}`);
  }
  override endTransfer(e: SMTPEndTransferEvent): void {
    this.say(`EndTransfer ${e.direction}`);
  }
  override error(e: SMTPErrorEvent): void {
    this.say(`Error ${e.errorCode}: ${e.description}`);
  }
  override expand(e: SMTPExpandEvent): void {
    this.say(`Expand ${e.address}`);
  }
  override PITrail(e: SMTPPITrailEvent): void {
    this.say(`PITrail ${e.direction} ${e.message}`);
  }
  override SSLServerAuthentication(e: SMTPSSLServerAuthenticationEvent): void {
    this.say(`SSLServerAuthentication ${e.certSubject}, ${e.status === "OK" ? "OK" : "not OK"}, ${e.accept}`);
  }
  override SSLStatus(_e: SMTPSSLStatusEvent): void {
    this.say("SSLStatus");
  }
  override startTransfer(e: SMTPStartTransferEvent): void {
    this.say(`StartTransfer ${e.direction}`);
  }
  override transfer(e: SMTPTransferEvent): void {
    this.say(`Transfer ${e.bytesTransferred}, ${e.percentDone}%, ${e.text.length} bytes`);
  }
}

export const listener: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.addSMTPEventListener(new TellingListener(say));
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  smtp.setFrom("me@example.com");
  smtp.setSendTo("recipient@example.org");
  smtp.setSubject(subject(server, "With a listener"));
  smtp.setMessageText("This is the message body\r\n");
  await smtp.send();
};
