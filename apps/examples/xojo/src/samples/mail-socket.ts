// The sample of the SMTPSecureSocket page: TLS from the first octet, a login, API 2 names.
import { configureSocket, EmailMessage, SMTPSecureSocket, SSLSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

export const mailSocket: Program = async (server, say) => {
  const MailSocket = new SMTPSecureSocket();
  MailSocket.MessageSent = (Email) => say(`sent ${Email.Subject}`);
  MailSocket.Error = (e) => say(`error ${e.ErrorNumber}`);
  configureSocket(MailSocket, { tls: { extraCa: server.trust } }); // only for a server with an authority of its own

  MailSocket.Address = server.address;
  MailSocket.Port = server.port; // 465
  MailSocket.SSLConnectionType = SSLSocket.SSLConnectionTypes.TLSv1;
  MailSocket.SMTPConnectionType = SMTPSecureSocket.SMTPConnectionTypes.SSLTLS;
  MailSocket.SSLEnabled = true;

  MailSocket.Username = server.username ?? "";
  MailSocket.Password = server.password ?? "";

  // Create EmailMessage
  const mail = new EmailMessage();
  mail.FromAddress = "ann@example.com";
  mail.AddRecipient("bob@example.org");
  mail.Subject = "Test from Xojo";
  mail.BodyPlainText = "This email was sent from a Xojo app.";
  mail.Headers.AddHeader("X-Mailer", "SMTP Test");

  // Send it
  MailSocket.Messages.Add(mail);
  MailSocket.SendMail();

  await whenIdle(MailSocket);
};
