// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { certificateStates } from "../../certificate/certificate-state.js";
import { choice, integer, octets, text, truth } from "../../coerce.js";
import { firewallStates } from "../../connection/firewall-state.js";
import { addSlots, EventSlot } from "../../event-slot.js";
import type { EventFields, EventName, Host } from "../../host.js";
import { Mailer, mailers } from "../../mailer.js";
import type { MessageStream } from "../../message/body-stream.js";
import { listItems, recipientStates } from "../../message/recipient.js";
import { Certificate } from "./certificate.js";
import type {
  SMTPAuthMechanisms,
  SMTPImportances,
  SMTPPriorities,
  SMTPSensitivities,
  SMTPSSLProviders,
  SMTPSSLStartModes,
} from "./enums.js";
import { Firewall } from "./firewall.js";
import { Header } from "./header.js";
import { HeaderList } from "./header-list.js";
import { IPWorksException } from "./ipworks-exception.js";
import { MessageRecipient } from "./message-recipient.js";
import { MessageRecipientList } from "./message-recipient-list.js";
import {
  SMTPConnectionStatusEventArgs,
  SMTPEndTransferEventArgs,
  SMTPErrorEventArgs,
  SMTPExpandEventArgs,
  SMTPPITrailEventArgs,
  SMTPSSLServerAuthenticationEventArgs,
  SMTPSSLStatusEventArgs,
  SMTPStartTransferEventArgs,
  SMTPTransferEventArgs,
} from "./smtp-events.js";

/** Makes the object of an event, calls the handlers, and takes back what they assigned. */
const DISPATCH: { readonly [Name in EventName]: (smtp: SMTP, fields: EventFields[Name]) => void } = {
  ConnectionStatus: (smtp, fields) => {
    const e = new SMTPConnectionStatusEventArgs(fields);
    smtp.OnConnectionStatus.raise(smtp, e);
  },
  EndTransfer: (smtp, fields) => {
    const e = new SMTPEndTransferEventArgs(fields);
    smtp.OnEndTransfer.raise(smtp, e);
  },
  Error: (smtp, fields) => {
    const e = new SMTPErrorEventArgs(fields);
    smtp.OnError.raise(smtp, e);
  },
  Expand: (smtp, fields) => {
    const e = new SMTPExpandEventArgs(fields);
    smtp.OnExpand.raise(smtp, e);
  },
  PITrail: (smtp, fields) => {
    const e = new SMTPPITrailEventArgs(fields);
    smtp.OnPITrail.raise(smtp, e);
  },
  SSLServerAuthentication: (smtp, fields) => {
    const e = new SMTPSSLServerAuthenticationEventArgs(fields);
    smtp.OnSSLServerAuthentication.raise(smtp, e);
    fields.accept = e.Accept;
  },
  SSLStatus: (smtp, fields) => {
    const e = new SMTPSSLStatusEventArgs(fields);
    smtp.OnSSLStatus.raise(smtp, e);
  },
  StartTransfer: (smtp, fields) => {
    const e = new SMTPStartTransferEventArgs(fields);
    smtp.OnStartTransfer.raise(smtp, e);
  },
  Transfer: (smtp, fields) => {
    const e = new SMTPTransferEventArgs(fields);
    smtp.OnTransfer.raise(smtp, e);
  },
};

/** Sends mail. Every method that talks to a server returns a promise; one runs at a time. */
export class SMTP {
  /**
   * Event. The connection changed: `Firewall connected`, `Remote host connected`, `SSL handshake complete`,
   * `Remote host disconnected`. The documents lost the names of the states; these are ours.
   */
  declare readonly OnConnectionStatus: EventSlot<SMTP, SMTPConnectionStatusEventArgs>;
  /** Event. The body went out. */
  declare readonly OnEndTransfer: EventSlot<SMTP, SMTPEndTransferEventArgs>;
  /** Event. Something failed that does not stop the message: a refused blind copy. */
  declare readonly OnError: EventSlot<SMTP, SMTPErrorEventArgs>;
  /** Event. One address of an expanded list. */
  declare readonly OnExpand: EventSlot<SMTP, SMTPExpandEventArgs>;
  /**
   * Event. A line of the conversation: 0 of the client, 1 of the server, 2 a note. Never a line of the
   * message, never a secret.
   */
  declare readonly OnPITrail: EventSlot<SMTP, SMTPPITrailEventArgs>;
  /**
   * Event. The server's certificate, before anything secret is sent. Status is `OK` or what is wrong; assign
   * Accept to decide.
   */
  declare readonly OnSSLServerAuthentication: EventSlot<SMTP, SMTPSSLServerAuthenticationEventArgs>;
  /** Event. Progress of TLS, for people. */
  declare readonly OnSSLStatus: EventSlot<SMTP, SMTPSSLStatusEventArgs>;
  /** Event. The body begins to go out. */
  declare readonly OnStartTransfer: EventSlot<SMTP, SMTPStartTransferEventArgs>;
  /** Event. A piece of the body went out: octets since its beginning, percent or -1, and the piece. */
  declare readonly OnTransfer: EventSlot<SMTP, SMTPTransferEventArgs>;

