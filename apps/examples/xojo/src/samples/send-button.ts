// The sample of Messages and SendMail, on both pages: a login, and the Action event of a button. The page names no recipient;
// without one the server would have nobody to deliver to.
import { EmailMessage, SMTPSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

export const sendButton: Program = async (server, say) => {
  const Socket1 = new SMTPSocket();
  Socket1.ServerError = (ErrorID, ErrorMessage) => say(`${ErrorID} ${ErrorMessage}`);
  Socket1.MailSent = () => say("all sent");

  // set up the socket
  Socket1.Address = server.address;
  Socket1.Port = server.port;

  Socket1.UserName = server.username ?? "";
  Socket1.Password = server.password ?? "";

  // populate the email message
  const mail = new EmailMessage(); // Dim mail As EmailMessage, and mail = New EmailMessage
  mail.FromAddress = "test@example.com";
  mail.Subject = "My Subject";
  mail.BodyPlainText = "Hello!";
  mail.Headers.AppendHeader("X-Mailer", "SMTP Test");

  // send the email: as the page has it, to nobody
  Socket1.Messages.Append(mail);
  Socket1.SendMail();
  await whenIdle(Socket1);

  // and with a recipient
  mail.AddRecipient("john@example.org");
  Socket1.Messages.Append(mail);
  Socket1.SendMail();
  await whenIdle(Socket1);
};
