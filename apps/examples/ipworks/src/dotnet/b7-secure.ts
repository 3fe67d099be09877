// B7: TLS on each port, logins, the order of the events, and a certificate that is not accepted.
import {
  Certificate,
  CertStoreTypes,
  FirewallTypes,
  IPWorksException,
  SMTP,
  SMTPAuthMechanisms,
  SMTPSSLStartModes,
} from "@wirepost/ipworks-compat/dotnet";
import { type Program, type Server, subject } from "../program.js";
import { tellEverything } from "./handlers.js";

function prepared(server: Server): SMTP {
  const smtp = new SMTP();
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  smtp.Timeout = server.timeout ?? 60;
  // An authority that the system does not know
  if (server.trust !== undefined) smtp.Config(`SSLServerCACerts=${server.trust}`);
  if (server.proxy !== undefined) {
    smtp.Firewall.FirewallType = FirewallTypes.fwTunnel; // this sets the port to 80
    smtp.Firewall.Host = server.proxy.host;
    smtp.Firewall.Port = server.proxy.port;
  }
  smtp.From = "ann@example.com";
  smtp.SendTo = "bob@example.org";
  smtp.Subject = subject(server, "Secure");
  smtp.MessageText = "Hello\r\n";
  return smtp;
}

/** Sends with one SSLStartMode, and tells how the connection was made. */
const withMode =
  (mode: SMTPSSLStartModes): Program =>
  async (server, say) => {
    const smtp = prepared(server);
    smtp.SSLStartMode = mode;
    say(`SSLEnabled: ${smtp.SSLEnabled}`);
    smtp.OnConnectionStatus.add((_sender, e) => {
      if (e.ConnectionEvent.startsWith("SSL")) say(e.ConnectionEvent);
    });
    try {
      await smtp.Send();
      say("sent");
    } catch (e) {
      if (!(e instanceof IPWorksException)) throw e;
      say(`${e.Code}`);
      await smtp.Disconnect();
    }
  };

export const noTls = withMode(SMTPSSLStartModes.sslNone);
export const automatic = withMode(SMTPSSLStartModes.sslAutomatic);
export const implicit = withMode(SMTPSSLStartModes.sslImplicit);
export const explicit = withMode(SMTPSSLStartModes.sslExplicit);

export const cramMd5: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.SSLStartMode = SMTPSSLStartModes.sslExplicit;
  smtp.AuthMechanism = SMTPAuthMechanisms.amCRAMMD5;
  smtp.User = server.user ?? "";
  smtp.Password = server.password ?? "";
  try {
    await smtp.Send();
    say("sent");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}: ${e.Message.slice(0, 3)}`);
    await smtp.Disconnect();
  }
};

export const xoauth2: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.SSLStartMode = SMTPSSLStartModes.sslExplicit;
  smtp.AuthMechanism = SMTPAuthMechanisms.amXOAUTH2;
  smtp.User = server.user ?? "";
  smtp.Config(`AuthorizationIdentity=Bearer ${server.token}`);
  try {
    await smtp.Send();
    say("sent");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}: ${e.Message.slice(0, 3)}`);
    await smtp.Disconnect();
  }
};

/** Every event of a message over STARTTLS with a login, in its order. */
export const events: Program = async (server, say) => {
  const smtp = prepared(server);
  tellEverything(smtp, say);
  smtp.SSLStartMode = SMTPSSLStartModes.sslExplicit;
  smtp.AuthMechanism = SMTPAuthMechanisms.amCRAMMD5;
  smtp.User = server.user ?? "";
  smtp.Password = server.password ?? "";
  await smtp.Send();
};

/** Nobody accepts the certificate. */
export const certificateRefused: Program = async (server, say) => {
  const smtp = prepared(server);
  tellEverything(smtp, say);
  smtp.SSLStartMode = SMTPSSLStartModes.sslExplicit;
  smtp.User = server.user ?? "";
  smtp.Password = server.password ?? "";
  try {
    await smtp.Send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}, connected: ${smtp.Connected}, ${smtp.SSLServerCert.Subject}`);
  }
};

/** A certificate of the client's own; and the server's, known beforehand, so that nobody is asked about it. */
export const ownCertificates: Program = async (server, say) => {
  const smtp = prepared(server);
  smtp.OnSSLServerAuthentication.add(() => say("asked"));
  smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
  smtp.SSLAcceptServerCert = new Certificate(server.certificateFile ?? "server.pem");
  smtp.SSLCert = new Certificate(CertStoreTypes.cstPEMKeyFile, server.keyFile ?? "client.pem", "", "*");
  await smtp.Send();
  say(`${smtp.SSLCert.PrivateKeyAvailable}, ${smtp.SSLServerCert.Subject}`);
};