  constructor() {
    addSlots(this, Object.keys(DISPATCH));
    mailers.attach(this, new Mailer(hostOf(this), "dotnet"));
    // A property of a wrong name is an error in JavaScript too. A subclass may have fields of its own.
    if (new.target === SMTP) Object.preventExtensions(this);
  }

  /** EHLO first, HELO when the server refuses it; false: no extension is used. Default true. */
  get AllowExtensions(): boolean {
    return mailers.of(this).setup.allowExtensions;
  }
  set AllowExtensions(value: boolean) {
    mailers.of(this).setup.allowExtensions = truth("AllowExtensions", value);
  }

  /** How to log in once User and Password are set. Default amUserPassword. */
  get AuthMechanism(): SMTPAuthMechanisms {
    return mailers.of(this).setup.authMechanism as SMTPAuthMechanisms;
  }
  set AuthMechanism(value: SMTPAuthMechanisms) {
    mailers.of(this).setup.authMechanism = choice("AuthMechanism", value, [0, 1, 2, 3, 4, 5, 6, 7]);
  }

  /**
   * Blind copies, separated by commas: in the envelope, never in a header. Setting it replaces the entries
   * that it made before in MessageRecipients, and leaves those added by hand.
   */
  get BCc(): string {
    return mailers.of(this).draft.bcc;
  }
  set BCc(value: string) {
    mailers.of(this).draft.bcc = text("BCc", value);
  }

  /**
   * Copies, separated by commas. Setting it replaces the entries that it made before in MessageRecipients,
   * and leaves those added by hand.
   */
  get Cc(): string {
    return mailers.of(this).draft.cc;
  }
  set Cc(value: string) {
    mailers.of(this).draft.cc = text("Cc", value);
  }

  /** A session stands. */
  get Connected(): boolean {
    return mailers.of(this).connected;
  }

  /**
   * The address in the header Return-Receipt-To; empty: no such header. Line breaks are refused with 10022 at
   * Send.
   */
  get DeliveryNotificationTo(): string {
    return mailers.of(this).draft.deliveryNotificationTo;
  }
  set DeliveryNotificationTo(value: string) {
    mailers.of(this).draft.deliveryNotificationTo = text("DeliveryNotificationTo", value);
  }

  /** The proxy to connect through. */
  get Firewall(): Firewall {
    return mailers.of(this).setup.firewall as Firewall;
  }
  set Firewall(value: Firewall) {
    firewallStates.of(value);
    mailers.of(this).setup.firewall = value;
  }

  /**
   * The sender: header From, and MAIL FROM unless ReturnPath is set. Required. Line breaks are refused with
   * 10022 at Send.
   */
  get From(): string {
    return mailers.of(this).draft.from;
  }
  set From(value: string) {
    mailers.of(this).draft.from = text("From", value);
  }

  /** No method is running. */
  get Idle(): boolean {
    return mailers.of(this).idle;
  }

  /** The header Importance; miUnspecified: none. */
  get Importance(): SMTPImportances {
    return mailers.of(this).draft.importance as SMTPImportances;
  }
  set Importance(value: SMTPImportances) {
    mailers.of(this).draft.importance = choice("Importance", value, [0, 1, 2, 3]);
  }

  /**
   * The server's last reply, all its lines, without the last line end. The reply to the QUIT that Send says
   * by itself does not take the place of the message's.
   */
  get LastReply(): string {
    return mailers.of(this).lastReply;
  }

  /** The address to connect from; empty: any. While connected, the address in use. */
  get LocalHost(): string {
    return mailers.of(this).setup.localHost;
  }
  set LocalHost(value: string) {
    mailers.of(this).setup.localHost = text("LocalHost", value);
  }

  /** The server's port. Default 25. */
  get MailPort(): number {
    return mailers.of(this).setup.mailPort;
  }
  set MailPort(value: number) {
    mailers.of(this).setup.mailPort = integer("MailPort", value);
  }

