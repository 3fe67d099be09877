// B2: connect, two messages, and ResetHeaders between them.
import { SMTP, SMTPImportances, SMTPPriorities, SMTPSensitivities } from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

export const twoMessages: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;

  smtp.From = "ann@example.com";
  smtp.SendTo = "bob@example.org";
  smtp.Cc = "cora@example.org";
  smtp.BCc = "bea@example.org";
  smtp.ReplyTo = "answers@example.com";
  smtp.Subject = subject(server, "First");
  smtp.Importance = SMTPImportances.miHigh;
  smtp.Priority = SMTPPriorities.epUrgent;
  smtp.Sensitivity = SMTPSensitivities.esPrivate;
  smtp.ReadReceiptTo = "ann@example.com";
  smtp.DeliveryNotificationTo = "ann@example.com";
  smtp.MessageDate = "Fri, 1 Mar 1996 21:24:52 -0500";
  smtp.MessageId = "<one@example.com>";
  smtp.OtherHeaders = "X-Campaign: spring\r\n";
  smtp.MessageText = "The first\r\n";
  await smtp.Connect();
  await smtp.Send();
  say(`${smtp.LastReply.slice(0, 3)}, connected: ${smtp.Connected}`);

  smtp.ResetHeaders();
  say(`recipients: ${smtp.MessageRecipients.Count}, date: ${smtp.MessageDate}`);
  smtp.From = "ann@example.com";
  smtp.SendTo = "dan@example.org";
  smtp.Subject = subject(server, "Second");
  smtp.MessageText = "The second\r\n";
  await smtp.Send();
  say(`${smtp.LastReply.slice(0, 3)}, connected: ${smtp.Connected}`);

  await smtp.Disconnect();
  say(`connected: ${smtp.Connected}`);
};
