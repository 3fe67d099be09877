// B1: Send alone connects and disconnects. A listener accepts a certificate that nobody vouches for, as the vendor's samples do.
// Disconnecting afterwards is not needed, and silent.
import {
  DefaultSMTPEventListener,
  SMTP,
  type SMTPConnectionStatusEvent,
  type SMTPSSLServerAuthenticationEvent,
} from "@wirepost/ipworks-compat/java";
import { type Program, subject } from "../program.js";

export const sendAlone: Program = async (server, say) => {
  const smtp1 = new SMTP();
  smtp1.addSMTPEventListener(
    new (class extends DefaultSMTPEventListener {
      override SSLServerAuthentication(e: SMTPSSLServerAuthenticationEvent): void {
        say(`certificate of ${e.certSubject}, accept ${e.accept}`);
        e.accept = true;
      }
      override connectionStatus(e: SMTPConnectionStatusEvent): void {
        say(`${e.connectionEvent}, ${e.statusCode}`);
      }
    })(),
  );
  smtp1.setMailServer(server.host);
  smtp1.setMailPort(server.port);
  smtp1.setSSLStartMode(SMTP.sslExplicit);
  smtp1.setFrom("ann@example.com");
  smtp1.setSendTo("bob@example.org");
  smtp1.setSubject(subject(server, "Alone"));
  smtp1.setMessageText("Sent alone\r\n");
  await smtp1.send();
  say(`sent, connected: ${smtp1.isConnected()}`);
  await smtp1.disconnect();
  say("disconnected");
};