  /**
   * The server's name or address. After connecting it reads as the address; a leading `*` leaves the name to
   * a SOCKS firewall. The name is kept for TLS and the next connection.
   */
  get MailServer(): string {
    return mailers.of(this).setup.mailServer;
  }
  set MailServer(value: string) {
    mailers.of(this).setup.mailServer = text("MailServer", value);
  }

  /**
   * The body as octets, sent in place of MessageText. Line ends become CRLF and dots are doubled all the
   * same, or the body could end DATA early; a string is taken as UTF-8.
   */
  get Message(): Uint8Array {
    return mailers.of(this).draft.message;
  }
  set Message(value: Uint8Array | string) {
    mailers.of(this).draft.message = octets("Message", value);
  }

  /**
   * The header Date; `*` (default): now; empty: no such header. Line breaks are refused with 10022 at Send.
   */
  get MessageDate(): string {
    return mailers.of(this).draft.messageDate;
  }
  set MessageDate(value: string) {
    mailers.of(this).draft.messageDate = text("MessageDate", value);
  }

  /** The headers that were or will be sent. */
  get MessageHeaders(): HeaderList {
    return mailers.of(this).messageHeaders as HeaderList;
  }

  /**
   * The headers that were or will be sent, as text. Ends with the empty line, so that the body may follow it
   * directly.
   */
  get MessageHeadersString(): string {
    return mailers.of(this).messageHeadersString;
  }

  /**
   * The header Message-Id; `*` (default): unique and random; empty: no such header. Line breaks are refused
   * with 10022 at Send.
   */
  get MessageId(): string {
    return mailers.of(this).draft.messageId;
  }
  set MessageId(value: string) {
    mailers.of(this).draft.messageId = text("MessageId", value);
  }

  /** All recipients of all kinds. */
  get MessageRecipients(): MessageRecipientList {
    return mailers.of(this).messageRecipients as MessageRecipientList;
  }
  set MessageRecipients(value: MessageRecipientList) {
    listItems.of(value);
    mailers.of(this).messageRecipients = value;
  }

  /**
   * The body, without headers. Sent as UTF-8; a server without 8BITMIME gets text that is not ASCII encoded.
   */
  get MessageText(): string {
    return mailers.of(this).draft.messageText;
  }
  set MessageText(value: string) {
    mailers.of(this).draft.messageText = text("MessageText", value);
  }

  /**
   * Headers appended to the others; beginning with an empty line, they replace all of them. A line that is no
   * header is refused with 10022 at Send, and a Bcc line is left out.
   */
  get OtherHeaders(): string {
    return mailers.of(this).draft.otherHeaders;
  }
  set OtherHeaders(value: string) {
    mailers.of(this).draft.otherHeaders = text("OtherHeaders", value);
  }

  /** The password to log in with. */
  get Password(): string {
    return mailers.of(this).setup.password;
  }
  set Password(value: string) {
    mailers.of(this).setup.password = text("Password", value);
  }

  /** The header Priority; epUnspecified: none. */
  get Priority(): SMTPPriorities {
    return mailers.of(this).draft.priority as SMTPPriorities;
  }
  set Priority(value: SMTPPriorities) {
    mailers.of(this).draft.priority = choice("Priority", value, [0, 1, 2, 3]);
  }

  /**
   * The address in the header Disposition-Notification-To; empty: no such header. Line breaks are refused
   * with 10022 at Send.
   */
  get ReadReceiptTo(): string {
    return mailers.of(this).draft.readReceiptTo;
  }
  set ReadReceiptTo(value: string) {
    mailers.of(this).draft.readReceiptTo = text("ReadReceiptTo", value);
  }

  /** The header Reply-To; empty: no such header. Line breaks are refused with 10022 at Send. */
  get ReplyTo(): string {
    return mailers.of(this).draft.replyTo;
  }
  set ReplyTo(value: string) {
    mailers.of(this).draft.replyTo = text("ReplyTo", value);
  }

  /** The address in MAIL FROM; empty: the one in From. `<>`: the null sender. */
  get ReturnPath(): string {
    return mailers.of(this).draft.returnPath;
  }
  set ReturnPath(value: string) {
    mailers.of(this).draft.returnPath = text("ReturnPath", value);
  }

