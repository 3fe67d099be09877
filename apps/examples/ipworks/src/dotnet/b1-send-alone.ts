// B1: Send alone connects and disconnects. A handler accepts a certificate that nobody vouches for, as the vendor's samples do.
// Disconnecting afterwards is not needed, and silent.
import { SMTP, SMTPSSLStartModes } from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

export const sendAlone: Program = async (server, say) => {
  const smtp1 = new SMTP();
  smtp1.OnSSLServerAuthentication.add((_sender, e) => {
    say(`certificate of ${e.CertSubject}, accept ${e.Accept}`);
    e.Accept = true;
  });
  smtp1.OnConnectionStatus.add((_sender, e) => say(`${e.ConnectionEvent}, ${e.StatusCode}`));
  smtp1.MailServer = server.host;
  smtp1.MailPort = server.port;
  smtp1.SSLStartMode = SMTPSSLStartModes.sslExplicit;
  smtp1.From = "ann@example.com";
  smtp1.SendTo = "bob@example.org";
  smtp1.Subject = subject(server, "Alone");
  smtp1.MessageText = "Sent alone\r\n";
  await smtp1.Send();
  say(`sent, connected: ${smtp1.Connected}`);
  await smtp1.Disconnect();
  say("disconnected");
};
