// B4: delivery status notifications, refused recipients of each kind, and nobody to write to openly.
import {
  EmailRecipientTypes,
  IPWorksException,
  MessageRecipient,
  SMTP,
} from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

export const recipients: Program = async (server, say) => {
  const refused = server.refused ?? "refused@example.org";
  const smtp = new SMTP();
  smtp.OnError.add((_sender, e) => say(`Error ${e.ErrorCode}: ${e.Description.slice(0, 3)}`));
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  smtp.From = "ann@example.com";
  smtp.MessageText = "To several\r\n";

  // DSN options of each recipient
  smtp.Subject = subject(server, "Notify");
  smtp.SendTo = "Bob <bob@example.org>";
  smtp.MessageRecipients.Item(0).Options = "NOTIFY SUCCESS,FAILURE,DELAY";
  smtp.MessageRecipients.Add(new MessageRecipient("cora@example.org", EmailRecipientTypes.ertCc));
  smtp.MessageRecipients.Item(1).Options = "NOTIFY=NEVER";
  say(`${smtp.SendTo} / ${smtp.Cc}`);
  await smtp.Send();

  // A refused blind copy: the event, and the others get the message
  smtp.MessageRecipients.Clear();
  smtp.Subject = subject(server, "Blind");
  smtp.SendTo = "bob@example.org";
  smtp.BCc = `${refused}, bea@example.org`;
  await smtp.Send();
  say("sent");

  // A refused copy: the exception, and nobody gets it
  smtp.MessageRecipients.Clear();
  smtp.Subject = subject(server, "Never");
  smtp.SendTo = "bob@example.org";
  smtp.Cc = refused;
  try {
    await smtp.Send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}: ${e.Message.slice(0, 3)}, as LastReply: ${e.Message === smtp.LastReply}`);
  }
  say(`connected: ${smtp.Connected}`); // it failed, so the connection stays

  // Nobody in SendTo
  smtp.MessageRecipients.Clear();
  smtp.Subject = subject(server, "Undisclosed");
  smtp.BCc = "bea@example.org";
  try {
    await smtp.Send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}`);
  }
  smtp.Config("AllowEmptyTo=True");
  await smtp.Send();
  say("sent");
  await smtp.Disconnect();
};
