// B3: OtherHeaders, appended to the computed headers; and in their place when it begins with an empty line.
import { SMTP } from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

export const otherHeaders: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  smtp.From = "ann@example.com";
  smtp.SendTo = "bob@example.org";
  smtp.BCc = "bea@example.org";
  smtp.Subject = subject(server, "With attachment");

  // A MIME message, as programs made them by hand
  smtp.OtherHeaders =
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="next"\r\nX-Mailer: my program\r\n';
  smtp.MessageText = [
    "--next",
    "Content-Type: text/plain",
    "",
    "See the file.",
    "--next",
    'Content-Type: text/csv; name="a.csv"',
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from("one;two\r\n").toString("base64"),
    "--next--",
    "",
  ].join("\r\n");
  await smtp.Send();
  say(smtp.MessageHeaders.Item(0).Field);

  // All headers are the program's own: SendTo, BCc and From make the envelope alone
  smtp.OtherHeaders = `\r\nFrom: The Shop <shop@example.com>\r\nTo: our customers:;\r\nSubject: ${subject(server, "All my own")}\r\n`;
  smtp.MessageText = "Nothing was added.\r\n";
  await smtp.Send();
  say(smtp.MessageHeadersString);
};
