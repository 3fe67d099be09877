// A1: a plain socket with the names of API 1, a login, and a header of the program's own.
import { EmailMessage, SMTPSocket, whenIdle } from "@wirepost/xojo-compat";
import type { Program } from "../program.js";

/** A subclass, as a program of that time had: its events are methods. */
class MailSender extends SMTPSocket {
  constructor(private readonly say: (line: string) => void) {
    super(); // Super.SMTPSocket
  }

  override ConnectionEstablished(greeting: string): void {
    this.say(`connected: ${greeting}`);
  }

  override MessageSent(Email: EmailMessage): void {
    this.say(`sent: ${Email.Subject}, ${this.Messages.Ubound() + 1} left`);
  }

  override MailSent(): void {
    this.say("all sent");
  }

  override ServerError(ErrorID: number, ErrorMessage: string, Email: EmailMessage): void {
    this.say(`refused: ${Email.Subject} (${ErrorID} ${ErrorMessage})`);
  }
}

export const plainLogin: Program = async (server, say) => {
  const socket = new MailSender(say);
  socket.Address = server.address;
  socket.Port = server.port;
  socket.UserName = server.username ?? "";
  socket.Password = server.password ?? "";

  const mail = new EmailMessage();
  mail.FromAddress = "bill@example.com";
  mail.Subject = "Plain";
  mail.BodyPlainText = "Hello, World!";
  mail.Headers.AppendHeader("X-Mailer", "Xojo SMTP Example");
  mail.AddRecipient("john@example.org");
  socket.Messages.Append(mail);
  socket.SendMail();

  await whenIdle(socket);
};
