// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { certificateStates } from "../../certificate/certificate-state.js";
import { choice, integer, octets, text, truth } from "../../coerce.js";
import { firewallStates } from "../../connection/firewall-state.js";
import type { EventFields, EventName, Host } from "../../host.js";
import { Mailer, mailers } from "../../mailer.js";
import type { MessageStream } from "../../message/body-stream.js";
import { listItems, recipientStates } from "../../message/recipient.js";
import { Certificate } from "./certificate.js";
import { Firewall } from "./firewall.js";
import { Header } from "./header.js";
import { HeaderList } from "./header-list.js";
import { IPWorksException } from "./ipworks-exception.js";
import { MessageRecipient } from "./message-recipient.js";
import { MessageRecipientList } from "./message-recipient-list.js";
import {
  SMTPConnectionStatusEvent,
  SMTPEndTransferEvent,
  SMTPErrorEvent,
  type SMTPEventListener,
  SMTPExpandEvent,
  SMTPPITrailEvent,
  SMTPSSLServerAuthenticationEvent,
  SMTPSSLStatusEvent,
  SMTPStartTransferEvent,
  SMTPTransferEvent,
} from "./smtp-events.js";

/** Makes the object of an event, calls the listener, and takes back what it assigned. */
const DISPATCH: {
  readonly [Name in EventName]: (smtp: SMTP, listener: SMTPEventListener, fields: EventFields[Name]) => void;
} = {
  ConnectionStatus: (smtp, listener, fields) => {
    const e = new SMTPConnectionStatusEvent(smtp, fields);
    listener.connectionStatus?.(e);
  },
  EndTransfer: (smtp, listener, fields) => {
    const e = new SMTPEndTransferEvent(smtp, fields);
    listener.endTransfer?.(e);
  },
  Error: (smtp, listener, fields) => {
    const e = new SMTPErrorEvent(smtp, fields);
    listener.error?.(e);
  },
  Expand: (smtp, listener, fields) => {
    const e = new SMTPExpandEvent(smtp, fields);
    listener.expand?.(e);
  },
  PITrail: (smtp, listener, fields) => {
    const e = new SMTPPITrailEvent(smtp, fields);
    listener.PITrail?.(e);
  },
  SSLServerAuthentication: (smtp, listener, fields) => {
    const e = new SMTPSSLServerAuthenticationEvent(smtp, fields);
    listener.SSLServerAuthentication?.(e);
    fields.accept = e.accept;
  },
  SSLStatus: (smtp, listener, fields) => {
    const e = new SMTPSSLStatusEvent(smtp, fields);
    listener.SSLStatus?.(e);
  },
  StartTransfer: (smtp, listener, fields) => {
    const e = new SMTPStartTransferEvent(smtp, fields);
    listener.startTransfer?.(e);
  },
  Transfer: (smtp, listener, fields) => {
    const e = new SMTPTransferEvent(smtp, fields);
    listener.transfer?.(e);
  },
};

