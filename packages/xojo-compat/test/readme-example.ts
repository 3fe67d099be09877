import { EmailMessage, SMTPSecureSocket, whenIdle } from "@wirepost/xojo-compat";

export async function sendTest(address: string, port: number): Promise<string[]> {
  const said: string[] = [];
  const MailSocket = new SMTPSecureSocket();
  MailSocket.MessageSent = (Email) => void said.push(`sent ${Email.Subject}`);
  MailSocket.ServerError = (ErrorID, ErrorMessage) => void said.push(`${ErrorID} ${ErrorMessage}`);
  MailSocket.Error = (e) => void said.push(`error ${e.ErrorNumber}`);

  MailSocket.Address = address;
  MailSocket.Port = port;
  const mail = new EmailMessage();
  mail.FromAddress = "ann@example.com";
  mail.AddRecipient("bob@example.org");
  mail.Subject = "Test from Xojo";
  mail.BodyPlainText = "This email was sent from a Xojo app.";
  MailSocket.Messages.Add(mail);
  MailSocket.SendMail(); // returns at once, as in Xojo

  await whenIdle(MailSocket); // for programs that want to wait
  return said;
}
