// B7: TLS on each port, logins, the order of the events, and a certificate that is not accepted.
import {
  Certificate,
  DefaultSMTPEventListener,
  Firewall,
  IPWorksException,
  SMTP,
  type SMTPConnectionStatusEvent,
} from "@wirepost/ipworks-compat/java";
import { type Program, type Server, subject } from "../program.js";
import { TellingListener } from "./listener.js";

function prepared(server: Server): SMTP {
  const smtp = new SMTP();
  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  smtp.setTimeout(server.timeout ?? 60);
  // An authority that the system does not know
  if (server.trust !== undefined) smtp.config(`SSLServerCACerts=${server.trust}`);
  if (server.proxy !== undefined) {
    smtp.getFirewall().setFirewallType(Firewall.fwTunnel); // this sets the port to 80
    smtp.getFirewall().setHost(server.proxy.host);
    smtp.getFirewall().setPort(server.proxy.port);
  }
  smtp.setFrom("ann@example.com");
  smtp.setSendTo("bob@example.org");
  smtp.setSubject(subject(server, "Secure"));
  smtp.setMessageText("Hello\r\n");
  return smtp;
}

/** Sends with one SSLStartMode, and tells how the connection was made. */
const withMode =
  (mode: number): Program =>
  async (server, say) => {
    const smtp = prepared(server);
    smtp.setSSLStartMode(mode);
    say(`SSLEnabled: ${smtp.isSSLEnabled()}`);
    smtp.addSMTPEventListener(
      new (class extends DefaultSMTPEventListener {
        override connectionStatus(e: SMTPConnectionStatusEvent): void {
          if (e.connectionEvent.startsWith("SSL")) say(e.connectionEvent);
        }
      })(),
    );
    try {
      await smtp.send();
      say("sent");
    } catch (e) {
      if (!(e instanceof IPWorksException)) throw e;
      say(`${e.getCode()}`);
      await smtp.disconnect();
    }
  };

export const noTls = withMode(SMTP.sslNone);
export const automatic = withMode(SMTP.sslAutomatic);
export const implicit = withMode(SMTP.sslImplicit);
export const explicit = withMode(SMTP.sslExplicit);

export const cramMd5: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.setSSLStartMode(SMTP.sslExplicit);
  smtp.setAuthMechanism(SMTP.amCRAMMD5);
  smtp.setUser(server.user ?? "");
  smtp.setPassword(server.password ?? "");
  try {
    await smtp.send();
    say("sent");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}: ${e.getMessage().slice(0, 3)}`);
    await smtp.disconnect();
  }
};

export const xoauth2: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.setSSLStartMode(SMTP.sslExplicit);
  smtp.setAuthMechanism(SMTP.amXOAUTH2);
  smtp.setUser(server.user ?? "");
  smtp.config(`AuthorizationIdentity=Bearer ${server.token}`);
  try {
    await smtp.send();
    say("sent");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}: ${e.getMessage().slice(0, 3)}`);
    await smtp.disconnect();
  }
};

/** Every event of a message over STARTTLS with a login, in its order. */
export const events: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.addSMTPEventListener(new TellingListener(say));
  smtp.setSSLStartMode(SMTP.sslExplicit);
  smtp.setAuthMechanism(SMTP.amCRAMMD5);
  smtp.setUser(server.user ?? "");
  smtp.setPassword(server.password ?? "");
  await smtp.send();
};

/** Nobody accepts the certificate. */
export const certificateRefused: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.addSMTPEventListener(new TellingListener(say));
  smtp.setSSLStartMode(SMTP.sslExplicit);
  smtp.setUser(server.user ?? "");
  smtp.setPassword(server.password ?? "");
  try {
    await smtp.send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}, connected: ${smtp.isConnected()}, ${smtp.getSSLServerCert().getSubject()}`);
  }
};

/** A certificate of the client's own; and the server's, known beforehand, so that nobody is asked about it. */
export const ownCertificates: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.addSMTPEventListener(
    new (class extends DefaultSMTPEventListener {
      override SSLServerAuthentication(): void {
        say("asked");
      }
    })(),
  );
  smtp.setSSLStartMode(SMTP.sslImplicit);
  smtp.setSSLAcceptServerCert(new Certificate(server.certificateFile ?? "server.pem"));
  smtp.setSSLCert(new Certificate(Certificate.cstPEMKeyFile, server.keyFile ?? "client.pem", "", "*"));
  await smtp.send();
  say(`${smtp.getSSLCert().isPrivateKeyAvailable()}, ${smtp.getSSLServerCert().getSubject()}`);
};