/** Sends mail. Every method that talks to a server returns a promise; one runs at a time. */
export class SMTP {
  /** SMTPAuthMechanisms: AUTH LOGIN, or PLAIN where LOGIN is not offered. */
  static readonly amUserPassword = 0;
  /** SMTPAuthMechanisms: CRAM-MD5. */
  static readonly amCRAMMD5 = 1;
  /** SMTPAuthMechanisms: NTLM; the setting UseNTLMv2 chooses the version. */
  static readonly amNTLM = 2;
  /** SMTPAuthMechanisms: has no meaning in SMTP: logging in fails with 161. */
  static readonly amAPOP = 3;
  /** SMTPAuthMechanisms: PLAIN. */
  static readonly amSASLPlain = 4;
  /** SMTPAuthMechanisms: DIGEST-MD5. */
  static readonly amSASLDigestMD5 = 5;
  /** SMTPAuthMechanisms: GSSAPI; needs the optional package `kerberos`. */
  static readonly amKerberos = 6;
  /** SMTPAuthMechanisms: XOAUTH2: User and the setting AuthorizationIdentity, no Password. */
  static readonly amXOAUTH2 = 7;
  /** SMTPImportances: no header. */
  static readonly miUnspecified = 0;
  /** SMTPImportances: high. */
  static readonly miHigh = 1;
  /** SMTPImportances: normal. */
  static readonly miNormal = 2;
  /** SMTPImportances: low. */
  static readonly miLow = 3;
  /** SMTPPriorities: no header. */
  static readonly epUnspecified = 0;
  /** SMTPPriorities: normal. */
  static readonly epNormal = 1;
  /** SMTPPriorities: urgent. */
  static readonly epUrgent = 2;
  /** SMTPPriorities: non-urgent. */
  static readonly epNonUrgent = 3;
  /** SMTPSensitivities: no header. */
  static readonly esUnspecified = 0;
  /** SMTPSensitivities: Personal. */
  static readonly esPersonal = 1;
  /** SMTPSensitivities: Private. */
  static readonly esPrivate = 2;
  /** SMTPSensitivities: Company-Confidential. */
  static readonly esCompanyConfidential = 3;
  /** SMTPSSLProviders: stored. */
  static readonly sslpAutomatic = 0;
  /** SMTPSSLProviders: stored. */
  static readonly sslpPlatform = 1;
  /** SMTPSSLProviders: stored. */
  static readonly sslpInternal = 2;
  /** SMTPSSLStartModes: explicit on port 25, implicit on every other port. */
  static readonly sslAutomatic = 0;
  /** SMTPSSLStartModes: TLS from the first octet. */
  static readonly sslImplicit = 1;
  /** SMTPSSLStartModes: STARTTLS; never plain when the server has none. */
  static readonly sslExplicit = 2;
  /** SMTPSSLStartModes: no TLS. */
  static readonly sslNone = 3;

  constructor() {
    mailers.attach(this, new Mailer(hostOf(this), "java"));
    // A property of a wrong name is an error in JavaScript too. A subclass may have fields of its own.
    if (new.target === SMTP) Object.preventExtensions(this);
  }

  /** EHLO first, HELO when the server refuses it; false: no extension is used. Default true. */
  isAllowExtensions(): boolean {
    return mailers.of(this).setup.allowExtensions;
  }
  /** Sets what isAllowExtensions() gives. */
  setAllowExtensions(allowExtensions: boolean): void {
    mailers.of(this).setup.allowExtensions = truth("AllowExtensions", allowExtensions);
  }

  /** How to log in once User and Password are set. Default amUserPassword. */
  getAuthMechanism(): number {
    return mailers.of(this).setup.authMechanism;
  }
  /** Sets what getAuthMechanism() gives. */
  setAuthMechanism(authMechanism: number): void {
    mailers.of(this).setup.authMechanism = choice("AuthMechanism", authMechanism, [0, 1, 2, 3, 4, 5, 6, 7]);
  }

  /**
   * Blind copies, separated by commas: in the envelope, never in a header. Setting it replaces the entries
   * that it made before in MessageRecipients, and leaves those added by hand.
   */
  getBCc(): string {
    return mailers.of(this).draft.bcc;
  }
  /** Sets what getBCc() gives. */
  setBCc(BCc: string): void {
    mailers.of(this).draft.bcc = text("BCc", BCc);
  }

  /**
   * Copies, separated by commas. Setting it replaces the entries that it made before in MessageRecipients,
   * and leaves those added by hand.
   */
  getCc(): string {
    return mailers.of(this).draft.cc;
  }
  /** Sets what getCc() gives. */
  setCc(cc: string): void {
    mailers.of(this).draft.cc = text("Cc", cc);
  }

  /** A session stands. */
  isConnected(): boolean {
    return mailers.of(this).connected;
  }

  /**
   * The address in the header Return-Receipt-To; empty: no such header. Line breaks are refused with 10022 at
   * Send.
   */
  getDeliveryNotificationTo(): string {
    return mailers.of(this).draft.deliveryNotificationTo;
  }
  /** Sets what getDeliveryNotificationTo() gives. */
  setDeliveryNotificationTo(deliveryNotificationTo: string): void {
    mailers.of(this).draft.deliveryNotificationTo = text("DeliveryNotificationTo", deliveryNotificationTo);
  }

