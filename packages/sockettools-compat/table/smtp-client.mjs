// SmtpClient.
import { aka, event, fact, method, property } from "./rows.mjs";

const S = "smtpStates.of(this)";
const SET = `${S}.settings`;
const CODE = "Promise<Long>";

/** A property that is only a value, which Connect reads. */
const setting = (name, type, row) =>
  property(name, type, { via: `${SET}.${name.charAt(0).toLowerCase()}${name.slice(1)}`, ...row });
const shown = (name, type, expression, row) => fact(name, type, { via: `${S}.${expression}`, ...row });
const stored = (name, type, doc, note) => setting(name, type, { doc, core: "", status: "stored", note });

const PROPERTIES = [
  setting("AuthType", "Long", {
    core: "AuthOptions.mechanisms",
    doc: "How Authenticate logs in when it is not told, one of SmtpAuthType.",
    status: "differs",
    note: "not assigned, the strongest mechanism that the server announces is taken",
  }),
  stored(
    "AutoResolve",
    "Boolean",
    "Whether names are resolved when they are assigned.",
    "names are resolved by Connect, as nothing here can wait in an assignment",
  ),
  setting("BearerToken", "String", {
    core: "AuthOptions.token",
    doc: "The OAuth 2 token for XOAUTH2 and OAUTHBEARER.",
  }),
  setting("Blocking", "Boolean", {
    core: "",
    doc: "True: a method's promise brings its result. False: methods return at once, and events tell how they ended.",
    status: "mapped",
    note: "nothing blocks; ported lines gain `await`. With False, calls are made one after the other",
  }),
  shown("CertificateExpires", "String", "secure.expires", {
    core: "CertificateInfo.notAfter",
    doc: "Until when the server's certificate is valid, as a date of RFC 5322.",
  }),
  shown("CertificateIssued", "String", "secure.issued", {
    core: "CertificateInfo.notBefore",
    doc: "Since when the server's certificate is valid, as a date of RFC 5322.",
  }),
  shown("CertificateIssuer", "String", "secure.issuer", {
    core: "CertificateInfo.issuer",
    doc: "Who issued the server's certificate.",
  }),
  setting("CertificateName", "String", {
    core: "loadCertificate({ select })",
    doc: "The client certificate in CertificateStore: its name, or a part of it.",
    status: "differs",
    note: "needs CertificateStore to be a file",
  }),
  setting("CertificatePassword", "String", {
    core: "loadCertificate({ password })",
    doc: "The password of CertificateStore.",
  }),
  shown("CertificateStatus", "Long", "secure.status", {
    core: "TlsInfo.failure",
    doc: "What is thought of the server's certificate, one of SmtpCertificateStatus.",
    status: "mapped",
    note: "the control's numbers are not known",
  }),
  setting("CertificateStore", "String", {
    core: "loadCertificate()",
    doc: "A file with the client certificate and its key, as PFX or PEM.",
    status: "differs",
    note: "Windows stores cannot be opened: export a PFX",
  }),
  shown("CertificateSubject", "String", "secure.subject", {
    core: "CertificateInfo.subject",
    doc: "Whom the server's certificate names.",
  }),
  stored("CertificateUser", "String", "Whose Windows store is meant.", "Windows stores cannot be opened"),
  shown("CipherStrength", "Long", "secure.cipherStrength", {
    core: "TlsInfo.cipher",
    doc: "Bits of the cipher's key; 0 without TLS.",
  }),
  fact("CurrentDate", "String", {
    via: "dateText(new Date())",
    core: "",
    doc: "The date and time of now, as a Date field takes it.",
  }),
  setting("Delivery", "Long", {
    core: "SendOptions.dsn",
    doc: "The notices of delivery that are asked for, by SmtpDelivery.",
    status: "mapped",
    note: "the control's numbers are not known; a server without DSN is an error",
  }),
  setting("Domain", "String", {
    core: "ConnectionOptions.clientName",
    doc: "The name for HELO and EHLO; empty: this host's.",
  }),
  property("Extended", "Boolean", {
    via: `${S}.extended`,
    core: "SmtpConnection.capabilities",
    doc: "Asks for ESMTP. After Connect it says whether the server has it.",
    status: "differs",
    note: "also on by itself on port 587, with TLS, and when Connect is given a user name, which need it",
  }),
  shown("HashStrength", "Long", "secure.hashStrength", {
    core: "TlsInfo.cipher",
    doc: "Bits of the hash; 0 without TLS.",
  }),
  setting("HostAddress", "String", {
    core: "ConnectionOptions.host",
    doc: "The server's IP address; wins over HostName, which then names it in certificates.",
  }),
  stored("HostFile", "String", "A file of host names.", "names are the system's to resolve"),
  setting("HostName", "String", { core: "ConnectionOptions.host", doc: "The server's name or IP address." }),
  shown("IsBlocked", "Boolean", "isBlocked", { core: "", doc: "True while a call has not ended." }),
  shown("IsConnected", "Boolean", "isConnected", {
    core: "SmtpConnection.closed",
    doc: "True while there is a connection.",
    aka: [aka("Connected", "5")],
  }),
  shown("IsInitialized", "Boolean", "isInitialized", { core: "", doc: "True after Initialize." }),
  fact("IsReadable", "Boolean", {
    via: "false",
    core: "",
    status: "no-op",
    doc: "Always False: replies are read by the methods that wait for them.",
  }),
  shown("IsWritable", "Boolean", "isWritable", {
    core: "",
    doc: "True when Write can be called without waiting.",
  }),
  property("KeepAlive", "Boolean", {
    via: `${S}.keepAlive`,
    core: "Socket.setKeepAlive()",
    doc: "Whether a silent connection is probed.",
  }),
  property("LastError", "Long", {
    via: `${S}.outcome.number`,
    core: "SendError.code",
    doc: "The number of the last call's failure, 0 after success. Assigning sets or clears it.",
    status: "mapped",
    note: "always positive; see the table of numbers in the README",
  }),
  shown("LastErrorString", "String", "outcome.text", {
    core: "SendError.message",
    doc: "The failure of the last call in words; empty after success.",
  }),
  shown("LocalAddress", "String", "localAddress", {
    core: "Socket.localAddress",
    doc: "The IP address of this side while there is a connection, otherwise empty.",
  }),
  shown("LocalName", "String", "localName", {
    core: "",
    doc: "This host's name while there is a connection, otherwise empty.",
  }),
  stored("Localize", "Boolean", "Whether times are local.", "messages are given ready"),
  shown("MessageSize", "Long", "messageSize", {
    core: "Capabilities.sizeBytes",
    doc: "The largest message that the server takes, in octets; 0: it did not say.",
  }),
  property("Options", "Long", {
    via: `${SET}.options`,
    core: "ConnectionOptions.tls",
    doc: "What Connect uses when it is not given options, by SmtpOptions.",
  }),
  setting("Password", "String", { core: "AuthOptions.password", doc: "For Authenticate and Connect." }),
  setting("RemotePort", "Long", {
    core: "ConnectionOptions.port",
    doc: "The port to connect to. 0, or not assigned: 25, and 465 with implicit TLS.",
  }),
  setting("RemoteService", "String", {
    core: "",
    doc: "The port by its name: smtp, submission, smtps. Assigning it sets RemotePort.",
    status: "mapped",
  }),
  shown("ResultCode", "Long", "reply.code", {
    core: "Reply.code",
    doc: "The code of the last reply.",
  }),
  shown("ResultString", "String", "reply.text", {
    core: "Reply.lines",
    doc: "The text of the last reply without its code; several lines with CRLF between them.",
  }),
  setting("Secure", "Boolean", {
    via: `${S}.isSecure`,
    core: "ConnectionOptions.tls",
    doc: "TLS, also without an option: implicit on port 465, otherwise by STARTTLS. While connected it says whether the connection has TLS, however that was asked for; what is assigned counts from the next Connect on, and is read again without a connection.",
  }),
  shown("SecureCipher", "Long", "secure.cipher", {
    core: "TlsInfo.cipher",
    doc: "The cipher, one of SmtpCipher.",
    status: "mapped",
    note: "the control's numbers are not known",
  }),
  shown("SecureHash", "Long", "secure.hash", {
    core: "TlsInfo.cipher",
    doc: "The hash, one of SmtpHash.",
    status: "mapped",
    note: "the control's numbers are not known",
  }),
  shown("SecureKeyExchange", "Long", "secure.keyExchange", {
    core: "TlsInfo.keyExchange",
    doc: "The key exchange, one of SmtpKeyExchange.",
    status: "mapped",
    note: "the control's numbers are not known",
  }),
  property("SecureProtocol", "Long", {
    via: `${S}.secureProtocol`,
    core: "TlsOptions.minVersion, maxVersion",
    doc: "The versions of TLS that are allowed, by SmtpSecureProtocol; with TLS in use, that version.",
    status: "mapped",
    note: "the control's numbers are not known",
  }),
  shown("State", "Long", "stateNumber", {
    core: "",
    doc: "What the client is at, one of SmtpState.",
    status: "mapped",
    note: "the control's numbers are not known",
  }),
  setting("ThrowError", "Boolean", {
    core: "",
    doc: "True: methods throw a SocketToolsError instead of returning a number.",
    status: "mapped",
    note: "the promise rejects, which `await` throws",
  }),
  setting("Timeout", "Long", {
    core: "ConnectionOptions.timeouts",
    doc: "Seconds for each step and each reply, from the next Connect on; 0: no limit.",
    status: "differs",
    note: "not assigned, the reply to the end of a message has ten minutes, lest it is sent twice",
  }),
  property("Trace", "Boolean", {
    via: `${S}.trace.enabled`,
    core: "Observer.onTranscript",
    doc: "Whether calls, commands and replies are written to TraceFile. Passwords never are.",
  }),
  property("TraceFile", "String", {
    via: `${S}.trace.file`,
    core: "",
    doc: "Where Trace writes; what is there stays. Empty: cstrace.log in the folder for temporary files.",
  }),
  property("TraceFlags", "Long", {
    via: `${S}.trace.flags`,
    core: "",
    doc: "How much Trace writes, by SmtpTrace.",
    status: "mapped",
    note: "the control's numbers are not known",
  }),
  shown("TransferBytes", "Long", "transfer.bytes", {
    core: "TransferProgress.sentBytes",
    doc: "Octets of the current or last message that have gone out.",
  }),
  shown("TransferRate", "Long", "transfer.rate", {
    core: "",
    doc: "Octets a second of the current or last message.",
  }),
  shown("TransferTime", "Long", "transfer.seconds", {
    core: "",
    doc: "Whole seconds that the current or last message took.",
  }),
  setting("UserName", "String", {
    core: "AuthOptions.username",
    doc: "For Authenticate and Connect; when it is set, Connect logs in.",
  }),
  fact("Version", "String", {
    via: '""',
    core: "",
    status: "no-op",
    doc: "Empty: this is no version of the control.",
  }),
];

