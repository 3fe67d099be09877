// B6: what the object says that it sent is what went over the wire, but for the doubled dots.
import { SMTP } from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

export const rawMessages: Program = async (server, say) => {
  const smtp1 = new SMTP();
  smtp1.MailServer = server.host;
  smtp1.MailPort = server.port;
  smtp1.From = '"Ann Example, of the accounts department" <ann@example.com>';
  smtp1.SendTo =
    "Bob <bob@example.org>, Cora <cora@example.org>, Dan <dan@example.org>, Eve <eve@example.org>";
  smtp1.Subject = subject(
    server,
    "Dots, and a header that is longer than eighty characters, so that it is folded",
  );
  smtp1.OtherHeaders = "X-Mailer: my program";
  smtp1.MessageText = ".\r\n..\r\n.hidden\r\n\r\nlines\nwithout\nCR, and none at the end";
  await smtp1.Send();
  say(smtp1.Config("MessageHeadersString") + smtp1.Config("TransferText"));

  // The raw octets of Message in place of MessageText
  smtp1.Message = Buffer.from("A body that is ready\r\n.\r\n");
  await smtp1.Send();
  say(smtp1.Config("MessageHeadersString") + smtp1.Config("TransferText"));
};