  /** The proxy to connect through. */
  getFirewall(): Firewall {
    return mailers.of(this).setup.firewall as Firewall;
  }
  /** Sets what getFirewall() gives. */
  setFirewall(firewall: Firewall): void {
    firewallStates.of(firewall);
    mailers.of(this).setup.firewall = firewall;
  }

  /**
   * The sender: header From, and MAIL FROM unless ReturnPath is set. Required. Line breaks are refused with
   * 10022 at Send.
   */
  getFrom(): string {
    return mailers.of(this).draft.from;
  }
  /** Sets what getFrom() gives. */
  setFrom(from: string): void {
    mailers.of(this).draft.from = text("From", from);
  }

  /** No method is running. */
  isIdle(): boolean {
    return mailers.of(this).idle;
  }

  /** The header Importance; miUnspecified: none. */
  getImportance(): number {
    return mailers.of(this).draft.importance;
  }
  /** Sets what getImportance() gives. */
  setImportance(importance: number): void {
    mailers.of(this).draft.importance = choice("Importance", importance, [0, 1, 2, 3]);
  }

  /**
   * The server's last reply, all its lines, without the last line end. The reply to the QUIT that Send says
   * by itself does not take the place of the message's.
   */
  getLastReply(): string {
    return mailers.of(this).lastReply;
  }

  /** The address to connect from; empty: any. While connected, the address in use. */
  getLocalHost(): string {
    return mailers.of(this).setup.localHost;
  }
  /** Sets what getLocalHost() gives. */
  setLocalHost(localHost: string): void {
    mailers.of(this).setup.localHost = text("LocalHost", localHost);
  }

  /** The server's port. Default 25. */
  getMailPort(): number {
    return mailers.of(this).setup.mailPort;
  }
  /** Sets what getMailPort() gives. */
  setMailPort(mailPort: number): void {
    mailers.of(this).setup.mailPort = integer("MailPort", mailPort);
  }

  /**
   * The server's name or address. After connecting it reads as the address; a leading `*` leaves the name to
   * a SOCKS firewall. The name is kept for TLS and the next connection.
   */
  getMailServer(): string {
    return mailers.of(this).setup.mailServer;
  }
  /** Sets what getMailServer() gives. */
  setMailServer(mailServer: string): void {
    mailers.of(this).setup.mailServer = text("MailServer", mailServer);
  }

  /**
   * The body as octets, sent in place of MessageText. Line ends become CRLF and dots are doubled all the
   * same, or the body could end DATA early; a string is taken as UTF-8.
   */
  getMessage(): Uint8Array {
    return mailers.of(this).draft.message;
  }
  /** Sets what getMessage() gives. */
  setMessage(message: Uint8Array | string): void {
    mailers.of(this).draft.message = octets("Message", message);
  }

  /**
   * The header Date; `*` (default): now; empty: no such header. Line breaks are refused with 10022 at Send.
   */
  getMessageDate(): string {
    return mailers.of(this).draft.messageDate;
  }
  /** Sets what getMessageDate() gives. */
  setMessageDate(messageDate: string): void {
    mailers.of(this).draft.messageDate = text("MessageDate", messageDate);
  }

  /** The headers that were or will be sent. */
  getMessageHeaders(): HeaderList {
    return mailers.of(this).messageHeaders as HeaderList;
  }

  /**
   * The headers that were or will be sent, as text. Ends with the empty line, so that the body may follow it
   * directly.
   */
  getMessageHeadersString(): string {
    return mailers.of(this).messageHeadersString;
  }

  /**
   * The header Message-Id; `*` (default): unique and random; empty: no such header. Line breaks are refused
   * with 10022 at Send.
   */
  getMessageId(): string {
    return mailers.of(this).draft.messageId;
  }
  /** Sets what getMessageId() gives. */
  setMessageId(messageId: string): void {
    mailers.of(this).draft.messageId = text("MessageId", messageId);
  }