const METHODS = [
  method("AddRecipient", ["Recipient: String"], CODE, {
    given: `${S}.messages.addRecipient`,
    core: "ManualTransaction.recipient()",
    doc: "Adds a recipient to the message of CreateMessage. A refused one fails this call alone.",
  }),
  method("AppendMessage", ["Message: Content", "Length?: Long", "Options?: Long"], CODE, {
    given: `${S}.messages.appendMessage`,
    core: "ManualTransaction.write()",
    doc: "Sends a piece of the message, as Write does; 0 or an error.",
  }),
  method("Authenticate", ["UserName?: String", "Password?: String", "AuthType?: Long"], CODE, {
    given: `${S}.authenticate`,
    core: "SmtpConnection.authenticate()",
    doc: "Logs in. What is left out comes from the properties. After a login by Connect it gives 0 and does nothing.",
  }),
  method("Cancel", [], "Long", {
    code: [`return ${S}.cancel();`],
    core: "AbortSignal",
    doc: "Makes the call in progress fail with stErrorOperationCanceled. What waits behind it is dropped.",
    status: "differs",
    note: "the connection is closed with it unless nothing of a message was under way, as its state would be unknown",
  }),
  method("CloseMessage", [], CODE, {
    given: `${S}.messages.closeMessage`,
    core: "ManualTransaction.end()",
    doc: "Ends the message; 0 only when the server has taken it.",
  }),
  method("Command", ["Command: String", "Parameters?: String"], CODE, {
    given: `${S}.questions.command`,
    core: "SmtpConnection.command()",
    doc: "Sends a command; ResultCode and ResultString have the reply. A refusal is an error.",
    status: "differs",
    note: "AUTH, BDAT and BURL are refused: they go on over several lines, which Authenticate and Write know",
  }),
  method(
    "Connect",
    [
      "RemoteHost?: String",
      "RemotePort?: Long",
      "UserName?: String",
      "Password?: String",
      "Timeout?: Long",
      "Options?: Long",
    ],
    CODE,
    {
      given: `${S}.connect`,
      core: "SmtpConnection.connect()",
      doc: "Connects, greets, begins TLS, and logs in when there is a user name. What is left out comes from the properties.",
    },
  ),
  method("CreateMessage", ["Sender: String", "MessageSize?: Long"], CODE, {
    given: `${S}.messages.createMessage`,
    core: "SmtpConnection.transaction()",
    doc: "Begins a message. A size above the server's limit is an error, and nothing is sent.",
  }),
  method("Disconnect", [], CODE, {
    given: `${S}.disconnect`,
    core: "SmtpConnection.quit()",
    doc: "Says QUIT and closes. Without a connection it gives 0.",
  }),
  method("ExpandAddress", ["Address: String", "Expanded: Holder"], CODE, {
    given: `${S}.questions.expandAddress`,
    core: "SmtpConnection.expand()",
    doc: "Asks who is on a list (EXPN). The addresses, with commas between them, go into the holder.",
    overloads: ["ExpandAddress(Address: string): Promise<string>;"],
    namedReturns: "Promise<number | string>",
    mayMiss: ["Expanded"],
    note: "without a holder the addresses are returned, empty after a failure",
    status: "mapped",
  }),
  method("Initialize", ["LicenseKey?: String"], "Long", {
    code: [`return ${S}.initialize(LicenseKey);`],
    core: "",
    status: "no-op",
    doc: "Gives 0; no licence is needed.",
  }),
  method("Read", ["Buffer: Holder", "Length?: Long"], CODE, {
    given: `${S}.questions.read`,
    core: "",
    status: "no-op",
    doc: "Gives -1 with stErrorOperationNotSupported: replies are read by the methods that wait for them.",
    mayMiss: ["Buffer"],
  }),
  method("Reset", [], CODE, {
    given: `${S}.reset`,
    core: "SmtpConnection.reset()",
    doc: "Forgets a message in progress.",
    status: "differs",
    note: "once its text has begun, only closing the connection keeps half a message from being delivered",
  }),
  method("SendMessage", ["Sender: String", "Recipient: String", "Message: Content", "Options?: Long"], CODE, {
    given: `${S}.messages.sendMessage`,
    core: "SmtpConnection.send()",
    doc: "Sends a ready message to one recipient or several with commas between them. One refused: nobody gets it.",
  }),
  method(
    "SubmitMessage",
    ["Sender: String", "Recipient: String", "Message: Content", "Options?: Long"],
    CODE,
    {
      given: `${S}.messages.submitMessage`,
      core: "DirectDelivery.send()",
      doc: "Connects, sends and disconnects. Without HostName and HostAddress it delivers to the recipients' mail exchangers.",
      status: "mapped",
      note: "Options are those of Connect",
    },
  ),
  method("Uninitialize", [], "void", {
    code: [`${S}.uninitialize();`],
    core: "",
    doc: "Ends what is under way, at once.",
  }),
  method("VerifyAddress", ["Address: String", "Verified?: Holder"], CODE, {
    given: `${S}.questions.verifyAddress`,
    core: "SmtpConnection.verify()",
    doc: "Asks whether there is such a mailbox (VRFY). Its address goes into the holder; ResultString has the server's words.",
    status: "mapped",
  }),
  method("Write", ["Buffer: Content", "Length?: Long"], CODE, {
    given: `${S}.messages.write`,
    core: "ManualTransaction.write()",
    doc: "Sends a piece of the message: the octets written, or -1. Line ends become CRLF, dots are doubled.",
  }),
  method("on", ["Event: String", "Handler: Function"], "this", {
    signature: "on<Name extends SmtpClientEvent>(Event: Name, Handler: SmtpClient[Name]): this",
    code: ["addHandler(this, Event, Handler);", "return this;"],
    core: "",
    status: "mapped",
    doc: 'Adds a handler: `client.on("OnError", (code, text) => …)`. @throws SocketToolsError for a name that is no event',
  }),
  method("off", ["Event: String", "Handler: Function"], "this", {
    signature: "off<Name extends SmtpClientEvent>(Event: Name, Handler: SmtpClient[Name]): this",
    code: ["removeHandler(this, Event, Handler);", "return this;"],
    core: "",
    status: "mapped",
    doc: "Takes back what on() did. @throws SocketToolsError for a name that is no event",
  }),
];

