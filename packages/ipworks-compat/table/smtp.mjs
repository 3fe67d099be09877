// The class SMTP.
import { event, fact, method, property } from "./rows.mjs";

const HEADER_NOTE = "line breaks are refused with 10022 at Send";

/** Properties that say how to connect. */
const OF_THE_SETUP = new Set(
  "AllowExtensions AuthMechanism Firewall LocalHost MailPort MailServer Password SSLAcceptServerCert SSLCert SSLEnabled SSLProvider SSLStartMode Timeout User".split(
    " ",
  ),
);

/** Properties that the message is made of. */
const OF_THE_MESSAGE = new Set(
  "BCc Cc DeliveryNotificationTo From Importance Message MessageDate MessageId MessageText OtherHeaders Priority ReadReceiptTo ReplyTo ReturnPath SendTo Sensitivity Subject".split(
    " ",
  ),
);

export const SMTP = {
  name: "SMTP",
  doc: "Sends mail. Every method that talks to a server returns a promise; one runs at a time.",
  members: [
    property("AllowExtensions", "bool", {
      core: "SmtpConnection.hello()",
      doc: "EHLO first, HELO when the server refuses it; false: no extension is used. Default true.",
    }),
    property("AuthMechanism", "SMTPAuthMechanisms", {
      core: "SmtpConnection.authenticate()",
      doc: "How to log in once User and Password are set. Default amUserPassword.",
    }),
    property("BCc", "text", {
      key: "bcc",
      core: "ManualTransaction.recipient()",
      doc: "Blind copies, separated by commas: in the envelope, never in a header.",
      note: "setting it replaces the entries that it made before in MessageRecipients, and leaves those added by hand",
    }),
    property("Cc", "text", {
      core: "ManualTransaction.recipient()",
      doc: "Copies, separated by commas.",
      note: "setting it replaces the entries that it made before in MessageRecipients, and leaves those added by hand",
    }),
    fact("Connected", "bool", { core: "SmtpConnection", doc: "A session stands." }),
    property("DeliveryNotificationTo", "text", {
      doc: "The address in the header Return-Receipt-To; empty: no such header.",
      note: HEADER_NOTE,
    }),
    property("Firewall", "Firewall", { core: "socket-core/proxy", doc: "The proxy to connect through." }),
    property("From", "text", {
      core: "mail-address",
      doc: "The sender: header From, and MAIL FROM unless ReturnPath is set. Required.",
      note: HEADER_NOTE,
    }),
    fact("Idle", "bool", { doc: "No method is running." }),
    property("Importance", "SMTPImportances", { doc: "The header Importance; miUnspecified: none." }),
    fact("LastReply", "text", {
      core: "Observer.onReply",
      doc: "The server's last reply, all its lines, without the last line end.",
      note: "the reply to the QUIT that Send says by itself does not take the place of the message's",
    }),
    property("LocalHost", "text", {
      core: "ConnectOptions.localAddress",
      doc: "The address to connect from; empty: any. While connected, the address in use.",
    }),
    property("MailPort", "int", { core: "ConnectOptions.port", doc: "The server's port. Default 25." }),
    property("MailServer", "text", {
      core: "ConnectOptions.host",
      doc: "The server's name or address. After connecting it reads as the address; a leading `*` leaves the name to a SOCKS firewall.",
      note: "the name is kept for TLS and the next connection",
    }),
    property("Message", "bytes", {
      doc: "The body as octets, sent in place of MessageText.",
      note: "line ends become CRLF and dots are doubled all the same, or the body could end DATA early; a string is taken as UTF-8",
      setType: "Uint8Array | string",
    }),
    property("MessageDate", "text", {
      doc: "The header Date; `*` (default): now; empty: no such header.",
      note: HEADER_NOTE,
    }),
    fact("MessageHeaders", "HeaderList", { doc: "The headers that were or will be sent." }),
    fact("MessageHeadersString", "text", {
      doc: "The headers that were or will be sent, as text.",
      note: "ends with the empty line, so that the body may follow it directly",
    }),
    property("MessageId", "text", {
      doc: "The header Message-Id; `*` (default): unique and random; empty: no such header.",
      note: HEADER_NOTE,
    }),
    property("MessageRecipients", "MessageRecipientList", { doc: "All recipients of all kinds." }),
    property("MessageText", "text", {
      doc: "The body, without headers.",
      note: "sent as UTF-8; a server without 8BITMIME gets text that is not ASCII encoded",
    }),
    property("OtherHeaders", "text", {
      doc: "Headers appended to the others; beginning with an empty line, they replace all of them.",
      note: "a line that is no header is refused with 10022 at Send, and a Bcc line is left out",
    }),
    property("Password", "text", { core: "AuthOptions.password", doc: "The password to log in with." }),
    property("Priority", "SMTPPriorities", { doc: "The header Priority; epUnspecified: none." }),
    property("ReadReceiptTo", "text", {
      doc: "The address in the header Disposition-Notification-To; empty: no such header.",
      note: HEADER_NOTE,
    }),
    property("ReplyTo", "text", {
      doc: "The header Reply-To; empty: no such header.",
      note: HEADER_NOTE,
    }),
    property("ReturnPath", "text", {
      doc: "The address in MAIL FROM; empty: the one in From. `<>`: the null sender.",
    }),
    property("SendTo", "text", {
      core: "ManualTransaction.recipient()",
      doc: "The recipients, separated by commas. Required.",
      note: "setting it replaces the entries that it made before in MessageRecipients, and leaves those added by hand",
    }),
    property("Sensitivity", "SMTPSensitivities", { doc: "The header Sensitivity; esUnspecified: none." }),
    property("SSLAcceptServerCert", "Certificate", {
      key: "sslAcceptServerCert",
      core: "Observer.onCertificate",
      doc: "A server that shows this certificate is accepted without asking.",
    }),
    property("SSLCert", "Certificate", {
      key: "sslCert",
      core: "TlsOptions.certificate",
      doc: "The client's certificate.",
    }),
    property("SSLEnabled", "bool", {
      key: "sslEnabled",
      core: "TlsSettings.policy",
      doc: "TLS is used. Setting it to true means SSLStartMode sslAutomatic.",
    }),
    property("SSLProvider", "SMTPSSLProviders", {
      key: "sslProvider",
      status: "stored",
      doc: "Which TLS implementation to take; here it is always Node's.",
    }),
    fact("SSLServerCert", "Certificate", {
      key: "sslServerCert",
      core: "TlsInfo.certificate",
      doc: "The server's certificate of the last connection; empty again when another is attempted.",
      note: "another object for each certificate, so that one that was kept stays what it was",
    }),
    property("SSLStartMode", "SMTPSSLStartModes", {
      key: "sslStartMode",
      core: "TlsSettings.policy",
      doc: "How TLS begins. Default sslNone.",
      note: "sslAutomatic is implicit on port 587 too, where servers usually expect sslExplicit",
    }),
    property("Subject", "text", { doc: "The header Subject.", note: HEADER_NOTE }),
    property("Timeout", "int", {
      core: "Socket.setIdleTimeoutMs()",
      doc: "Seconds without an octet in either direction until a method fails with 201; 0: never. Default 60.",
      note: "a negative number is refused with 10022",
    }),
    property("User", "text", { core: "AuthOptions.username", doc: "The name to log in with." }),

    method("Config", ["configurationString: text"], "text", {
      status: "mapped",
      doc: '`Config("NAME=VALUE")` sets a setting, `Config("NAME")` reads it. Names in any letter case.',
      throws: "10022 for a name that does not exist or a value that cannot be",
    }),
    method("Connect", [], "void", {
      waits: true,
      core: "SmtpConnection.connect()",
      doc: "Connects, greets, secures and logs in.",
    }),
    method("Disconnect", [], "void", {
      waits: true,
      core: "SmtpConnection.quit()",
      doc: "Says QUIT and closes. Does nothing when not connected.",
    }),
    method("DoEvents", [], "void", {
      waits: true,
      status: "mapped",
      doc: "Lets what waits in the event loop happen.",
    }),
    method("Expand", ["emailAddress: text"], "void", {
      waits: true,
      core: "SmtpConnection.expand()",
      doc: "EXPN: one Expand event for each address. Connects when needed, and stays connected.",
    }),
    method("Interrupt", [], "void", {
      core: "AbortSignal",
      doc: "Ends the running method with 301, which ends the connection too. Does nothing when none is running.",
    }),
    method("ProcessQueue", ["queueDir: text"], "void", {
      waits: true,
      doc: "Sends the `.queued` files of a directory.",
    }),
    method("Queue", ["queueDir: text"], "text", {
      waits: true,
      doc: "Writes the message to a new `.queued` file and returns its name; `*`: returns the text of such a file.",
    }),
    method("Reset", [], "void", { doc: "Gives every property its default, and drops the connection." }),
    method("ResetHeaders", [], "void", {
      doc: "Empties the header properties and MessageRecipients; MessageDate and MessageId become `*`.",
    }),
    method("Send", [], "void", {
      waits: true,
      core: "SmtpConnection.transaction()",
      doc: "Sends the message. Not connected: connects, sends and disconnects; after an error the connection stays.",
    }),
    method("SendCommand", ["command: text"], "void", {
      waits: true,
      core: "SmtpConnection.command()",
      doc: "Sends one line as it is; LastReply has the answer, whatever its code.",
      note: "AUTH, BDAT, DATA and STARTTLS need more than a line and are refused with 211",
    }),
    method("SendToTerminalAndEmail", [], "void", {
      waits: true,
      core: "ManualTransactionOptions.verb",
      doc: "As Send, with SAML.",
    }),
    method("SendToTerminalOnly", [], "void", {
      waits: true,
      core: "ManualTransactionOptions.verb",
      doc: "As Send, with SEND.",
    }),
    method("SendToTerminalOrEmail", [], "void", {
      waits: true,
      core: "ManualTransactionOptions.verb",
      doc: "As Send, with SOML.",
    }),
    method("SetMessageStream", ["messageStream: Stream"], "void", {
      doc: "Takes the body from a stream, from where it stands to its end, at the next Send. Undefined: no stream.",
    }),
    method("Verify", ["emailAddress: text"], "void", {
      waits: true,
      core: "SmtpConnection.verify()",
      doc: "VRFY; LastReply has the answer. Connects when needed, and stays connected.",
    }),

    event("ConnectionStatus", ["ConnectionEvent: text", "StatusCode: int", "Description: text"], {
      doc: "The connection changed: `Firewall connected`, `Remote host connected`, `SSL handshake complete`, `Remote host disconnected`.",
      note: "the documents lost the names of the states; these are ours",
    }),
    event("EndTransfer", ["Direction: int"], { doc: "The body went out." }),
    event("Error", ["ErrorCode: int", "Description: text"], {
      doc: "Something failed that does not stop the message: a refused blind copy.",
    }),
    event("Expand", ["Address: text"], { doc: "One address of an expanded list." }),
    event("PITrail", ["Direction: int", "Message: text"], {
      listenerMethod: "PITrail",
      doc: "A line of the conversation: 0 of the client, 1 of the server, 2 a note. Never a line of the message, never a secret.",
    }),
    event(
      "SSLServerAuthentication",
      ["CertEncoded: bytes", "CertSubject: text", "CertIssuer: text", "Status: text", "Accept!: bool"],
      {
        listenerMethod: "SSLServerAuthentication",
        core: "Observer.onCertificate",
        doc: "The server's certificate, before anything secret is sent. Status is `OK` or what is wrong; assign Accept to decide.",
        dotnetTypes: { CertEncoded: "text" },
        dotnet: ["CertEncodedB: bytes"],
      },
    ),
    event("SSLStatus", ["Message: text"], {
      listenerMethod: "SSLStatus",
      doc: "Progress of TLS, for people.",
    }),
    event("StartTransfer", ["Direction: int"], { doc: "The body begins to go out." }),
    event("Transfer", ["Direction: int", "BytesTransferred: int", "PercentDone: int", "Text: bytes"], {
      core: "ManualTransaction.write()",
      doc: "A piece of the body went out: octets since its beginning, percent or -1, and the piece.",
      dotnetTypes: { Text: "text" },
      dotnet: ["TextB: bytes"],
    }),
  ].map((row) => {
    if (OF_THE_MESSAGE.has(row.name)) return { ...row, key: `draft.${row.key}` };
    return OF_THE_SETUP.has(row.name) ? { ...row, key: `setup.${row.key}` } : row;
  }),
};