  /** All recipients of all kinds. */
  getMessageRecipients(): MessageRecipientList {
    return mailers.of(this).messageRecipients as MessageRecipientList;
  }
  /** Sets what getMessageRecipients() gives. */
  setMessageRecipients(messageRecipients: MessageRecipientList): void {
    listItems.of(messageRecipients);
    mailers.of(this).messageRecipients = messageRecipients;
  }

  /**
   * The body, without headers. Sent as UTF-8; a server without 8BITMIME gets text that is not ASCII encoded.
   */
  getMessageText(): string {
    return mailers.of(this).draft.messageText;
  }
  /** Sets what getMessageText() gives. */
  setMessageText(messageText: string): void {
    mailers.of(this).draft.messageText = text("MessageText", messageText);
  }

  /**
   * Headers appended to the others; beginning with an empty line, they replace all of them. A line that is no
   * header is refused with 10022 at Send, and a Bcc line is left out.
   */
  getOtherHeaders(): string {
    return mailers.of(this).draft.otherHeaders;
  }
  /** Sets what getOtherHeaders() gives. */
  setOtherHeaders(otherHeaders: string): void {
    mailers.of(this).draft.otherHeaders = text("OtherHeaders", otherHeaders);
  }

  /** The password to log in with. */
  getPassword(): string {
    return mailers.of(this).setup.password;
  }
  /** Sets what getPassword() gives. */
  setPassword(password: string): void {
    mailers.of(this).setup.password = text("Password", password);
  }

  /** The header Priority; epUnspecified: none. */
  getPriority(): number {
    return mailers.of(this).draft.priority;
  }
  /** Sets what getPriority() gives. */
  setPriority(priority: number): void {
    mailers.of(this).draft.priority = choice("Priority", priority, [0, 1, 2, 3]);
  }

  /**
   * The address in the header Disposition-Notification-To; empty: no such header. Line breaks are refused
   * with 10022 at Send.
   */
  getReadReceiptTo(): string {
    return mailers.of(this).draft.readReceiptTo;
  }
  /** Sets what getReadReceiptTo() gives. */
  setReadReceiptTo(readReceiptTo: string): void {
    mailers.of(this).draft.readReceiptTo = text("ReadReceiptTo", readReceiptTo);
  }

  /** The header Reply-To; empty: no such header. Line breaks are refused with 10022 at Send. */
  getReplyTo(): string {
    return mailers.of(this).draft.replyTo;
  }
  /** Sets what getReplyTo() gives. */
  setReplyTo(replyTo: string): void {
    mailers.of(this).draft.replyTo = text("ReplyTo", replyTo);
  }

  /** The address in MAIL FROM; empty: the one in From. `<>`: the null sender. */
  getReturnPath(): string {
    return mailers.of(this).draft.returnPath;
  }
  /** Sets what getReturnPath() gives. */
  setReturnPath(returnPath: string): void {
    mailers.of(this).draft.returnPath = text("ReturnPath", returnPath);
  }

  /**
   * The recipients, separated by commas. Required. Setting it replaces the entries that it made before in
   * MessageRecipients, and leaves those added by hand.
   */
  getSendTo(): string {
    return mailers.of(this).draft.sendTo;
  }
  /** Sets what getSendTo() gives. */
  setSendTo(sendTo: string): void {
    mailers.of(this).draft.sendTo = text("SendTo", sendTo);
  }

  /** The header Sensitivity; esUnspecified: none. */
  getSensitivity(): number {
    return mailers.of(this).draft.sensitivity;
  }
  /** Sets what getSensitivity() gives. */
  setSensitivity(sensitivity: number): void {
    mailers.of(this).draft.sensitivity = choice("Sensitivity", sensitivity, [0, 1, 2, 3]);
  }

