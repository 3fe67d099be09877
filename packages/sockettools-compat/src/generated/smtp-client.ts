// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import type { MessageContent } from "../client/message-content.js";
import { SmtpState, smtpStates } from "../client/smtp-state.js";
import { dateText } from "../date-text.js";
import { given, type Signature } from "../language/arguments.js";
import type { Holder } from "../language/by-ref.js";
import { integer, text, truth } from "../language/coerce.js";
import { addHandler, defineEvents, removeHandler, unheard } from "../language/events.js";
import { guardSpelling } from "../language/spelling.js";

/** Named arguments of AddRecipient. */
export interface AddRecipientArguments {
  readonly Recipient?: string | undefined;
}
type AddRecipientValues = readonly [Recipient: string];
const ADD_RECIPIENT: Signature = { method: "AddRecipient", parameters: [["Recipient", "text", false]] };

/** Named arguments of AppendMessage. */
export interface AppendMessageArguments {
  readonly Message?: MessageContent | undefined;
  readonly Length?: number | undefined;
  readonly Options?: number | undefined;
}
type AppendMessageValues = readonly [
  Message: MessageContent,
  Length: number | undefined,
  Options: number | undefined,
];
const APPEND_MESSAGE: Signature = {
  method: "AppendMessage",
  parameters: [
    ["Message", "content", false],
    ["Length", "integer", true],
    ["Options", "integer", true],
  ],
};

/** Named arguments of Authenticate. */
export interface AuthenticateArguments {
  readonly UserName?: string | undefined;
  readonly Password?: string | undefined;
  readonly AuthType?: number | undefined;
}
type AuthenticateValues = readonly [
  UserName: string | undefined,
  Password: string | undefined,
  AuthType: number | undefined,
];
const AUTHENTICATE: Signature = {
  method: "Authenticate",
  parameters: [
    ["UserName", "text", true],
    ["Password", "text", true],
    ["AuthType", "integer", true],
  ],
};

type CloseMessageValues = readonly [];
const CLOSE_MESSAGE: Signature = { method: "CloseMessage", parameters: [] };

/** Named arguments of Command. */
export interface CommandArguments {
  readonly Command?: string | undefined;
  readonly Parameters?: string | undefined;
}
type CommandValues = readonly [Command: string, Parameters: string | undefined];
const COMMAND: Signature = {
  method: "Command",
  parameters: [
    ["Command", "text", false],
    ["Parameters", "text", true],
  ],
};

/** Named arguments of Connect. */
export interface ConnectArguments {
  readonly RemoteHost?: string | undefined;
  readonly RemotePort?: number | undefined;
  readonly UserName?: string | undefined;
  readonly Password?: string | undefined;
  readonly Timeout?: number | undefined;
  readonly Options?: number | undefined;
}
type ConnectValues = readonly [
  RemoteHost: string | undefined,
  RemotePort: number | undefined,
  UserName: string | undefined,
  Password: string | undefined,
  Timeout: number | undefined,
  Options: number | undefined,
];
const CONNECT: Signature = {
  method: "Connect",
  parameters: [
    ["RemoteHost", "text", true],
    ["RemotePort", "integer", true],
    ["UserName", "text", true],
    ["Password", "text", true],
    ["Timeout", "integer", true],
    ["Options", "integer", true],
  ],
};

/** Named arguments of CreateMessage. */
export interface CreateMessageArguments {
  readonly Sender?: string | undefined;
  readonly MessageSize?: number | undefined;
}
type CreateMessageValues = readonly [Sender: string, MessageSize: number | undefined];
const CREATE_MESSAGE: Signature = {
  method: "CreateMessage",
  parameters: [
    ["Sender", "text", false],
    ["MessageSize", "integer", true],
  ],
};

type DisconnectValues = readonly [];
const DISCONNECT: Signature = { method: "Disconnect", parameters: [] };

/** Named arguments of ExpandAddress. */
export interface ExpandAddressArguments {
  readonly Address?: string | undefined;
  readonly Expanded?: Holder<string> | undefined;
}
type ExpandAddressValues = readonly [Address: string, Expanded: Holder<string> | undefined];
const EXPAND_ADDRESS: Signature = {
  method: "ExpandAddress",
  parameters: [
    ["Address", "text", false],
    ["Expanded", "holder", true],
  ],
};

