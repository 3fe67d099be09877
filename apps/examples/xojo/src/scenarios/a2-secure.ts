// A2: the secure socket with the names of API 2: TLS from the first octet (465), and STARTTLS, the default (587).
import { configureSocket, EmailMessage, SMTPSecureSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program, Say, Server } from "../program.js";

async function send(server: Server, say: Say, prepare: (socket: SMTPSecureSocket) => void): Promise<void> {
  const socket = new SMTPSecureSocket();
  socket.ConnectionEstablished = () =>
    say(socket.SSLConnected ? "connected, secure" : "connected, plain so far");
  socket.MessageSent = (Email) => say(`sent: ${Email.Subject}, ${socket.SSLConnected ? "secure" : "plain"}`);
  socket.MailSent = () => say("all sent");
  socket.Error = (e) => say(`error ${e.ErrorNumber}: ${e.Message}`);
  configureSocket(socket, { tls: { extraCa: server.trust } });
  socket.Address = server.address;
  socket.Port = server.port;
  socket.SSLEnabled = true;
  socket.Username = server.username ?? "";
  socket.Password = server.password ?? "";
  prepare(socket);

  const mail = new EmailMessage();
  mail.FromAddress = "ann@example.com";
  mail.AddRecipient("bob@example.org");
  mail.Subject = "Secure";
  mail.BodyPlainText = "in plain words";
  mail.BodyHTML = "<p>in <b>bold</b> words</p>";
  socket.Messages.Add(mail);
  socket.SendMail();
  await whenIdle(socket);
}

export const implicitTls: Program = (server, say) =>
  send(server, say, (socket) => {
    socket.SMTPConnectionType = SMTPSecureSocket.SMTPConnectionTypes.SSLTLS;
  });

export const startTls: Program = (server, say) => send(server, say, () => undefined);
