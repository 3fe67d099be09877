// The samples of the .NET document, in the order of its pages. "MyServer" and the addresses are the caller's and example.com's.
import { IPWorksException, SMTP, SMTPSSLProviders, SMTPSSLStartModes } from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

/** OtherHeaders: sending an email with an additional header. */
export const additionalHeader: Program = async (server) => {
  const component = new SMTP();
  component.MailServer = server.host;
  component.MailPort = server.port;
  component.From = "me@example.com";
  component.SendTo = "recipient@example.org";
  component.Subject = subject(server, "My Subject");
  component.MessageText = "This is the message body.";
  component.OtherHeaders = "HeaderName: HeaderValue";
  await component.Send();
};

/** Connect: connecting and sending an email. */
export const connectAndSend: Program = async (server) => {
  const control = new SMTP();
  control.MailServer = server.host;
  control.MailPort = server.port;
  control.From = "me@example.com";
  control.SendTo = "recipient@example.org";
  control.Subject = subject(server, "My Subject");
  control.MessageText = "This is the message body";
  await control.Connect();
  await control.Send();
  await control.Disconnect();
};

/** Send: send an email. */
export const send: Program = async (server) => {
  const SMTPControl = new SMTP();
  SMTPControl.MailServer = server.host;
  SMTPControl.MailPort = server.port;
  SMTPControl.From = "me@example.com";
  SMTPControl.SendTo = "recipient@example.org";
  SMTPControl.Subject = subject(server, "My Subject");
  SMTPControl.MessageText = "This is the message body";
  await SMTPControl.Send();
};

/** MessageRecipient: a delivery status notification for one recipient. The value has no equals sign on the page. */
export const recipientOptions: Program = async (server) => {
  const component = new SMTP();
  component.MailServer = server.host;
  component.MailPort = server.port;
  component.From = '"Me Myself" <me@example.com>';
  component.SendTo = '"Friendly Name" <address@example.org>';
  component.Subject = subject(server, "My Subject");
  component.MessageText = "This is the message body";
  component.MessageRecipients.Item(0).Options = "NOTIFY SUCCESS,FAILURE,DELAY";
  await component.Send();
};

/** MessageHeadersString and TransferText: the message as it went out. */
export const rawMessage: Program = async (server, say) => {
  const smtp1 = new SMTP();
  smtp1.MailServer = server.host;
  smtp1.MailPort = server.port;
  smtp1.From = "me@example.com";
  smtp1.SendTo = "recipient@example.org";
  smtp1.Subject = subject(server, "My Subject");
  smtp1.MessageText = "This is the message body";
  await smtp1.Send();
  const rawMsg = smtp1.Config("MessageHeadersString") + smtp1.Config("TransferText");
  say(rawMsg);
};

/** The lines of the settings' pages; each is read back. */
export const settings: Program = async (_server, say) => {
  const obj = new SMTP();
  obj.Config("SSLEnabledCipherSuites=*");
  say(obj.Config("SSLEnabledCipherSuites"));
  obj.Config("SSLEnabledCipherSuites=SSL_RSA_WITH_RC4_128_SHA");
  say(obj.Config("SSLEnabledCipherSuites"));
  obj.Config("SSLEnabledCipherSuites=SSL_RSA_WITH_RC4_128_SHA; SSL_DHE_RSA_WITH_3DES_EDE_CBC_SHA");
  say(obj.Config("SSLEnabledCipherSuites"));

  const component = new SMTP();
  component.SSLProvider = SMTPSSLProviders.sslpInternal;
  component.Config("SSLEnabledProtocols=3072"); // TLS 1.2
  component.Config("TLS12SignatureAlgorithms=sha256-rsa,sha256-dsa,sha1-rsa,sha1-dsa");
  say(component.Config("SSLEnabledProtocols"));
  say(component.Config("TLS12SignatureAlgorithms"));

  // True, False, 0, 1, Yes and No in any letter case; everything behind the first equals sign is the value.
  component.Config("FoldHeaders=no");
  say(component.Config("FoldHeaders"));
  component.Config("KeepQueue=YES");
  say(component.Config("KeepQueue"));
  component.Config("ProxyExceptionsList=www.example.com;www.example.org");
  say(component.Config("ProxyExceptionsList"));
  component.Config("AuthorizationIdentity=Bearer ya29.AHES6ZRmS=");
  say(component.Config("AuthorizationIdentity"));

  try {
    component.Config("NoSuchSetting=1");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`unknown: ${e.Code}`);
  }
};

/** The lines about TLS 1.2 and about cipher suites, in a program that sends. */
export const tlsSettings: Program = async (server, say) => {
  const component = new SMTP();
  component.MailServer = server.host;
  component.MailPort = server.port;
  component.From = "me@example.com";
  component.SendTo = "recipient@example.org";
  component.Subject = subject(server, "My Subject");
  component.MessageText = "This is the message body";
  component.SSLStartMode = SMTPSSLStartModes.sslExplicit;
  if (server.trust !== undefined) component.Config(`SSLServerCACerts=${server.trust}`);
  component.SSLProvider = SMTPSSLProviders.sslpInternal;
  component.Config("SSLEnabledProtocols=3072"); // TLS 1.2
  component.Config("TLS12SignatureAlgorithms=sha256-rsa,sha256-dsa,sha1-rsa,sha1-dsa");
  await component.Connect();
  say(component.Config("SSLNegotiatedVersion"));
  await component.Send();
  await component.Disconnect();

  // OpenSSL has RC4 no more
  component.Config("SSLEnabledCipherSuites=SSL_RSA_WITH_RC4_128_SHA");
  try {
    await component.Send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}`);
  }
};