/** Named arguments of Read. */
export interface ReadArguments {
  readonly Buffer?: Holder<string> | undefined;
  readonly Length?: number | undefined;
}
type ReadValues = readonly [Buffer: Holder<string> | undefined, Length: number | undefined];
const READ: Signature = {
  method: "Read",
  parameters: [
    ["Buffer", "holder", true],
    ["Length", "integer", true],
  ],
};

type ResetValues = readonly [];
const RESET: Signature = { method: "Reset", parameters: [] };

/** Named arguments of SendMessage. */
export interface SendMessageArguments {
  readonly Sender?: string | undefined;
  readonly Recipient?: string | undefined;
  readonly Message?: MessageContent | undefined;
  readonly Options?: number | undefined;
}
type SendMessageValues = readonly [
  Sender: string,
  Recipient: string,
  Message: MessageContent,
  Options: number | undefined,
];
const SEND_MESSAGE: Signature = {
  method: "SendMessage",
  parameters: [
    ["Sender", "text", false],
    ["Recipient", "text", false],
    ["Message", "content", false],
    ["Options", "integer", true],
  ],
};

/** Named arguments of SubmitMessage. */
export interface SubmitMessageArguments {
  readonly Sender?: string | undefined;
  readonly Recipient?: string | undefined;
  readonly Message?: MessageContent | undefined;
  readonly Options?: number | undefined;
}
type SubmitMessageValues = readonly [
  Sender: string,
  Recipient: string,
  Message: MessageContent,
  Options: number | undefined,
];
const SUBMIT_MESSAGE: Signature = {
  method: "SubmitMessage",
  parameters: [
    ["Sender", "text", false],
    ["Recipient", "text", false],
    ["Message", "content", false],
    ["Options", "integer", true],
  ],
};

/** Named arguments of VerifyAddress. */
export interface VerifyAddressArguments {
  readonly Address?: string | undefined;
  readonly Verified?: Holder<string> | undefined;
}
type VerifyAddressValues = readonly [Address: string, Verified: Holder<string> | undefined];
const VERIFY_ADDRESS: Signature = {
  method: "VerifyAddress",
  parameters: [
    ["Address", "text", false],
    ["Verified", "holder", true],
  ],
};

/** Named arguments of Write. */
export interface WriteArguments {
  readonly Buffer?: MessageContent | undefined;
  readonly Length?: number | undefined;
}
type WriteValues = readonly [Buffer: MessageContent, Length: number | undefined];
const WRITE: Signature = {
  method: "Write",
  parameters: [
    ["Buffer", "content", false],
    ["Length", "integer", true],
  ],
};

/** The names of the events. */
export type SmtpClientEvent =
  | "OnCancel"
  | "OnCommand"
  | "OnConnect"
  | "OnDisconnect"
  | "OnError"
  | "OnProgress"
  | "OnRead"
  | "OnTimeout"
  | "OnWrite";

/**
 * The SMTP control. Its methods give 0 or a positive number, and do not throw unless ThrowError is True.
 */
export class SmtpClient {
  /** The names of the events. */
  static readonly Events: readonly SmtpClientEvent[] = [
    "OnCancel",
    "OnCommand",
    "OnConnect",
    "OnDisconnect",
    "OnError",
    "OnProgress",
    "OnRead",
    "OnTimeout",
    "OnWrite",
  ];

  static {
    guardSpelling(SmtpClient);
  }

