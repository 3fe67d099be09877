// B4: delivery status notifications, refused recipients of each kind, and nobody to write to openly.
import {
  DefaultSMTPEventListener,
  IPWorksException,
  MessageRecipient,
  SMTP,
  type SMTPErrorEvent,
} from "@wirepost/ipworks-compat/java";
import { type Program, subject } from "../program.js";

export const recipients: Program = async (server, say) => {
  const refused = server.refused ?? "refused@example.org";
  const smtp = new SMTP();
  smtp.addSMTPEventListener(
    new (class extends DefaultSMTPEventListener {
      override error(e: SMTPErrorEvent): void {
        say(`Error ${e.errorCode}: ${e.description.slice(0, 3)}`);
      }
    })(),
  );
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  smtp.setFrom("ann@example.com");
  smtp.setMessageText("To several\r\n");

  // DSN options of each recipient
  smtp.setSubject(subject(server, "Notify"));
  smtp.setSendTo("Bob <bob@example.org>");
  smtp.getMessageRecipients().item(0).setOptions("NOTIFY SUCCESS,FAILURE,DELAY");
  smtp.getMessageRecipients().add(new MessageRecipient("cora@example.org", MessageRecipient.ertCc));
  smtp.getMessageRecipients().item(1).setOptions("NOTIFY=NEVER");
  say(`${smtp.getSendTo()} / ${smtp.getCc()}`);
  await smtp.send();

  // A refused blind copy: the event, and the others get the message
  smtp.getMessageRecipients().clear();
  smtp.setSubject(subject(server, "Blind"));
  smtp.setSendTo("bob@example.org");
  smtp.setBCc(`${refused}, bea@example.org`);
  await smtp.send();
  say("sent");

  // A refused copy: the exception, and nobody gets it
  smtp.getMessageRecipients().clear();
  smtp.setSubject(subject(server, "Never"));
  smtp.setSendTo("bob@example.org");
  smtp.setCc(refused);
  try {
    await smtp.send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(
      `${e.getCode()}: ${e.getMessage().slice(0, 3)}, as LastReply: ${e.getMessage() === smtp.getLastReply()}`,
    );
  }
  say(`connected: ${smtp.isConnected()}`); // it failed, so the connection stays

  // Nobody in SendTo
  smtp.getMessageRecipients().clear();
  smtp.setSubject(subject(server, "Undisclosed"));
  smtp.setBCc("bea@example.org");
  try {
    await smtp.send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}`);
  }
  smtp.config("AllowEmptyTo=True");
  await smtp.send();
  say("sent");
  await smtp.disconnect();
};
