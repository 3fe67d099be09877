// The sample of the SMTPSocket page: a plain socket, one header of its own, one message.
import { EmailMessage, SMTPSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

export const sendMailSocket: Program = async (server, say) => {
  const SendMailSocket = new SMTPSocket(); // added to the window in Xojo
  SendMailSocket.MessageSent = (Email) => say(`sent ${Email.Subject}`);
  SendMailSocket.MailSent = () => say("all sent");
  SendMailSocket.ServerError = (ErrorID, ErrorMessage) => say(`${ErrorID} ${ErrorMessage}`);

  SendMailSocket.Address = server.address;
  SendMailSocket.Port = server.port;

  // Create the actual email message
  const mail = new EmailMessage();
  mail.FromAddress = "bill@example.com";
  mail.Subject = "Test Email from Xojo";
  mail.BodyPlainText = "Hello, World!";
  mail.Headers.AppendHeader("X-Mailer", "Xojo SMTP Example");
  mail.AddRecipient("john@example.org");

  // Add the message to the SMTPSocket and send it
  SendMailSocket.Messages.Append(mail);
  SendMailSocket.SendMail();

  await whenIdle(SendMailSocket);
};