  constructor() {
    smtpStates.attach(this, new SmtpState(this));
    defineEvents(this, SmtpClient.Events);
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === SmtpClient) Object.preventExtensions(this);
  }

  /**
   * How Authenticate logs in when it is not told, one of SmtpAuthType. Not assigned, the strongest mechanism
   * that the server announces is taken.
   */
  get AuthType(): number {
    return smtpStates.of(this).settings.authType;
  }
  set AuthType(value: number) {
    smtpStates.of(this).settings.authType = integer("AuthType", value);
  }

  /**
   * Whether names are resolved when they are assigned. Names are resolved by Connect, as nothing here can
   * wait in an assignment.
   */
  get AutoResolve(): boolean {
    return smtpStates.of(this).settings.autoResolve;
  }
  set AutoResolve(value: boolean) {
    smtpStates.of(this).settings.autoResolve = truth("AutoResolve", value);
  }

  /** The OAuth 2 token for XOAUTH2 and OAUTHBEARER. */
  get BearerToken(): string {
    return smtpStates.of(this).settings.bearerToken;
  }
  set BearerToken(value: string | null) {
    smtpStates.of(this).settings.bearerToken = text("BearerToken", value);
  }

  /**
   * True: a method's promise brings its result. False: methods return at once, and events tell how they
   * ended. Nothing blocks; ported lines gain `await`. With False, calls are made one after the other.
   */
  get Blocking(): boolean {
    return smtpStates.of(this).settings.blocking;
  }
  set Blocking(value: boolean) {
    smtpStates.of(this).settings.blocking = truth("Blocking", value);
  }

  /** Until when the server's certificate is valid, as a date of RFC 5322. */
  get CertificateExpires(): string {
    return smtpStates.of(this).secure.expires;
  }

  /** Since when the server's certificate is valid, as a date of RFC 5322. */
  get CertificateIssued(): string {
    return smtpStates.of(this).secure.issued;
  }

  /** Who issued the server's certificate. */
  get CertificateIssuer(): string {
    return smtpStates.of(this).secure.issuer;
  }

  /**
   * The client certificate in CertificateStore: its name, or a part of it. Needs CertificateStore to be a
   * file.
   */
  get CertificateName(): string {
    return smtpStates.of(this).settings.certificateName;
  }
  set CertificateName(value: string | null) {
    smtpStates.of(this).settings.certificateName = text("CertificateName", value);
  }

  /** The password of CertificateStore. */
  get CertificatePassword(): string {
    return smtpStates.of(this).settings.certificatePassword;
  }
  set CertificatePassword(value: string | null) {
    smtpStates.of(this).settings.certificatePassword = text("CertificatePassword", value);
  }

  /**
   * What is thought of the server's certificate, one of SmtpCertificateStatus. The control's numbers are not
   * known.
   */
  get CertificateStatus(): number {
    return smtpStates.of(this).secure.status;
  }

  /**
   * A file with the client certificate and its key, as PFX or PEM. Windows stores cannot be opened: export a
   * PFX.
   */
  get CertificateStore(): string {
    return smtpStates.of(this).settings.certificateStore;
  }
  set CertificateStore(value: string | null) {
    smtpStates.of(this).settings.certificateStore = text("CertificateStore", value);
  }

  /** Whom the server's certificate names. */
  get CertificateSubject(): string {
    return smtpStates.of(this).secure.subject;
  }

  /** Whose Windows store is meant. Windows stores cannot be opened. */
  get CertificateUser(): string {
    return smtpStates.of(this).settings.certificateUser;
  }
  set CertificateUser(value: string | null) {
    smtpStates.of(this).settings.certificateUser = text("CertificateUser", value);
  }

  /** Bits of the cipher's key; 0 without TLS. */
  get CipherStrength(): number {
    return smtpStates.of(this).secure.cipherStrength;
  }

  /** The date and time of now, as a Date field takes it. */
  get CurrentDate(): string {
    return dateText(new Date());
  }

  /**
   * The notices of delivery that are asked for, by SmtpDelivery. The control's numbers are not known; a
   * server without DSN is an error.
   */
  get Delivery(): number {
    return smtpStates.of(this).settings.delivery;
  }
  set Delivery(value: number) {
    smtpStates.of(this).settings.delivery = integer("Delivery", value);
  }

  /** The name for HELO and EHLO; empty: this host's. */
  get Domain(): string {
    return smtpStates.of(this).settings.domain;
  }
  set Domain(value: string | null) {
    smtpStates.of(this).settings.domain = text("Domain", value);
  }

  /**
   * Asks for ESMTP. After Connect it says whether the server has it. Also on by itself on port 587, with TLS,
   * and when Connect is given a user name, which need it.
   */
  get Extended(): boolean {
    return smtpStates.of(this).extended;
  }
  set Extended(value: boolean) {
    smtpStates.of(this).extended = truth("Extended", value);
  }

  /** Bits of the hash; 0 without TLS. */
  get HashStrength(): number {
    return smtpStates.of(this).secure.hashStrength;
  }

  /** The server's IP address; wins over HostName, which then names it in certificates. */
  get HostAddress(): string {
    return smtpStates.of(this).settings.hostAddress;
  }
  set HostAddress(value: string | null) {
    smtpStates.of(this).settings.hostAddress = text("HostAddress", value);
  }

  /** A file of host names. Names are the system's to resolve. */
  get HostFile(): string {
    return smtpStates.of(this).settings.hostFile;
  }
  set HostFile(value: string | null) {
    smtpStates.of(this).settings.hostFile = text("HostFile", value);
  }

  /** The server's name or IP address. */
  get HostName(): string {
    return smtpStates.of(this).settings.hostName;
  }
  set HostName(value: string | null) {
    smtpStates.of(this).settings.hostName = text("HostName", value);
  }

  /** True while a call has not ended. */
  get IsBlocked(): boolean {
    return smtpStates.of(this).isBlocked;
  }

  /** True while there is a connection. */
  get IsConnected(): boolean {
    return smtpStates.of(this).isConnected;
  }
  /** The spelling of version 5 of IsConnected. */
  get Connected(): boolean {
    return this.IsConnected;
  }

  /** True after Initialize. */
  get IsInitialized(): boolean {
    return smtpStates.of(this).isInitialized;
  }

  /** Always False: replies are read by the methods that wait for them. */
  get IsReadable(): boolean {
    return false;
  }

  /** True when Write can be called without waiting. */
  get IsWritable(): boolean {
    return smtpStates.of(this).isWritable;
  }

  /** Whether a silent connection is probed. */
  get KeepAlive(): boolean {
    return smtpStates.of(this).keepAlive;
  }
  set KeepAlive(value: boolean) {
    smtpStates.of(this).keepAlive = truth("KeepAlive", value);
  }

  /**
   * The number of the last call's failure, 0 after success. Assigning sets or clears it. Always positive; see
   * the table of numbers in the README.
   */
  get LastError(): number {
    return smtpStates.of(this).outcome.number;
  }
  set LastError(value: number) {
    smtpStates.of(this).outcome.number = integer("LastError", value);
  }

  /** The failure of the last call in words; empty after success. */
  get LastErrorString(): string {
    return smtpStates.of(this).outcome.text;
  }

  /** The IP address of this side while there is a connection, otherwise empty. */
  get LocalAddress(): string {
    return smtpStates.of(this).localAddress;
  }

  /** This host's name while there is a connection, otherwise empty. */
  get LocalName(): string {
    return smtpStates.of(this).localName;
  }

  /** Whether times are local. Messages are given ready. */
  get Localize(): boolean {
    return smtpStates.of(this).settings.localize;
  }
  set Localize(value: boolean) {
    smtpStates.of(this).settings.localize = truth("Localize", value);
  }

  /** The largest message that the server takes, in octets; 0: it did not say. */
  get MessageSize(): number {
    return smtpStates.of(this).messageSize;
  }

  /** What Connect uses when it is not given options, by SmtpOptions. */
  get Options(): number {
    return smtpStates.of(this).settings.options;
  }
  set Options(value: number) {
    smtpStates.of(this).settings.options = integer("Options", value);
  }

  /** For Authenticate and Connect. */
  get Password(): string {
    return smtpStates.of(this).settings.password;
  }
  set Password(value: string | null) {
    smtpStates.of(this).settings.password = text("Password", value);
  }

  /** The port to connect to. 0, or not assigned: 25, and 465 with implicit TLS. */
  get RemotePort(): number {
    return smtpStates.of(this).settings.remotePort;
  }
  set RemotePort(value: number) {
    smtpStates.of(this).settings.remotePort = integer("RemotePort", value);
  }

  /** The port by its name: smtp, submission, smtps. Assigning it sets RemotePort. */
  get RemoteService(): string {
    return smtpStates.of(this).settings.remoteService;
  }
  set RemoteService(value: string | null) {
    smtpStates.of(this).settings.remoteService = text("RemoteService", value);
  }

  /** The code of the last reply. */
  get ResultCode(): number {
    return smtpStates.of(this).reply.code;
  }

  /** The text of the last reply without its code; several lines with CRLF between them. */
  get ResultString(): string {
    return smtpStates.of(this).reply.text;
  }

  /**
   * TLS, also without an option: implicit on port 465, otherwise by STARTTLS. While connected it says whether
   * the connection has TLS, however that was asked for; what is assigned counts from the next Connect on, and
   * is read again without a connection.
   */
  get Secure(): boolean {
    return smtpStates.of(this).isSecure;
  }
  set Secure(value: boolean) {
    smtpStates.of(this).isSecure = truth("Secure", value);
  }

  /** The cipher, one of SmtpCipher. The control's numbers are not known. */
  get SecureCipher(): number {
    return smtpStates.of(this).secure.cipher;
  }

  /** The hash, one of SmtpHash. The control's numbers are not known. */
  get SecureHash(): number {
    return smtpStates.of(this).secure.hash;
  }

  /** The key exchange, one of SmtpKeyExchange. The control's numbers are not known. */
  get SecureKeyExchange(): number {
    return smtpStates.of(this).secure.keyExchange;
  }

  /**
   * The versions of TLS that are allowed, by SmtpSecureProtocol; with TLS in use, that version. The control's
   * numbers are not known.
   */
  get SecureProtocol(): number {
    return smtpStates.of(this).secureProtocol;
  }
  set SecureProtocol(value: number) {
    smtpStates.of(this).secureProtocol = integer("SecureProtocol", value);
  }

  /** What the client is at, one of SmtpState. The control's numbers are not known. */
  get State(): number {
    return smtpStates.of(this).stateNumber;
  }

  /**
   * True: methods throw a SocketToolsError instead of returning a number. The promise rejects, which `await`
   * throws.
   */
  get ThrowError(): boolean {
    return smtpStates.of(this).settings.throwError;
  }
  set ThrowError(value: boolean) {
    smtpStates.of(this).settings.throwError = truth("ThrowError", value);
  }

  /**
   * Seconds for each step and each reply, from the next Connect on; 0: no limit. Not assigned, the reply to
   * the end of a message has ten minutes, lest it is sent twice.
   */
  get Timeout(): number {
    return smtpStates.of(this).settings.timeout;
  }
  set Timeout(value: number) {
    smtpStates.of(this).settings.timeout = integer("Timeout", value);
  }

  /** Whether calls, commands and replies are written to TraceFile. Passwords never are. */
  get Trace(): boolean {
    return smtpStates.of(this).trace.enabled;
  }
  set Trace(value: boolean) {
    smtpStates.of(this).trace.enabled = truth("Trace", value);
  }

  /** Where Trace writes; what is there stays. Empty: cstrace.log in the folder for temporary files. */
  get TraceFile(): string {
    return smtpStates.of(this).trace.file;
  }
  set TraceFile(value: string | null) {
    smtpStates.of(this).trace.file = text("TraceFile", value);
  }

  /** How much Trace writes, by SmtpTrace. The control's numbers are not known. */
  get TraceFlags(): number {
    return smtpStates.of(this).trace.flags;
  }
  set TraceFlags(value: number) {
    smtpStates.of(this).trace.flags = integer("TraceFlags", value);
  }

  /** Octets of the current or last message that have gone out. */
  get TransferBytes(): number {
    return smtpStates.of(this).transfer.bytes;
  }

  /** Octets a second of the current or last message. */
  get TransferRate(): number {
    return smtpStates.of(this).transfer.rate;
  }

  /** Whole seconds that the current or last message took. */
  get TransferTime(): number {
    return smtpStates.of(this).transfer.seconds;
  }

  /** For Authenticate and Connect; when it is set, Connect logs in. */
  get UserName(): string {
    return smtpStates.of(this).settings.userName;
  }
  set UserName(value: string | null) {
    smtpStates.of(this).settings.userName = text("UserName", value);
  }

  /** Empty: this is no version of the control. */
  get Version(): string {
    return "";
  }

  /** Adds a recipient to the message of CreateMessage. A refused one fails this call alone. */
  AddRecipient(Recipient: string): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  AddRecipient(
    ...Arguments: readonly [...positional: unknown[], named: AddRecipientArguments]
  ): Promise<number>;
  AddRecipient(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).messages.addRecipient(given<AddRecipientValues>(ADD_RECIPIENT, supplied));
  }

  /** Sends a piece of the message, as Write does; 0 or an error. */
  AppendMessage(
    Message: MessageContent,
    Length?: number | undefined,
    Options?: number | undefined,
  ): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  AppendMessage(
    ...Arguments: readonly [...positional: unknown[], named: AppendMessageArguments]
  ): Promise<number>;
  AppendMessage(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).messages.appendMessage(given<AppendMessageValues>(APPEND_MESSAGE, supplied));
  }

  /**
   * Logs in. What is left out comes from the properties. After a login by Connect it gives 0 and does
   * nothing.
   */
  Authenticate(
    UserName?: string | undefined,
    Password?: string | undefined,
    AuthType?: number | undefined,
  ): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  Authenticate(
    ...Arguments: readonly [...positional: unknown[], named: AuthenticateArguments]
  ): Promise<number>;
  Authenticate(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).authenticate(given<AuthenticateValues>(AUTHENTICATE, supplied));
  }

  /**
   * Makes the call in progress fail with stErrorOperationCanceled. What waits behind it is dropped. The
   * connection is closed with it unless nothing of a message was under way, as its state would be unknown.
   */
  Cancel(): number {
    return smtpStates.of(this).cancel();
  }

  /** Ends the message; 0 only when the server has taken it. */
  CloseMessage(): Promise<number> {
    const supplied: readonly unknown[] = [];
    return smtpStates.of(this).messages.closeMessage(given<CloseMessageValues>(CLOSE_MESSAGE, supplied));
  }

  /**
   * Sends a command; ResultCode and ResultString have the reply. A refusal is an error. AUTH, BDAT and BURL
   * are refused: they go on over several lines, which Authenticate and Write know.
   */
  Command(Command: string, Parameters?: string | undefined): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  Command(...Arguments: readonly [...positional: unknown[], named: CommandArguments]): Promise<number>;
  Command(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).questions.command(given<CommandValues>(COMMAND, supplied));
  }

  /**
   * Connects, greets, begins TLS, and logs in when there is a user name. What is left out comes from the
   * properties.
   */
  Connect(
    RemoteHost?: string | undefined,
    RemotePort?: number | undefined,
    UserName?: string | undefined,
    Password?: string | undefined,
    Timeout?: number | undefined,
    Options?: number | undefined,
  ): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  Connect(...Arguments: readonly [...positional: unknown[], named: ConnectArguments]): Promise<number>;
  Connect(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).connect(given<ConnectValues>(CONNECT, supplied));
  }

  /** Begins a message. A size above the server's limit is an error, and nothing is sent. */
  CreateMessage(Sender: string, MessageSize?: number | undefined): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  CreateMessage(
    ...Arguments: readonly [...positional: unknown[], named: CreateMessageArguments]
  ): Promise<number>;
  CreateMessage(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).messages.createMessage(given<CreateMessageValues>(CREATE_MESSAGE, supplied));
  }

  /** Says QUIT and closes. Without a connection it gives 0. */
  Disconnect(): Promise<number> {
    const supplied: readonly unknown[] = [];
    return smtpStates.of(this).disconnect(given<DisconnectValues>(DISCONNECT, supplied));
  }

  /**
   * Asks who is on a list (EXPN). The addresses, with commas between them, go into the holder. Without a
   * holder the addresses are returned, empty after a failure.
   */
  ExpandAddress(Address: string, Expanded: Holder<string>): Promise<number>;
  /**
   * Asks who is on a list (EXPN). The addresses, with commas between them, go into the holder. Without a
   * holder the addresses are returned, empty after a failure.
   */
  ExpandAddress(Address: string): Promise<string>;
  /** The same with named arguments, in an object behind those that are given by place. */
  ExpandAddress(
    ...Arguments: readonly [...positional: unknown[], named: ExpandAddressArguments]
  ): Promise<number | string>;
  ExpandAddress(...supplied: readonly unknown[]): Promise<number | string> {
    return smtpStates.of(this).questions.expandAddress(given<ExpandAddressValues>(EXPAND_ADDRESS, supplied));
  }

  /** Gives 0; no licence is needed. */
  Initialize(LicenseKey?: string | undefined): number {
    return smtpStates.of(this).initialize(LicenseKey);
  }

  /** Gives -1 with stErrorOperationNotSupported: replies are read by the methods that wait for them. */
  Read(Buffer: Holder<string>, Length?: number | undefined): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  Read(...Arguments: readonly [...positional: unknown[], named: ReadArguments]): Promise<number>;
  Read(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).questions.read(given<ReadValues>(READ, supplied));
  }

  /**
   * Forgets a message in progress. Once its text has begun, only closing the connection keeps half a message
   * from being delivered.
   */
  Reset(): Promise<number> {
    const supplied: readonly unknown[] = [];
    return smtpStates.of(this).reset(given<ResetValues>(RESET, supplied));
  }

  /**
   * Sends a ready message to one recipient or several with commas between them. One refused: nobody gets it.
   */
  SendMessage(
    Sender: string,
    Recipient: string,
    Message: MessageContent,
    Options?: number | undefined,
  ): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  SendMessage(
    ...Arguments: readonly [...positional: unknown[], named: SendMessageArguments]
  ): Promise<number>;
  SendMessage(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).messages.sendMessage(given<SendMessageValues>(SEND_MESSAGE, supplied));
  }

  /**
   * Connects, sends and disconnects. Without HostName and HostAddress it delivers to the recipients' mail
   * exchangers. Options are those of Connect.
   */
  SubmitMessage(
    Sender: string,
    Recipient: string,
    Message: MessageContent,
    Options?: number | undefined,
  ): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  SubmitMessage(
    ...Arguments: readonly [...positional: unknown[], named: SubmitMessageArguments]
  ): Promise<number>;
  SubmitMessage(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).messages.submitMessage(given<SubmitMessageValues>(SUBMIT_MESSAGE, supplied));
  }

  /** Ends what is under way, at once. */
  Uninitialize(): void {
    smtpStates.of(this).uninitialize();
  }

  /**
   * Asks whether there is such a mailbox (VRFY). Its address goes into the holder; ResultString has the
   * server's words.
   */
  VerifyAddress(Address: string, Verified?: Holder<string> | undefined): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  VerifyAddress(
    ...Arguments: readonly [...positional: unknown[], named: VerifyAddressArguments]
  ): Promise<number>;
  VerifyAddress(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).questions.verifyAddress(given<VerifyAddressValues>(VERIFY_ADDRESS, supplied));
  }

  /** Sends a piece of the message: the octets written, or -1. Line ends become CRLF, dots are doubled. */
  Write(Buffer: MessageContent, Length?: number | undefined): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  Write(...Arguments: readonly [...positional: unknown[], named: WriteArguments]): Promise<number>;
  Write(...supplied: readonly unknown[]): Promise<number> {
    return smtpStates.of(this).messages.write(given<WriteValues>(WRITE, supplied));
  }

  /**
   * Adds a handler: `client.on("OnError", (code, text) => …)`.
   *
   * @throws SocketToolsError for a name that is no event
   */
  on<Name extends SmtpClientEvent>(Event: Name, Handler: SmtpClient[Name]): this {
    addHandler(this, Event, Handler);
    return this;
  }

  /**
   * Takes back what on() did.
   *
   * @throws SocketToolsError for a name that is no event
   */
  off<Name extends SmtpClientEvent>(Event: Name, Handler: SmtpClient[Name]): this {
    removeHandler(this, Event, Handler);
    return this;
  }

  /** Event. A call was cancelled. */
  OnCancel(this: this): void {
    unheard();
  }

  /** Event. The server answered a command. Challenges of a login come without their text. */
  OnCommand(this: this, ResultCode: number, ResultString: string): void {
    unheard(ResultCode, ResultString);
  }

  /** Event. Connect has succeeded. */
  OnConnect(this: this): void {
    unheard();
  }

  /** Event. The connection ended, from whichever side. */
  OnDisconnect(this: this): void {
    unheard();
  }

  /** Event. A call failed; also when the failure is thrown. */
  OnError(this: this, ErrorCode: number, Description: string): void {
    unheard(ErrorCode, Description);
  }

  /** Event. Octets of a message went out. MessageSize and Percent are 0 where the size is not known. */
  OnProgress(this: this, MessageSize: number, MessageCopied: number, Percent: number): void {
    unheard(MessageSize, MessageCopied, Percent);
  }

  /** Event. Never: there is nothing to read; see Read. */
  OnRead(this: this): void {
    unheard();
  }

  /** Event. A call took longer than Timeout. */
  OnTimeout(this: this): void {
    unheard();
  }

  /** Event. With Blocking False: the next piece of a message may be written. */
  OnWrite(this: this): void {
    unheard();
  }
}