  /**
   * The recipients, separated by commas. Required. Setting it replaces the entries that it made before in
   * MessageRecipients, and leaves those added by hand.
   */
  get SendTo(): string {
    return mailers.of(this).draft.sendTo;
  }
  set SendTo(value: string) {
    mailers.of(this).draft.sendTo = text("SendTo", value);
  }

  /** The header Sensitivity; esUnspecified: none. */
  get Sensitivity(): SMTPSensitivities {
    return mailers.of(this).draft.sensitivity as SMTPSensitivities;
  }
  set Sensitivity(value: SMTPSensitivities) {
    mailers.of(this).draft.sensitivity = choice("Sensitivity", value, [0, 1, 2, 3]);
  }

  /** A server that shows this certificate is accepted without asking. */
  get SSLAcceptServerCert(): Certificate {
    return mailers.of(this).setup.sslAcceptServerCert as Certificate;
  }
  set SSLAcceptServerCert(value: Certificate) {
    certificateStates.of(value);
    mailers.of(this).setup.sslAcceptServerCert = value;
  }

  /** The client's certificate. */
  get SSLCert(): Certificate {
    return mailers.of(this).setup.sslCert as Certificate;
  }
  set SSLCert(value: Certificate) {
    certificateStates.of(value);
    mailers.of(this).setup.sslCert = value;
  }

  /** TLS is used. Setting it to true means SSLStartMode sslAutomatic. */
  get SSLEnabled(): boolean {
    return mailers.of(this).setup.sslEnabled;
  }
  set SSLEnabled(value: boolean) {
    mailers.of(this).setup.sslEnabled = truth("SSLEnabled", value);
  }

  /** Which TLS implementation to take; here it is always Node's. */
  get SSLProvider(): SMTPSSLProviders {
    return mailers.of(this).setup.sslProvider as SMTPSSLProviders;
  }
  set SSLProvider(value: SMTPSSLProviders) {
    mailers.of(this).setup.sslProvider = choice("SSLProvider", value, [0, 1, 2]);
  }

  /**
   * The server's certificate of the last connection; empty again when another is attempted. Another object
   * for each certificate, so that one that was kept stays what it was.
   */
  get SSLServerCert(): Certificate {
    return mailers.of(this).sslServerCert as Certificate;
  }

  /**
   * How TLS begins. Default sslNone. SslAutomatic is implicit on port 587 too, where servers usually expect
   * sslExplicit.
   */
  get SSLStartMode(): SMTPSSLStartModes {
    return mailers.of(this).setup.sslStartMode as SMTPSSLStartModes;
  }
  set SSLStartMode(value: SMTPSSLStartModes) {
    mailers.of(this).setup.sslStartMode = choice("SSLStartMode", value, [0, 1, 2, 3]);
  }

  /** The header Subject. Line breaks are refused with 10022 at Send. */
  get Subject(): string {
    return mailers.of(this).draft.subject;
  }
  set Subject(value: string) {
    mailers.of(this).draft.subject = text("Subject", value);
  }

  /**
   * Seconds without an octet in either direction until a method fails with 201; 0: never. Default 60. A
   * negative number is refused with 10022.
   */
  get Timeout(): number {
    return mailers.of(this).setup.timeout;
  }
  set Timeout(value: number) {
    mailers.of(this).setup.timeout = integer("Timeout", value);
  }

  /** The name to log in with. */
  get User(): string {
    return mailers.of(this).setup.user;
  }
  set User(value: string) {
    mailers.of(this).setup.user = text("User", value);
  }

  /**
   * `Config("NAME=VALUE")` sets a setting, `Config("NAME")` reads it. Names in any letter case.
   *
   * @throws IPWorksException 10022 for a name that does not exist or a value that cannot be
   */
  Config(configurationString: string): string {
    return mailers.of(this).config(text("configurationString", configurationString));
  }

