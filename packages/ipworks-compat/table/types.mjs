// The classes around SMTP.
import { fact, property } from "./rows.mjs";

const FILLED = "empty until a certificate was chosen";

export const CERTIFICATE = {
  name: "Certificate",
  doc: "A certificate, with its private key or without.",
  state: "CertificateState",
  constructors: [
    [],
    ["certificateFile: string"],
    ["encoded: Uint8Array"],
    ["storeType: CertStoreTypes", "store: string | Uint8Array", "storePassword: string", "subject: string"],
    [
      "storeType: CertStoreTypes",
      "store: string | Uint8Array",
      "storePassword: string",
      "subject: string",
      "configurationString: string",
    ],
    [
      "storeType: CertStoreTypes",
      "store: string | Uint8Array",
      "storePassword: string",
      "encoded: Uint8Array",
    ],
  ],
  members: [
    fact("EffectiveDate", "text", { doc: "Valid from: `23-Jan-2000 15:00:00`, local time." }),
    fact("ExpirationDate", "text", { doc: "Valid until: `23-Jan-2001 15:00:00`, local time." }),
    fact("ExtendedKeyUsage", "text", { doc: "Object identifiers, separated by commas." }),
    fact("Fingerprint", "text", { doc: "MD5, in hexadecimal with colons." }),
    fact("FingerprintSHA1", "text", { doc: "SHA-1, in hexadecimal with colons." }),
    fact("FingerprintSHA256", "text", { doc: "SHA-256, in hexadecimal with colons." }),
    fact("Issuer", "text", { doc: "The issuer's name." }),
    property("KeyPassword", "text", {
      doc: "The password of the private key; StorePassword unless set.",
      java: true,
    }),
    fact("PrivateKey", "text", { doc: "The private key as PEM; empty when there is none." }),
    fact("PrivateKeyAvailable", "bool", { doc: "There is a private key." }),
    fact("PrivateKeyContainer", "text", { doc: "Of Windows; always empty.", status: "stored" }),
    fact("PublicKey", "text", { doc: "The public key as PEM." }),
    fact("PublicKeyAlgorithm", "text", { doc: "`RSA`, `EC`… or an object identifier." }),
    fact("PublicKeyLength", "int", { doc: "Bits of the public key." }),
    fact("SerialNumber", "text", { doc: "The serial number in hexadecimal." }),
    fact("SignatureAlgorithm", "text", { doc: "The signature's algorithm." }),
    property("Store", "text", { doc: "The store: a file's name, or the data as text. Default `MY`." }),
    property("StoreB", "bytes", { key: "storeBytes", doc: "The store as octets." }),
    property("StorePassword", "text", { doc: "The password of the store." }),
    property("StoreType", "CertStoreTypes", {
      doc: "Where the certificate is kept. Default cstUser, which is not available here: error 271.",
    }),
    fact("SubjectAltNames", "text", { doc: "The alternative names, separated by commas." }),
    fact("ThumbprintMD5", "text", { doc: "MD5, in hexadecimal." }),
    fact("ThumbprintSHA1", "text", { doc: "SHA-1, in hexadecimal." }),
    fact("ThumbprintSHA256", "text", { doc: "SHA-256, in hexadecimal." }),
    fact("Usage", "text", { doc: "UsageFlags in words, separated by commas." }),
    fact("UsageFlags", "int", {
      doc: "0x80 digital signature, 0x40 non-repudiation, 0x20 key and 0x10 data encipherment, 0x08 key agreement, 0x04 certificate and 0x02 CRL signing, 0x01 encipher only.",
    }),
    fact("Version", "text", { doc: "`V1`, `V2` or `V3`." }),
    property("Subject", "text", {
      doc: "The subject's name. Setting it chooses in the store: exact, else a part; `*`: any; `Thumbprint=…`.",
    }),
    property("Encoded", "text", {
      doc: "The certificate as PEM. Setting it looks for its private key in the store.",
    }),
    property("EncodedB", "bytes", { key: "encodedBytes", doc: "The certificate as octets, PEM or DER." }),
  ],
  note: `A store of another kind than X.509 in memory is read when needed: \`await ready(certificate)\` before reading its fields, which are ${FILLED}.`,
};

export const FIREWALL = {
  name: "Firewall",
  doc: "The proxy that connections go through.",
  state: "FirewallState",
  constructors: [[]],
  members: [
    property("AutoDetect", "bool", {
      core: "socket-core/proxy detectProxy()",
      doc: "Takes the proxy from the environment: `ALL_PROXY`, `HTTPS_PROXY`, `NO_PROXY`. Default false.",
      status: "mapped",
    }),
    property("FirewallType", "FirewallTypes", {
      core: "ProxyOptions.type",
      doc: "The kind of proxy. Setting it sets Port to 80 or 1080. Default fwNone.",
    }),
    property("Host", "text", { core: "ProxyOptions.host", doc: "The proxy's name or address." }),
    property("Password", "text", { core: "ProxyOptions.password", doc: "The password for the proxy." }),
    property("Port", "int", { core: "ProxyOptions.port", doc: "The proxy's port." }),
    property("User", "text", { core: "ProxyOptions.username", doc: "The name for the proxy." }),
  ],
};

export const HEADER = {
  name: "Header",
  doc: "A header of a message.",
  state: "HeaderState",
  constructors: [[], ["field: string", "value: string"]],
  members: [
    property("Field", "text", { doc: "The name, as written." }),
    property("Value", "text", { doc: "The content." }),
  ],
};

export const MESSAGE_RECIPIENT = {
  name: "MessageRecipient",
  doc: "Somebody whom a message is sent to.",
  state: "RecipientState",
  constructors: [[], ["address: string"], ["address: string", "recipientType: EmailRecipientTypes"]],
  members: [
    property("Address", "text", { doc: "The address, without the name." }),
    property("Name", "text", { doc: "The name for the header." }),
    property("Options", "text", {
      core: "RcptParameters",
      doc: "What stands behind RCPT TO: `NOTIFY=SUCCESS,FAILURE,DELAY`, `ORCPT=…`; a space in place of the equals sign is taken too.",
      note: "NOTIFY and ORCPT are sent only to a server that announces DSN",
    }),
    property("RecipientType", "EmailRecipientTypes", { doc: "To, Cc or BCc. Default ertTo." }),
  ],
};

export const LISTS = [
  { name: "MessageRecipientList", item: "MessageRecipient", doc: "The recipients of a message." },
  { name: "HeaderList", item: "Header", doc: "The headers of a message." },
];
