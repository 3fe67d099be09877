// A6: an unknown host, a port where nobody listens, a connection that drops, and the two ways to end one.
import { EmailMessage, SMTPSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program, Say } from "../program.js";

function socketFor(address: string, port: number, say: Say): SMTPSocket {
  const socket = new SMTPSocket();
  socket.Address = address;
  socket.Port = port;
  socket.ConnectionEstablished = () => say("connected");
  socket.Error = (e) => say(`Error ${e.ErrorNumber}`);
  socket.MessageSent = () => say("MessageSent");
  socket.MailSent = () => say("MailSent");
  const mail = new EmailMessage();
  mail.FromAddress = "ann@example.com";
  mail.AddRecipient("bob@example.org");
  mail.Subject = "Errors";
  socket.Messages.Append(mail);
  return socket;
}

async function run(socket: SMTPSocket, say: Say): Promise<void> {
  socket.SendMail();
  await whenIdle(socket);
  say(`LastErrorCode ${socket.LastErrorCode}, ${socket.Messages.Ubound() + 1} queued`);
}

export const unknownHost: Program = (_server, say) =>
  run(socketFor("mail.does-not-exist.invalid", 25, say), say);

/** `server` is a port where nobody listens. */
export const refusedPort: Program = (server, say) => run(socketFor(server.address, server.port, say), say);

/** `server` drops the connection in mid-session. */
export const dropped: Program = (server, say) => run(socketFor(server.address, server.port, say), say);

export const disconnect: Program = (server, say) => {
  const socket = socketFor(server.address, server.port, say);
  socket.SendProgress = () => {
    socket.Disconnect();
  };
  return run(socket, say);
};

export const close: Program = (server, say) => {
  const socket = socketFor(server.address, server.port, say);
  socket.SendProgress = () => {
    socket.Close();
  };
  return run(socket, say);
};
