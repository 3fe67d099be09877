// A5: three messages of which the second is refused; then a large one that SendProgress cancels.
import { EmailMessage, SMTPSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

function message(subject: string, recipient: string, body: string): EmailMessage {
  const mail = new EmailMessage();
  mail.FromAddress = "ann@example.com";
  mail.AddRecipient(recipient);
  mail.Subject = subject;
  mail.BodyPlainText = body;
  return mail;
}

export const refusedAndCancelled: Program = async (server, say) => {
  const socket = new SMTPSocket();
  socket.Address = server.address;
  socket.Port = server.port;
  const queued = (email: EmailMessage): string =>
    socket.Messages.IndexOf(email) >= 0 ? "queued" : "off the queue";
  socket.MessageSent = (email) => say(`MessageSent ${email.Subject}, ${queued(email)}`);
  socket.ServerError = (id, text, email) =>
    say(`ServerError ${id} ${text}, ${email.Subject}, ${queued(email)}`);
  socket.MailSent = () => say("MailSent");
  socket.Error = (e) => say(`Error ${e.ErrorNumber}`);

  socket.Messages.Append(message("one", "bob@example.org", "1"));
  socket.Messages.Append(message("two", "reject550@example.org", "2"));
  socket.Messages.Append(message("three", "carl@example.org", "3"));
  socket.SendMail();
  await whenIdle(socket);

  let chunks = 0;
  socket.SendProgress = (bytesSent, bytesLeft) => {
    chunks++;
    say(`SendProgress ${bytesSent > 0 && bytesLeft > 0 ? "some sent, some left" : "done"}`);
    return chunks === 2;
  };
  const large = message("large", "bob@example.org", "A line of thirty-two characters.\r\n".repeat(10_000));
  socket.Messages.Append(large);
  socket.SendMail();
  await whenIdle(socket);
  say(`${socket.IsConnected ? "still connected" : "not connected"}, ${queued(large)}`);
  socket.Close();
};
