// The samples of the Java document, in the order of its pages. "MyServer" and the addresses are the caller's and example.com's.
import { IPWorksException, SMTP } from "@wirepost/ipworks-compat/java";
import { type Program, subject } from "../program.js";

/** OtherHeaders: sending an email with an additional header. */
export const additionalHeader: Program = async (server) => {
  const component = new SMTP();
  component.setMailServer(server.host);
  component.setMailPort(server.port);
  component.setFrom("me@example.com");
  component.setSendTo("recipient@example.org");
  component.setSubject(subject(server, "My Subject"));
  component.setMessageText("This is the message body.");
  component.setOtherHeaders("HeaderName: HeaderValue");
  await component.send();
};

/** Connect: connecting and sending an email. */
export const connectAndSend: Program = async (server) => {
  const control = new SMTP();
  control.setMailServer(server.host);
  control.setMailPort(server.port);
  control.setFrom("me@example.com");
  control.setSendTo("recipient@example.org");
  control.setSubject(subject(server, "My Subject"));
  control.setMessageText("This is the message body");
  await control.connect();
  await control.send();
  await control.disconnect();
};

/** Send: send an email. */
export const send: Program = async (server) => {
  const SMTPControl = new SMTP();
  SMTPControl.setMailServer(server.host);
  SMTPControl.setMailPort(server.port);
  SMTPControl.setFrom("me@example.com");
  SMTPControl.setSendTo("recipient@example.org");
  SMTPControl.setSubject(subject(server, "My Subject"));
  SMTPControl.setMessageText("This is the message body");
  await SMTPControl.send();
};

/** MessageRecipient: a delivery status notification for one recipient. The value has no equals sign on the page. */
export const recipientOptions: Program = async (server) => {
  const component = new SMTP();
  component.setMailServer(server.host);
  component.setMailPort(server.port);
  component.setFrom('"Me Myself" <me@example.com>');
  component.setSendTo('"Friendly Name" <address@example.org>');
  component.setSubject(subject(server, "My Subject"));
  component.setMessageText("This is the message body");
  component.getMessageRecipients().item(0).setOptions("NOTIFY SUCCESS,FAILURE,DELAY");
  await component.send();
};

/** MessageHeadersString and TransferText: the message as it went out. */
export const rawMessage: Program = async (server, say) => {
  const smtp1 = new SMTP();
  smtp1.setMailServer(server.host);
  smtp1.setMailPort(server.port);
  smtp1.setFrom("me@example.com");
  smtp1.setSendTo("recipient@example.org");
  smtp1.setSubject(subject(server, "My Subject"));
  smtp1.setMessageText("This is the message body");
  await smtp1.send();
  const rawMsg = smtp1.config("MessageHeadersString") + smtp1.config("TransferText");
  say(rawMsg);
};

/** The lines of the settings' pages; each is read back. */
export const settings: Program = async (_server, say) => {
  const obj = new SMTP();
  obj.config("SSLEnabledCipherSuites=*");
  say(obj.config("SSLEnabledCipherSuites"));
  obj.config("SSLEnabledCipherSuites=SSL_RSA_WITH_RC4_128_SHA");
  say(obj.config("SSLEnabledCipherSuites"));
  obj.config("SSLEnabledCipherSuites=SSL_RSA_WITH_RC4_128_SHA; SSL_DHE_RSA_WITH_3DES_EDE_CBC_SHA");
  say(obj.config("SSLEnabledCipherSuites"));

  const component = new SMTP();
  component.setSSLProvider(SMTP.sslpInternal);
  component.config("SSLEnabledProtocols=3072"); // TLS 1.2
  component.config("TLS12SignatureAlgorithms=sha256-rsa,sha256-dsa,sha1-rsa,sha1-dsa");
  say(component.config("SSLEnabledProtocols"));
  say(component.config("TLS12SignatureAlgorithms"));

  // True, False, 0, 1, Yes and No in any letter case; everything behind the first equals sign is the value.
  component.config("FoldHeaders=no");
  say(component.config("FoldHeaders"));
  component.config("KeepQueue=YES");
  say(component.config("KeepQueue"));
  component.config("ProxyExceptionsList=www.example.com;www.example.org");
  say(component.config("ProxyExceptionsList"));
  component.config("AuthorizationIdentity=Bearer ya29.AHES6ZRmS=");
  say(component.config("AuthorizationIdentity"));

  try {
    component.config("NoSuchSetting=1");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`unknown: ${e.getCode()}`);
  }
};

/** The lines about TLS 1.2 and about cipher suites, in a program that sends. */
export const tlsSettings: Program = async (server, say) => {
  const component = new SMTP();
  component.setMailServer(server.host);
  component.setMailPort(server.port);
  component.setFrom("me@example.com");
  component.setSendTo("recipient@example.org");
  component.setSubject(subject(server, "My Subject"));
  component.setMessageText("This is the message body");
  component.setSSLStartMode(SMTP.sslExplicit);
  if (server.trust !== undefined) component.config(`SSLServerCACerts=${server.trust}`);
  component.setSSLProvider(SMTP.sslpInternal);
  component.config("SSLEnabledProtocols=3072"); // TLS 1.2
  component.config("TLS12SignatureAlgorithms=sha256-rsa,sha256-dsa,sha1-rsa,sha1-dsa");
  await component.connect();
  say(component.config("SSLNegotiatedVersion"));
  await component.send();
  await component.disconnect();

  // OpenSSL has RC4 no more
  component.config("SSLEnabledCipherSuites=SSL_RSA_WITH_RC4_128_SHA");
  try {
    await component.send();
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}`);
  }
};