  /** A server that shows this certificate is accepted without asking. */
  getSSLAcceptServerCert(): Certificate {
    return mailers.of(this).setup.sslAcceptServerCert as Certificate;
  }
  /** Sets what getSSLAcceptServerCert() gives. */
  setSSLAcceptServerCert(SSLAcceptServerCert: Certificate): void {
    certificateStates.of(SSLAcceptServerCert);
    mailers.of(this).setup.sslAcceptServerCert = SSLAcceptServerCert;
  }

  /** The client's certificate. */
  getSSLCert(): Certificate {
    return mailers.of(this).setup.sslCert as Certificate;
  }
  /** Sets what getSSLCert() gives. */
  setSSLCert(SSLCert: Certificate): void {
    certificateStates.of(SSLCert);
    mailers.of(this).setup.sslCert = SSLCert;
  }

  /** TLS is used. Setting it to true means SSLStartMode sslAutomatic. */
  isSSLEnabled(): boolean {
    return mailers.of(this).setup.sslEnabled;
  }
  /** Sets what isSSLEnabled() gives. */
  setSSLEnabled(SSLEnabled: boolean): void {
    mailers.of(this).setup.sslEnabled = truth("SSLEnabled", SSLEnabled);
  }

  /** Which TLS implementation to take; here it is always Node's. */
  getSSLProvider(): number {
    return mailers.of(this).setup.sslProvider;
  }
  /** Sets what getSSLProvider() gives. */
  setSSLProvider(SSLProvider: number): void {
    mailers.of(this).setup.sslProvider = choice("SSLProvider", SSLProvider, [0, 1, 2]);
  }

  /**
   * The server's certificate of the last connection; empty again when another is attempted. Another object
   * for each certificate, so that one that was kept stays what it was.
   */
  getSSLServerCert(): Certificate {
    return mailers.of(this).sslServerCert as Certificate;
  }

  /**
   * How TLS begins. Default sslNone. SslAutomatic is implicit on port 587 too, where servers usually expect
   * sslExplicit.
   */
  getSSLStartMode(): number {
    return mailers.of(this).setup.sslStartMode;
  }
  /** Sets what getSSLStartMode() gives. */
  setSSLStartMode(SSLStartMode: number): void {
    mailers.of(this).setup.sslStartMode = choice("SSLStartMode", SSLStartMode, [0, 1, 2, 3]);
  }

  /** The header Subject. Line breaks are refused with 10022 at Send. */
  getSubject(): string {
    return mailers.of(this).draft.subject;
  }
  /** Sets what getSubject() gives. */
  setSubject(subject: string): void {
    mailers.of(this).draft.subject = text("Subject", subject);
  }

  /**
   * Seconds without an octet in either direction until a method fails with 201; 0: never. Default 60. A
   * negative number is refused with 10022.
   */
  getTimeout(): number {
    return mailers.of(this).setup.timeout;
  }
  /** Sets what getTimeout() gives. */
  setTimeout(timeout: number): void {
    mailers.of(this).setup.timeout = integer("Timeout", timeout);
  }

  /** The name to log in with. */
  getUser(): string {
    return mailers.of(this).setup.user;
  }
  /** Sets what getUser() gives. */
  setUser(user: string): void {
    mailers.of(this).setup.user = text("User", user);
  }

  /**
   * `Config("NAME=VALUE")` sets a setting, `Config("NAME")` reads it. Names in any letter case.
   *
   * @throws IPWorksException 10022 for a name that does not exist or a value that cannot be
   */
  config(configurationString: string): string {
    return mailers.of(this).config(text("configurationString", configurationString));
  }

  /** Connects, greets, secures and logs in. */
  async connect(): Promise<void> {
    return await mailers.of(this).connect();
  }

  /** Says QUIT and closes. Does nothing when not connected. */
  async disconnect(): Promise<void> {
    return await mailers.of(this).disconnect();
  }

  /** Lets what waits in the event loop happen. */
  async doEvents(): Promise<void> {
    return await mailers.of(this).doEvents();
  }

  /** EXPN: one Expand event for each address. Connects when needed, and stays connected. */
  async expand(emailAddress: string): Promise<void> {
    return await mailers.of(this).expand(text("emailAddress", emailAddress));
  }

