// SMTPSocket, SMTPSecureSocket, and what they send.
import { aka, constant, event, method, property } from "./rows.mjs";

const M = "mailStates.of(this)";
const E = "messageStates.of(this)";
const A = "attachmentStates.of(this)";
const H = "headerLists.of(this)";

/** What both SMTP sockets have; they differ in the spelling that is the first. */
const mailMembers = (username, otherUsername, removeAll, otherRemoveAll) => [
  property("Messages", "XojoArray<EmailMessage>", {
    via: `${M}.messages`,
    setType: "readonly EmailMessage[]",
    core: "SmtpConnection.transaction()",
    status: "mapped",
    doc: "The queue; the first element goes next. A live array: what is added during a run is sent by it.",
    note: "`Messages(0)` is written `Messages[0]`; assigning an array replaces the content",
  }),
  property(username.name, "String", {
    via: `${M}.username`,
    core: "AuthOptions.username",
    doc: "The name to log in with; empty: no login.",
    aka: [aka(otherUsername.name, otherUsername.api)],
  }),
  property("Password", "String", {
    via: `${M}.password`,
    core: "AuthOptions.password",
    doc: "The password to log in with.",
  }),
  method("SendMail", [], "void", {
    code: [`${M}.sendMail();`],
    core: "SmtpConnection.connect(), ManualTransaction",
    status: "mapped",
    doc: "Connects, sends the queue in order and disconnects. Returns at once; no event fires before it has.",
    note: "`await whenIdle(socket)` waits for the end",
  }),
  method("DisconnectFromServer", [], "void", {
    code: [`${M}.disconnectFromServer();`],
    core: "SmtpConnection.quit()",
    doc: "Says QUIT and closes, without an Error. Between messages it ends the run; inside a message it can only close.",
  }),
  method(removeAll.name, [], "void", {
    code: [`${M}.deleteAllMessages();`],
    core: "",
    doc: "Empties the queue. A message in hand is still finished.",
    aka: [aka(otherRemoveAll.name, otherRemoveAll.api)],
  }),
  event("ConnectionEstablished", ["Greeting: String"], {
    doc: "The server has greeted; the greeting with its code, without its line end.",
    core: "Observer.onReply",
  }),
  event("MessageSent", ["Email: EmailMessage"], {
    doc: "The server took a message. It is off the queue.",
    core: "ManualTransaction.end()",
  }),
  event("MailSent", [], {
    doc: "The queue is empty, and at least one message of the run was taken.",
    core: "SmtpConnection",
  }),
  event("ServerError", ["ErrorID: Integer", "ErrorMessage: String", "Email: EmailMessage"], {
    doc: "The server refused: its code, its text, and the message, which is off the queue. Code 0: the message could not be sent to any server.",
    core: "SendError.reply",
  }),
];

const socketImports = (base, file) => ({
  "../language/events.js": ["defineEvents", "unheard"],
  "../language/coerce.js": ["text"],
  "../language/spelling.js": ["guardSpelling"],
  "../language/xojo-array.js": ["type XojoArray"],
  "../mail/mail-state.js": ["attachMail", "mailStates"],
  "./email-message.js": ["type EmailMessage"],
  [file]: [base],
});

export const SMTP_SOCKET = {
  name: "SMTPSocket",
  file: "smtp-socket",
  extends: "TCPSocket",
  doc: "Sends mail over a plain connection. Xojo deprecates it in favour of SMTPSecureSocket: name and password travel readable.",
  imports: socketImports("TCPSocket", "./tcp-socket.js"),
  construct: ["attachMail(this, SMTPSocket.Events);"],
  members: mailMembers(
    aka("UserName", "1"),
    aka("Username", "2"),
    aka("DeleteAllMessages", "1"),
    aka("RemoveAllMessages", "2"),
  ),
};

const secureImports = socketImports("SSLSocket", "./ssl-socket.js");
secureImports["../language/coerce.js"] = ["integer", "text"];

export const SMTP_SECURE_SOCKET = {
  name: "SMTPSecureSocket",
  file: "smtp-secure-socket",
  extends: "SSLSocket",
  doc: "Sends mail, over TLS when SSLEnabled is true.",
  imports: secureImports,
  construct: ["attachMail(this, SMTPSecureSocket.Events);"],
  enums: [
    {
      name: "SMTPConnectionTypes",
      doc: "How TLS begins: after STARTTLS on a plain connection, or with the first octet.",
      members: { STARTTLS: 0, SSLTLS: 1 },
    },
  ],
  members: [
    constant("ModeSTARTTLS", 0, "SMTPConnectionMode: plain first, then STARTTLS; the default."),
    constant("ModeSSLTLS", 1, "SMTPConnectionMode: TLS from the first octet."),
    property("SMTPConnectionType", "Integer", {
      via: `${M}.connectionMode`,
      core: "TlsSettings.policy",
      doc: "How TLS begins when SSLEnabled is true. A server without STARTTLS is never spoken to in plain text then.",
      aka: [aka("SMTPConnectionMode", "1")],
    }),
    ...mailMembers(
      aka("Username", "2"),
      aka("UserName", "1"),
      aka("RemoveAllMessages", "2"),
      aka("DeleteAllMessages", "1"),
    ),
  ],
};