  /** Connects, greets, secures and logs in. The token interrupts it. */
  async Connect(cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).connect(cancellationToken);
  }

  /** Says QUIT and closes. Does nothing when not connected. The token interrupts it. */
  async Disconnect(cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).disconnect(cancellationToken);
  }

  /** Lets what waits in the event loop happen. */
  async DoEvents(): Promise<void> {
    return await mailers.of(this).doEvents();
  }

  /**
   * EXPN: one Expand event for each address. Connects when needed, and stays connected. The token interrupts
   * it.
   */
  async Expand(emailAddress: string, cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).expand(text("emailAddress", emailAddress), cancellationToken);
  }

  /** Ends the running method with 301, which ends the connection too. Does nothing when none is running. */
  Interrupt(): void {
    mailers.of(this).interrupt();
  }

  /** Sends the `.queued` files of a directory. The token interrupts it. */
  async ProcessQueue(queueDir: string, cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).processQueue(text("queueDir", queueDir), cancellationToken);
  }

  /**
   * Writes the message to a new `.queued` file and returns its name; `*`: returns the text of such a file.
   * The token interrupts it.
   */
  async Queue(queueDir: string, cancellationToken?: AbortSignal | undefined): Promise<string> {
    return await mailers.of(this).queue(text("queueDir", queueDir), cancellationToken);
  }

  /** Gives every property its default, and drops the connection. */
  Reset(): void {
    mailers.of(this).reset();
  }

  /** Empties the header properties and MessageRecipients; MessageDate and MessageId become `*`. */
  ResetHeaders(): void {
    mailers.of(this).resetHeaders();
  }

  /**
   * Sends the message. Not connected: connects, sends and disconnects; after an error the connection stays.
   * The token interrupts it.
   */
  async Send(cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).send(cancellationToken);
  }

  /**
   * Sends one line as it is; LastReply has the answer, whatever its code. AUTH, BDAT, DATA and STARTTLS need
   * more than a line and are refused with 211; the token interrupts it.
   */
  async SendCommand(command: string, cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).sendCommand(text("command", command), cancellationToken);
  }

  /** As Send, with SAML. The token interrupts it. */
  async SendToTerminalAndEmail(cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).sendToTerminalAndEmail(cancellationToken);
  }

  /** As Send, with SEND. The token interrupts it. */
  async SendToTerminalOnly(cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).sendToTerminalOnly(cancellationToken);
  }

  /** As Send, with SOML. The token interrupts it. */
  async SendToTerminalOrEmail(cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).sendToTerminalOrEmail(cancellationToken);
  }

  /**
   * Takes the body from a stream, from where it stands to its end, at the next Send. Undefined: no stream.
   */
  SetMessageStream(messageStream: MessageStream | null | undefined): void {
    mailers.of(this).setMessageStream(messageStream);
  }

  /** VRFY; LastReply has the answer. Connects when needed, and stays connected. The token interrupts it. */
  async Verify(emailAddress: string, cancellationToken?: AbortSignal | undefined): Promise<void> {
    return await mailers.of(this).verify(text("emailAddress", emailAddress), cancellationToken);
  }

  /**
   * Adds a handler by the event's name, with or without `On`: `smtp.on("PITrail", (e) => …)`.
   *
   * @throws IPWorksException 10022 for a name that is no event
   */
  on<Name extends EventName>(event: Name | `On${Name}`, handler: (e: SMTPEventArgs[Name]) => void): this {
    const slot = (this as unknown as Record<string, unknown>)[`On${event.replace(/^On(?=[A-Z])/, "")}`];
    if (!(slot instanceof EventSlot)) throw new IPWorksException(10022, `[10022] there is no event ${event}`);
    slot.add((_sender, e) => handler(e as SMTPEventArgs[Name]));
    return this;
  }

  /** Drops the connection. For `using` of .NET programs. */
  Dispose(): void {
    mailers.of(this).dispose();
  }
}

/** The arguments of each event by its name. */
export interface SMTPEventArgs {
  /**
   * The connection changed: `Firewall connected`, `Remote host connected`, `SSL handshake complete`, `Remote
   * host disconnected`.
   */
  ConnectionStatus: SMTPConnectionStatusEventArgs;
  /** The body went out. */
  EndTransfer: SMTPEndTransferEventArgs;
  /** Something failed that does not stop the message: a refused blind copy. */
  Error: SMTPErrorEventArgs;
  /** One address of an expanded list. */
  Expand: SMTPExpandEventArgs;
  /**
   * A line of the conversation: 0 of the client, 1 of the server, 2 a note. Never a line of the message,
   * never a secret.
   */
  PITrail: SMTPPITrailEventArgs;
  /**
   * The server's certificate, before anything secret is sent. Status is `OK` or what is wrong; assign Accept
   * to decide.
   */
  SSLServerAuthentication: SMTPSSLServerAuthenticationEventArgs;
  /** Progress of TLS, for people. */
  SSLStatus: SMTPSSLStatusEventArgs;
  /** The body begins to go out. */
  StartTransfer: SMTPStartTransferEventArgs;
  /** A piece of the body went out: octets since its beginning, percent or -1, and the piece. */
  Transfer: SMTPTransferEventArgs;
}

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
    raise: (event, fields) => DISPATCH[event](smtp, fields),
  };
}
