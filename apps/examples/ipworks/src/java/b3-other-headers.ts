// B3: OtherHeaders, appended to the computed headers; and in their place when it begins with an empty line.
import { SMTP } from "@wirepost/ipworks-compat/java";
import { type Program, subject } from "../program.js";

export const otherHeaders: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  smtp.setFrom("ann@example.com");
  smtp.setSendTo("bob@example.org");
  smtp.setBCc("bea@example.org");
  smtp.setSubject(subject(server, "With attachment"));

  // A MIME message, as programs made them by hand
  smtp.setOtherHeaders(
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="next"\r\nX-Mailer: my program\r\n',
  );
  smtp.setMessageText(
    [
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
    ].join("\r\n"),
  );
  await smtp.send();
  say(smtp.getMessageHeaders().item(0).getField());

  // All headers are the program's own: SendTo, BCc and From make the envelope alone
  smtp.setOtherHeaders(
    `\r\nFrom: The Shop <shop@example.com>\r\nTo: our customers:;\r\nSubject: ${subject(server, "All my own")}\r\n`,
  );
  smtp.setMessageText("Nothing was added.\r\n");
  await smtp.send();
  say(smtp.getMessageHeadersString());
};