export const EMAIL_MESSAGE = {
  name: "EmailMessage",
  file: "email-message",
  doc: "A message. Bcc recipients are in the envelope alone; Source is the text that leaves.",
  imports: {
    "../language/coerce.js": ["text"],
    "../language/spelling.js": ["guardSpelling"],
    "../language/xojo-array.js": ["type XojoArray"],
    "../mail/compose.js": ["sourceOf"],
    "../mail/message-state.js": ["MessageState", "messageStates"],
    "./email-attachment.js": ["type EmailAttachment"],
    "./internet-headers.js": ["type InternetHeaders"],
  },
  parameters: 'source = ""',
  parametersDoc: "@param source a ready message to read; see Source",
  construct: ["messageStates.attach(this, new MessageState());", 'if (source !== "") this.Source = source;'],
  members: [
    property("FromAddress", "String", {
      via: `${E}.fromAddress`,
      core: "MessageInput.from, envelope.from",
      doc: "The From field, and the address of MAIL FROM.",
    }),
    property("FromName", "String", {
      via: `${E}.fromName`,
      core: "MessageInput.from",
      doc: "The name beside FromAddress.",
    }),
    property("ToAddress", "String", {
      via: `${E}.to.text`,
      core: "MessageInput.to",
      doc: "The To recipients, separated by commas.",
    }),
    property("CCAddress", "String", {
      via: `${E}.cc.text`,
      core: "MessageInput.cc",
      doc: "The Cc recipients, separated by commas.",
    }),
    property("BCCAddress", "String", {
      via: `${E}.bcc.text`,
      core: "MessageInput.bcc",
      doc: "Recipients that no reader sees, separated by commas.",
    }),
    property("Subject", "String", {
      via: `${E}.subject`,
      core: "MessageInput.subject",
      doc: "The subject, in any script.",
    }),
    property("BodyPlainText", "String", {
      via: `${E}.bodyPlainText`,
      core: "MessageInput.text",
      doc: "text/plain.",
    }),
    property("BodyHTML", "String", { via: `${E}.bodyHTML`, core: "MessageInput.html", doc: "text/html." }),
    property("BodyEnriched", "String", {
      via: `${E}.bodyEnriched`,
      core: "MessageInput.enriched",
      doc: "text/enriched.",
    }),
    property("Headers", "InternetHeaders", {
      via: `${E}.headers`,
      core: "MessageInput.headers",
      doc: "Further header fields. They win over those made from the members.",
    }),
    property("Attachments", "XojoArray<EmailAttachment>", {
      via: `${E}.attachments`,
      setType: "readonly EmailAttachment[]",
      core: "AttachmentInput.raw",
      doc: "The attachments; a live array.",
    }),
    property("Source", "String", {
      via: "",
      get: "sourceOf(this)",
      set: `${E}.raw = text("Source", value)`,
      core: "composeMessage()",
      status: "mapped",
      doc: "The complete text that is sent, with CRLF. Assigned, the text is sent as it is, without Bcc, to those its header names. @throws RuntimeException or MimeError when the message cannot be composed",
      note: 'assigning fills the members of the header, and the body of a simple text; "" goes back to the members',
    }),
    method("AddRecipient", ["email: String"], "void", {
      code: [`${E}.to.add(text("email", email));`],
      core: "MessageInput.to",
      doc: "Adds a To recipient.",
    }),
    method("AddCCRecipient", ["email: String"], "void", {
      code: [`${E}.cc.add(text("email", email));`],
      core: "MessageInput.cc",
      doc: "Adds a Cc recipient.",
    }),
    method("AddBCCRecipient", ["email: String"], "void", {
      code: [`${E}.bcc.add(text("email", email));`],
      core: "MessageInput.bcc",
      doc: "Adds a recipient that no reader sees.",
    }),
  ],
};

