// A4: five handlers by AddHandler, which close the connection inside; two messages; an attachment that is base64 already.
import {
  AddHandler,
  AddressOf,
  EmailAttachment,
  EmailMessage,
  type RuntimeException,
  SMTPSecureSocket,
  whenIdle,
} from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

export const addHandler: Program = async (server, say) => {
  const socket = new SMTPSecureSocket();
  socket.Address = server.address;
  socket.Port = server.port;

  function Connected(_sender: SMTPSecureSocket, greeting: string): void {
    say(`connected: ${greeting.slice(0, 3)}`);
  }
  function Sent(sender: SMTPSecureSocket, email: EmailMessage): void {
    say(`sent: ${email.Subject}, ${sender.Messages.Count()} left`);
  }
  function AllSent(sender: SMTPSecureSocket): void {
    say("all sent");
    sender.DisconnectFromServer();
    sender.Close();
  }
  function Refused(sender: SMTPSecureSocket, id: number, message: string, email: EmailMessage): void {
    say(`refused: ${email.Subject} (${id} ${message})`);
    sender.DisconnectFromServer();
    sender.Close();
  }
  function Failed(sender: SMTPSecureSocket, e: RuntimeException): void {
    say(`error ${e.ErrorNumber}`);
    sender.Close();
  }
  AddHandler(socket.ConnectionEstablished, AddressOf(Connected));
  AddHandler(socket.MessageSent, AddressOf(Sent));
  AddHandler(socket.MailSent, AddressOf(AllSent));
  AddHandler(socket.ServerError, AddressOf(Refused));
  AddHandler(socket.Error, AddressOf(Failed));

  const attachment = new EmailAttachment();
  attachment.Name = "greeting.txt";
  attachment.MIMEType = "text/plain";
  attachment.Data = Buffer.from("Hello, attached world!").toString("base64"); // EncodeBase64(text)
  attachment.ContentEncoding = "BASE64";

  for (const [subject, recipient] of [
    ["First", "bob@example.org"],
    ["Second", "carl@example.org"],
  ] as const) {
    const mail = new EmailMessage();
    mail.FromAddress = "ann@example.com";
    mail.AddRecipient(recipient);
    mail.Subject = subject;
    mail.BodyPlainText = `This is the ${subject.toLowerCase()} one.`;
    if (subject === "Second") mail.Attachments.Add(attachment);
    socket.Messages.Add(mail);
  }
  socket.SendMail();

  await whenIdle(socket);
  socket.DisconnectFromServer(); // once more, as careful programs do
  socket.Close();
};