  /** Ends the running method with 301, which ends the connection too. Does nothing when none is running. */
  interrupt(): void {
    mailers.of(this).interrupt();
  }

  /** Sends the `.queued` files of a directory. */
  async processQueue(queueDir: string): Promise<void> {
    return await mailers.of(this).processQueue(text("queueDir", queueDir));
  }

  /**
   * Writes the message to a new `.queued` file and returns its name; `*`: returns the text of such a file.
   */
  async queue(queueDir: string): Promise<string> {
    return await mailers.of(this).queue(text("queueDir", queueDir));
  }

  /** Gives every property its default, and drops the connection. */
  reset(): void {
    mailers.of(this).reset();
  }

  /** Empties the header properties and MessageRecipients; MessageDate and MessageId become `*`. */
  resetHeaders(): void {
    mailers.of(this).resetHeaders();
  }

  /**
   * Sends the message. Not connected: connects, sends and disconnects; after an error the connection stays.
   */
  async send(): Promise<void> {
    return await mailers.of(this).send();
  }

  /**
   * Sends one line as it is; LastReply has the answer, whatever its code. AUTH, BDAT, DATA and STARTTLS need
   * more than a line and are refused with 211.
   */
  async sendCommand(command: string): Promise<void> {
    return await mailers.of(this).sendCommand(text("command", command));
  }

  /** As Send, with SAML. */
  async sendToTerminalAndEmail(): Promise<void> {
    return await mailers.of(this).sendToTerminalAndEmail();
  }

  /** As Send, with SEND. */
  async sendToTerminalOnly(): Promise<void> {
    return await mailers.of(this).sendToTerminalOnly();
  }

  /** As Send, with SOML. */
  async sendToTerminalOrEmail(): Promise<void> {
    return await mailers.of(this).sendToTerminalOrEmail();
  }

  /**
   * Takes the body from a stream, from where it stands to its end, at the next Send. Undefined: no stream.
   */
  setMessageStream(messageStream: MessageStream | null | undefined): void {
    mailers.of(this).setMessageStream(messageStream);
  }

  /** VRFY; LastReply has the answer. Connects when needed, and stays connected. */
  async verify(emailAddress: string): Promise<void> {
    return await mailers.of(this).verify(text("emailAddress", emailAddress));
  }

  /**
   * Takes the one listener.
   *
   * @throws IPWorksException 211 when there is one already
   */
  addSMTPEventListener(l: SMTPEventListener): void {
    if (LISTENERS.get(this) !== undefined)
      throw new IPWorksException(211, "there is a listener already: remove it first");
    LISTENERS.set(this, l);
  }

  /** Takes the listener away. Does nothing when it is not the one. */
  removeSMTPEventListener(l: SMTPEventListener): void {
    if (LISTENERS.get(this) === l) LISTENERS.delete(this);
  }

  /** The older spelling of addSMTPEventListener. */
  addSmtpEventListener(l: SMTPEventListener): void {
    this.addSMTPEventListener(l);
  }

  /** The older spelling of removeSMTPEventListener. */
  removeSmtpEventListener(l: SMTPEventListener): void {
    this.removeSMTPEventListener(l);
  }
}

const LISTENERS = new WeakMap<object, SMTPEventListener>();

function hostOf(smtp: SMTP): Host {
  return {
    fail: (code, text, cause) => new IPWorksException(code, text, cause),
    newCertificate: () => new Certificate(),
    newFirewall: () => new Firewall(),
    newRecipientList: () => new MessageRecipientList(),
    newRecipient: (state) => {
      const recipient = new MessageRecipient();
      recipientStates.attach(recipient, state);
      return recipient;
    },
    newHeaderList: (rows) => {
      const list = new HeaderList();
      for (const [field, value] of rows) listItems.of(list).push(new Header(field, value));
      return list;
    },
    raise: (event, fields) => {
      const listener = LISTENERS.get(smtp);
      if (listener !== undefined) DISPATCH[event](smtp, listener, fields);
    },
  };
}
