// A3: the secure socket in the spellings of API 1: Secure, ConnectionType, SMTPConnectionMode.
import { configureSocket, EmailMessage, SMTPSecureSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

export const oldSpellings: Program = async (server, say) => {
  const socket = new SMTPSecureSocket();
  socket.MessageSent = (Email) => say(`sent: ${Email.Subject}`);
  socket.MailSent = () => say("all sent");
  socket.Error = () => say(`error ${socket.LastErrorCode}`);
  configureSocket(socket, { tls: { extraCa: server.trust } });

  socket.Address = server.address;
  socket.Port = server.port;
  socket.Secure = true;
  socket.ConnectionType = SMTPSecureSocket.TLSv1;
  socket.SMTPConnectionMode = SMTPSecureSocket.ModeSSLTLS;
  socket.UserName = server.username ?? "";
  socket.Password = server.password ?? "";

  const mail = new EmailMessage();
  mail.FromAddress = "ann@example.com";
  mail.AddRecipient("bob@example.org");
  mail.Subject = "Old spellings";
  mail.BodyPlainText = "as before";
  mail.Headers.AppendHeader("X-Mailer", "SMTP Test");
  socket.Messages.Append(mail);
  socket.SendMail();

  await whenIdle(socket);
};
