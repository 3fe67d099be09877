// B2: connect, two messages, and ResetHeaders between them.
import { SMTP } from "@wirepost/ipworks-compat/java";
import { type Program, subject } from "../program.js";

export const twoMessages: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);

  smtp.setFrom("ann@example.com");
  smtp.setSendTo("bob@example.org");
  smtp.setCc("cora@example.org");
  smtp.setBCc("bea@example.org");
  smtp.setReplyTo("answers@example.com");
  smtp.setSubject(subject(server, "First"));
  smtp.setImportance(SMTP.miHigh);
  smtp.setPriority(SMTP.epUrgent);
  smtp.setSensitivity(SMTP.esPrivate);
  smtp.setReadReceiptTo("ann@example.com");
  smtp.setDeliveryNotificationTo("ann@example.com");
  smtp.setMessageDate("Fri, 1 Mar 1996 21:24:52 -0500");
  smtp.setMessageId("<one@example.com>");
  smtp.setOtherHeaders("X-Campaign: spring\r\n");
  smtp.setMessageText("The first\r\n");
  await smtp.connect();
  await smtp.send();
  say(`${smtp.getLastReply().slice(0, 3)}, connected: ${smtp.isConnected()}`);

  smtp.resetHeaders();
  say(`recipients: ${smtp.getMessageRecipients().size()}, date: ${smtp.getMessageDate()}`);
  smtp.setFrom("ann@example.com");
  smtp.setSendTo("dan@example.org");
  smtp.setSubject(subject(server, "Second"));
  smtp.setMessageText("The second\r\n");
  await smtp.send();
  say(`${smtp.getLastReply().slice(0, 3)}, connected: ${smtp.isConnected()}`);

  await smtp.disconnect();
  say(`connected: ${smtp.isConnected()}`);
};
