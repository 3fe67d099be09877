// The methods that have no sample on their pages: Verify, Expand, SendCommand; a body from a stream; and Interrupt from a timer.
import { Readable } from "node:stream";
import {
  DefaultSMTPEventListener,
  IPWorksException,
  SMTP,
  type SMTPExpandEvent,
} from "@wirepost/ipworks-compat/java";
import { type Program, subject } from "../program.js";

export const asking: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.addSMTPEventListener(
    new (class extends DefaultSMTPEventListener {
      override expand(e: SMTPExpandEvent): void {
        say(`member ${e.address}`);
      }
    })(),
  );
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  await smtp.verify("bob@example.org"); // connects, and stays connected
  say(smtp.getLastReply().slice(0, 3));
  try {
    await smtp.expand("friends");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}: ${e.getMessage().slice(0, 3)}`);
  }
  await smtp.sendCommand("NOOP");
  say(smtp.getLastReply().slice(0, 3));
  await smtp.disconnect();
};

export const fromStream: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  smtp.setFrom("ann@example.com");
  smtp.setReturnPath("bounces@example.com");
  smtp.setSendTo("bob@example.org");
  smtp.setSubject(subject(server, "From a stream"));
  const stream = Readable.from([Buffer.from("One line\n.\nand ano"), Buffer.from("ther")]); // new FileInputStream(…)
  smtp.setMessageStream(stream);
  await smtp.send();
  say(`closed: ${stream.destroyed}`);
  say(smtp.config("MessageHeadersString") + smtp.config("TransferText"));
};

export const interrupted: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  const timer = setTimeout(() => smtp.interrupt(), 100); // the Cancel button
  try {
    await smtp.connect();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}, idle: ${smtp.isIdle()}, connected: ${smtp.isConnected()}`);
  } finally {
    clearTimeout(timer);
  }
};