export const EMAIL_ATTACHMENT = {
  name: "EmailAttachment",
  file: "email-attachment",
  doc: "A file in a message. Data leaves as it is: under a ContentEncoding it is encoded already.",
  imports: {
    "../language/coerce.js": ["text", "truth"],
    "../language/folder-item.js": ["type FolderItem"],
    "../language/spelling.js": ["guardSpelling"],
    "../mail/attachment-state.js": ["AttachmentState", "attachmentStates"],
  },
  construct: ["attachmentStates.attach(this, new AttachmentState());"],
  members: [
    property("Name", "String", {
      via: `${A}.name`,
      core: "AttachmentInput.filename",
      doc: "The file name that the reader sees.",
    }),
    property("MIMEType", "String", {
      via: `${A}.mimeType`,
      core: "AttachmentInput.contentType",
      doc: "The media type; empty: by Name.",
    }),
    property("ContentEncoding", "String", {
      via: `${A}.contentEncoding`,
      core: "Content-Transfer-Encoding",
      doc: "How Data is encoded already, as `base64`; empty: not at all, and it is encoded here.",
    }),
    property("Data", "String", {
      via: `${A}.data`,
      setType: "string | Uint8Array",
      coerce: "",
      core: "AttachmentInput.raw",
      status: "mapped",
      doc: "The content, encoded as ContentEncoding says. Takes octets too.",
      note: "text of any script that is not encoded leaves in UTF-8",
    }),
    property("InlineContent", "Boolean", {
      via: `${A}.inlineContent`,
      core: "AttachmentInput.contentDisposition",
      doc: "Whether readers show it in the text.",
    }),
    property("MacType", "String", {
      via: `${A}.macType`,
      core: "",
      status: "stored",
      doc: "Of the classic Mac OS.",
    }),
    property("MacCreator", "String", {
      via: `${A}.macCreator`,
      core: "",
      status: "stored",
      doc: "Of the classic Mac OS.",
    }),
    method("LoadFromFile", ["file: FolderItem"], "Promise<void>", {
      code: [`return ${A}.loadFromFile(file);`],
      core: "fromFile()",
      status: "differs",
      doc: "Reads a file. Name, MIMEType and ContentEncoding are there at once, Data when the promise resolves. @throws IOException, as rejection, when the file cannot be read",
      note: "blocks in Xojo; here Data needs `await`. A send waits by itself",
    }),
  ],
};

export const INTERNET_HEADERS = {
  name: "InternetHeaders",
  file: "internet-headers",
  doc: "Header fields in order. Names are compared without regard to case; what cannot be a header is refused when the message is sent.",
  imports: {
    "../language/coerce.js": ["text"],
    "../language/spelling.js": ["guardSpelling"],
    "../mail/header-list.js": ["HeaderList", "headerLists"],
  },
  construct: ["headerLists.attach(this, new HeaderList());"],
  members: [
    method("AddHeader", ["name: String", "value: String"], "void", {
      code: [`${H}.add(text("name", name), text("value", value));`],
      core: "MessageInput.headers",
      doc: "Adds a field; the name may occur several times.",
      aka: [aka("AppendHeader", "1")],
    }),
    method("SetHeader", ["name: String", "value: String"], "void", {
      code: [`${H}.set(text("name", name), text("value", value));`],
      core: "MessageInput.headers",
      doc: "Replaces all fields of the name by one.",
    }),
    method("Count", [], "Integer", {
      code: [`return ${H}.rows.length;`],
      core: "",
      doc: "The number of fields.",
    }),
    method("Name", ["index: Integer"], "String", {
      code: [`return ${H}.at(index).name;`],
      core: "",
      doc: "The name of a field. @throws RuntimeException outside the list",
      aka: [aka("NameAt", "2")],
    }),
    method("NameCount", ["name: String"], "Integer", {
      code: [`return ${H}.named(text("name", name)).length;`],
      core: "",
      doc: "How many fields have the name.",
    }),
    method("Value", ["nameOrIndex: String | Integer", "index?: Integer"], "String", {
      code: [`return ${H}.value(nameOrIndex, index);`],
      core: "",
      doc: "The value by name (the first, or the given one of the name), or by position. Empty when no field has the name.",
    }),
    method("ValueAt", ["index: Integer"], "String", {
      code: [`return ${H}.at(index).value;`],
      core: "",
      doc: "The value by position. @throws RuntimeException outside the list",
    }),
    method("CommaSeparatedValues", ["name: String"], "String", {
      code: [`return ${H}.named(text("name", name)).map((row) => row.value).join(", ");`],
      core: "",
      doc: "The values of all fields of the name.",
    }),
    method("Delete", ["nameOrIndex: String | Integer"], "void", {
      code: [`${H}.remove(nameOrIndex);`],
      core: "",
      doc: "Takes off all fields of a name, or the one at a position.",
      aka: [aka("RemoveHeader", "2")],
    }),
    method("DeleteAllHeaders", [], "void", {
      code: [`${H}.rows = [];`],
      core: "",
      doc: "Takes off all fields.",
      aka: [aka("RemoveAllHeaders", "2")],
    }),
    method("Source", [], "String", {
      code: [`return ${H}.source();`],
      core: "",
      doc: "All fields as text with CRLF, as they were given.",
    }),
  ],
};
