// MailMessage and DnsClient, as far as their members are known.
import { fact, method, property } from "./rows.mjs";

const M = "mailStates.of(this)";
const D = "dnsStates.of(this)";
const field = (name, doc, row = {}) =>
  property(name, "String", {
    via: `${M}.${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    core: `MessageInput.${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    doc,
    ...row,
  });

const outcome = (state) => [
  property("LastError", "Long", {
    via: `${state}.outcome.number`,
    core: "",
    doc: "The number of the last call's failure, 0 after success. Assigning sets or clears it.",
  }),
  fact("LastErrorString", "String", {
    via: `${state}.outcome.text`,
    core: "",
    doc: "The failure of the last call in words; empty after success.",
  }),
  property("ThrowError", "Boolean", {
    via: `${state}.throwError`,
    core: "",
    doc: "True: methods throw a SocketToolsError instead of returning a number.",
  }),
];

export const MAIL_MESSAGE = {
  name: "MailMessage",
  file: "mail-message",
  doc: "The companion that composes messages for SmtpClient.",
  imports: {
    "../language/arguments.js": ["given", "type Signature"],
    "../language/coerce.js": ["integer", "text", "truth"],
    "../language/spelling.js": ["guardSpelling"],
    "../mail/mail-state.js": ["MailState", "mailStates"],
  },
  construct: ["mailStates.attach(this, new MailState());"],
  members: [
    field("From", "The author: an address, with or without a name."),
    field("To", "Recipients, with commas between them."),
    field("Cc", "Recipients of a copy, with commas between them."),
    field("Bcc", "Recipients whom no reader sees: not in Message. Name them to SendMessage."),
    field("Subject", "The subject, in any script."),
    field("Date", "The date; empty: that of the moment when Message is read first."),
    field("Text", "The text; HTML when ContentType says so."),
    property("Message", "String", {
      via: `${M}.message`,
      core: "composeMessage()",
      doc: "The whole message. Assigning a ready one shows its fields; it is sent as it is. Empty without From. Reading it counts as a call: empty, with LastError, where it cannot be composed or AttachFile was not awaited. @throws SocketToolsError for those, with ThrowError alone",
    }),
    property("Attachment", "String", {
      via: `${M}.attachment`,
      core: "MessageInput.attachments",
      doc: "The name of the file attached last. Assigning a file name attaches it.",
      status: "differs",
      note: "a file is read without waiting: give the object itself to SendMessage, or use `await AttachFile(…)`",
    }),
    field("ContentType", "The type of Text; empty: text/plain."),
    field("Encoding", "The encoding of Text, as quoted-printable or base64; empty: what fits.", {
      core: "MessageInput.textEncoding",
    }),
    property("Localize", "Boolean", {
      via: `${M}.localize`,
      core: "",
      status: "stored",
      doc: "Whether times are local.",
      note: "Date is written as it is given",
    }),
    ...outcome(M),
    method("Reset", [], "void", { code: [`${M}.reset();`], core: "", doc: "Begins a new, empty message." }),
    method(
      "ComposeMessage",
      [
        "From: String",
        "To: String",
        "Cc?: String",
        "Bcc?: String",
        "Subject?: String",
        "MessageText?: String",
        "MessageHTML?: String",
        "CharacterSet?: Long",
        "EncodingType?: Long",
      ],
      "Long",
      {
        given: `${M}.compose`,
        core: "composeMessage()",
        doc: "Begins a new message with these fields and texts.",
        status: "mapped",
        note: "CharacterSet and EncodingType are not looked at, as their numbers are not known: text is UTF-8, encoded as it needs",
      },
    ),
    method("AttachFile", ["FileName: String", "Options?: Long"], "Promise<Long>", {
      given: `${M}.attachFile`,
      core: "fromFile()",
      doc: "Reads a file and attaches it.",
      status: "mapped",
    }),
    method("Initialize", ["LicenseKey?: String"], "Long", {
      code: ["void LicenseKey;", "return 0;"],
      core: "",
      status: "no-op",
      doc: "Gives 0; no licence is needed.",
    }),
  ],
};

export const DNS_CLIENT = {
  name: "DnsClient",
  file: "dns-client",
  doc: "The companion that looks up mail exchangers.",
  imports: {
    "../dns/dns-state.js": ["DnsState", "dnsStates"],
    "../language/arguments.js": ["given", "type Signature"],
    "../language/coerce.js": ["integer", "text", "truth"],
    "../language/spelling.js": ["guardSpelling"],
  },
  construct: ["dnsStates.attach(this, new DnsState());"],
  members: [
    property("HostName", "String", {
      via: `${D}.hostName`,
      core: "",
      doc: "The domain whose mail exchangers are asked for.",
    }),
    property("Timeout", "Long", {
      via: `${D}.timeout`,
      core: "AbortSignal",
      doc: "Seconds that a question may take; 0: no limit.",
    }),
    ...outcome(D),
    method("MailExchange", ["index: Long"], "Promise<String>", {
      given: `${D}.mailExchange`,
      core: "DnsResolver.resolve()",
      doc: "The mail exchanger at an index from 0 on, the preferred ones first; empty when there is none.",
      status: "mapped",
      note: "a property array in the control; asking takes an `await`",
    }),
    method("MailExchanges", [], "Promise<Long>", {
      given: `${D}.mailExchanges`,
      core: "DnsResolver.resolve()",
      doc: "How many mail exchangers the domain has; 0 also after a failure.",
      status: "mapped",
    }),
    method("Initialize", ["LicenseKey?: String"], "Long", {
      code: ["void LicenseKey;", "return 0;"],
      core: "",
      status: "no-op",
      doc: "Gives 0; no licence is needed.",
    }),
    method("Uninitialize", [], "void", {
      code: [`${D}.forget();`],
      core: "",
      doc: "Forgets what was looked up.",
    }),
  ],
};