const EVENTS = [
  event("OnCancel", [], { doc: "A call was cancelled.", core: "AbortSignal" }),
  event("OnCommand", ["ResultCode: Long", "ResultString: String"], {
    doc: "The server answered a command. Challenges of a login come without their text.",
    core: "Observer.onReply",
  }),
  event("OnConnect", [], { doc: "Connect has succeeded.", core: "SmtpConnection.connect()" }),
  event("OnDisconnect", [], { doc: "The connection ended, from whichever side.", core: "Observer.onClosed" }),
  event("OnError", ["ErrorCode: Long", "Description: String"], {
    doc: "A call failed; also when the failure is thrown.",
    core: "SendError",
  }),
  event("OnProgress", ["MessageSize: Long", "MessageCopied: Long", "Percent: Long"], {
    doc: "Octets of a message went out. MessageSize and Percent are 0 where the size is not known.",
    core: "TransferProgress",
  }),
  event("OnRead", [], {
    doc: "Never: there is nothing to read; see Read.",
    core: "",
    status: "no-op",
  }),
  event("OnTimeout", [], { doc: "A call took longer than Timeout.", core: "ERR_CLIENT_TIMEOUT" }),
  event("OnWrite", [], { doc: "With Blocking False: the next piece of a message may be written.", core: "" }),
];

export const SMTP_CLIENT = {
  name: "SmtpClient",
  file: "smtp-client",
  doc: "The SMTP control. Its methods give 0 or a positive number, and do not throw unless ThrowError is True.",
  imports: {
    "../client/message-content.js": ["type MessageContent"],
    "../client/smtp-state.js": ["SmtpState", "smtpStates"],
    "../date-text.js": ["dateText"],
    "../language/arguments.js": ["given", "type Signature"],
    "../language/by-ref.js": ["type Holder"],
    "../language/coerce.js": ["integer", "text", "truth"],
    "../language/events.js": ["addHandler", "defineEvents", "removeHandler", "unheard"],
    "../language/spelling.js": ["guardSpelling"],
  },
  construct: ["smtpStates.attach(this, new SmtpState(this));"],
  members: [...PROPERTIES, ...METHODS, ...EVENTS],
};
