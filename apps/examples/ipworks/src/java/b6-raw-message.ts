// B6: what the object says that it sent is what went over the wire, but for the doubled dots.
import { SMTP } from "@wirepost/ipworks-compat/java";
import { type Program, subject } from "../program.js";

export const rawMessages: Program = async (server, say) => {
  const smtp1 = new SMTP();
  smtp1.setMailServer(server.host);
  smtp1.setMailPort(server.port);
  smtp1.setFrom('"Ann Example, of the accounts department" <ann@example.com>');
  smtp1.setSendTo(
    "Bob <bob@example.org>, Cora <cora@example.org>, Dan <dan@example.org>, Eve <eve@example.org>",
  );
  smtp1.setSubject(
    subject(server, "Dots, and a header that is longer than eighty characters, so that it is folded"),
  );
  smtp1.setOtherHeaders("X-Mailer: my program");
  smtp1.setMessageText(".\r\n..\r\n.hidden\r\n\r\nlines\nwithout\nCR, and none at the end");
  await smtp1.send();
  say(smtp1.config("MessageHeadersString") + smtp1.config("TransferText"));

  // The raw octets of Message in place of MessageText
  smtp1.setMessage(Buffer.from("A body that is ready\r\n.\r\n"));
  await smtp1.send();
  say(smtp1.config("MessageHeadersString") + smtp1.config("TransferText"));
};
