// Addresses that readers disagree about. Whatever arrives has the domain that every reader sees; rows A1 to A8, I2 and I3.
import type { Expected, HostileObject, Way } from "../hostile-object.js";

const ADDRESS = "ERR_MIME_INVALID_ADDRESS";
/** Python's header parser does not know RFC 6532. */
const UTF8_ADDRESS = /^Python: To: (?:NonASCIILocalPart|UndecodableBytes)Defect$/;
const needsUtf8 = (way: Way): string | undefined => (way.smtpUtf8 ? undefined : "ERR_MIME_SMTPUTF8_REQUIRED");

/** Blanks in a quoted local part. */
const NPM_REFUSES = /^"[^"]* [^"]*"@/;

function refused(row: string, name: string, to: unknown): HostileObject {
  return { name, row, message: { to }, refused: ADDRESS };
}

/** One recipient, as it stands in RCPT; `header` is what readers of the header find. */
function one(row: string, name: string, to: unknown, path: string, header = path, shown = ""): HostileObject {
  return {
    name,
    row,
    message: { to },
    npmRefuses: NPM_REFUSES.test(path),
    arrives: { to: [`<${path}>`], mailboxes: { To: [{ name: shown, address: header }] } },
  };
}

/** Options of the envelope that end the path, and then say more. */
function smuggled(name: string, path: string, arrives: Expected, row = "I3"): HostileObject {
  return {
    name,
    row,
    message: {},
    options: { envelope: { from: "ann@example.com", to: [path] } },
    npmRefuses: NPM_REFUSES.test(path),
    arrives,
  };
}

export const ADDRESSES: readonly HostileObject[] = [
  one(
    "A1",
    "a quoted local part with an address",
    '"a@gmail.com x"@internal.example',
    '"a@gmail.com x"@internal.example',
  ),
  one("A1", "a quoted local part with a path", '"a> b"@good.example', '"a> b"@good.example'),
  one("A1", "a quoted local part with quotes", '"a\\"b"@good.example', '"a\\"b"@good.example'),
  one("A1", "a quoted local part that needs no quotes", '"plain"@good.example', "plain@good.example"),
  one("A2", "a comment behind the domain", "u@good.example(x)", "u@good.example", "u@good.example", "x"),
  one("A2", "nested comments", "u@good.example (a (b) c)", "u@good.example", "u@good.example", "a (b) c"),
  one("A2", "a comment with a name", "u@good.example (Joe)", "u@good.example", "u@good.example", "Joe"),
  refused("A2", "a comment in the middle of a domain", "u@good.example(x)evil.example"),
  one("A2", "comments around the at sign", "u(x)@(y)good.example", "u@good.example"),
  refused("A3", "two at signs", "a@evil.example@good.example"),
  refused("A3", "two angle brackets", "Joe <j@good.example> <e@evil.example>"),
  refused("A3", "text behind the bracket", "<j@good.example>e@evil.example"),
  refused("A3", "an open bracket", "Joe <j@good.example"),
  refused("A3", "an address in place of a name", "e@evil.example <j@good.example>"),
  refused("A3", "a second bracket inside", "<<j@good.example>>"),
  one(
    "A3",
    "an address in quotes in place of a name",
    '"e@evil.example" <j@good.example>',
    "j@good.example",
    "j@good.example",
    "e@evil.example",
  ),
  {
    name: "an encoded word for a local part",
    row: "A4",
    message: { to: "=?utf-8?q?x=40evil.example=3e=00?=@good.example" },
    // The command says it letter for letter; both readers of the header decode it, against RFC 2047 5.
    arrives: { to: ["<=?utf-8?q?x=40evil.example=3e=00?=@good.example>"], defective: true },
  },
  one("A5", "a domain with an umlaut", "u@bücher.example", "u@xn--bcher-kva.example"),
  one("A5", "a domain with a sharp s", "u@faß.example", "u@xn--fa-hia.example"),
  one("A5", "a domain in Cyrillic that looks Latin", "u@аррӏе.example", "u@xn--80ak6aa92e.example"),
  one("A5", "a fullwidth domain", "u@ｅｘａｍｐｌｅ.com", "u@example.com"),
  one("A5", "an ideographic full stop", "u@example。com", "u@example.com"),
  one("A5", "a domain in Devanagari with a joiner", "u@क्‍ष.example", "u@xn--11b2ezcw70k.example"),
  refused("A5", "a zero-width space in a domain", "u@exa\u200bmple.com"),
  refused("A5", "a soft hyphen in a domain", "u@exa\u00admple.com"),
  refused("A5", "a bidirectional override in a domain", "u@exa\u202emple.com"),
  refused("A5", "a broken A-label", "u@xn--a.example"),
  refused("A5", "an at sign that a mapping makes", "u@good.example＠evil.example"),
  refused("A5", "a lone surrogate in a domain", "u@ex\ud800ample.com"),
  refused("A5", "a lone surrogate in a local part", "u\udc00x@example.com"),
  {
    name: "a local part outside ASCII",
    row: "A5",
    message: { to: "büro@example.org" },
    refused: needsUtf8,
    arrives: { to: ["<büro@example.org>"], known: [UTF8_ADDRESS] },
  },
  {
    name: "letters whose low octets are CR and LF",
    row: "I2",
    message: { to: "a\u010d\u010aRCPT@example.org" },
    refused: needsUtf8,
    arrives: { to: ["<a\u010d\u010aRCPT@example.org>"], known: [UTF8_ADDRESS] },
  },
  refused("A6", "a local part of 65 octets", `${"a".repeat(65)}@example.org`),
  one("A6", "a local part of 64 octets", `${"a".repeat(64)}@example.org`, `${"a".repeat(64)}@example.org`),
  refused("A6", "a label of 64 octets", `u@${"a".repeat(64)}.example`),
  refused("A6", "an address of 1,200 octets", `u@${"a.".repeat(600)}example`),
  refused("A7", "20,000 groups, one inside the other", "g:".repeat(20_000)),
  refused("A7", "60,000 at signs", "a@".repeat(60_000)),
  refused("A7", "100,000 open brackets", "<".repeat(100_000)),
  refused("A7", "100,000 open comments", "(".repeat(100_000)),
  refused("A7", "100,000 quotes", '"'.repeat(99_999)),
  refused(
    "A7",
    "arrays, 20,000 deep",
    Array.from({ length: 20_000 }).reduce((inner) => [inner], "x@example.org"),
  ),
  refused("A7", "groups in groups", { name: "a", group: [{ name: "b", group: ["x@example.org"] }] }),
  {
    name: "a group of two and a blind group of none",
    row: "A8",
    message: { to: "Team: a@example.org, b@example.org;", cc: "undisclosed-recipients:;" },
    arrives: { to: ["<a@example.org>", "<b@example.org>"], fields: ["Cc"] },
  },
  {
    name: "1,000 recipients, some twice",
    row: "A8",
    message: { to: Array.from({ length: 1000 }, (_, i) => `r${i % 990}@example.org`) },
    arrives: { to: Array.from({ length: 990 }, (_, i) => `<r${i}@example.org>`) },
  },
  {
    name: "no recipient at all",
    row: "A8",
    message: { to: "undisclosed-recipients:;" },
    refused: "ERR_MIME_NO_RECIPIENTS",
  },
  {
    name: "an address literal",
    row: "A3",
    message: { to: "u@[192.0.2.1]" },
    arrives: { to: ["<u@[192.0.2.1]>"] },
  },
  refused("A3", "an address literal with a command", "u@[192.0.2.1> RET=FULL]"),
  one("A3", "a source route", "<@evil.example:u@good.example>", "u@good.example"),
  smuggled("a parameter in a quoted local part", '"x> ORCPT=a@b"@good.example', {
    to: ['<"x> ORCPT=a@b"@good.example>'],
  }),
  smuggled("a blank in a quoted local part", '"a b"@good.example', { to: ['<"a b"@good.example>'] }),
  {
    name: "a bracket and a parameter in a parsed local part",
    row: "I3",
    message: {},
    options: {
      envelope: { from: { localPart: "a> RET=FULL", domain: "example.com" }, to: "bob@example.org" },
    },
    arrives: { from: '<"a> RET=FULL"@example.com>' },
    npmRefuses: true,
  },
  {
    name: "a bracket and a parameter behind an address",
    row: "I3",
    message: {},
    options: { envelope: { from: "ann@example.com", to: "a> NOTIFY=NEVER@example.org" } },
    refused: "ERR_ADDRESS_LOCAL_PART",
  },
  {
    name: "a bracket and a parameter in a domain",
    row: "I3",
    message: {},
    options: { envelope: { from: "ann@a> RET=FULL", to: "bob@example.org" } },
    refused: "ERR_ADDRESS_DOMAIN",
  },
  {
    name: "a bracket and a parameter in ORCPT",
    row: "I3",
    message: {},
    options: {
      envelope: {
        from: "ann@example.com",
        to: [
          {
            address: "bob@example.org",
            parameters: { originalRecipient: { type: "rfc822", address: "a> RET=FULL" } },
          },
        ],
      },
    },
    arrives: { rcpt: [["ORCPT=rfc822;a>+20RET+3DFULL"]] },
  },
  {
    name: "blanks, plus and equals signs in ENVID",
    row: "I3",
    message: {},
    options: { dsn: { envelopeId: "a b+c=d>" } },
    arrives: { mail: ["ENVID=a+20b+2Bc+3Dd>"] },
  },
  {
    name: "a null sender and an address that begins with a hyphen",
    row: "I5",
    message: {},
    options: { envelope: { from: "<>", to: ["-oQ/etc@example.org"] } },
    arrives: { from: "<>", to: ["<-oQ/etc@example.org>"] },
  },
  {
    name: "a parameter that the client itself sets",
    row: "I3",
    message: {},
    options: { mailParameters: { SIZE: "1" } },
    refused: "ERR_SMTP_ARGUMENT",
  },
  {
    name: "a parameter named __proto__",
    row: "R20",
    message: {},
    options: { mailParameters: JSON.parse('{"__proto__":"x"}') },
    refused: "ERR_SMTP_ARGUMENT",
  },
  {
    name: "a name in text with a fold",
    row: "M5",
    message: { to: '"a\r\n\tb" <x@example.org>' },
    arrives: { to: ["<x@example.org>"], mailboxes: { To: [{ name: "a b", address: "x@example.org" }] } },
  },
  ...[
    "Bcc: evil@example.net",
    "<evil@example.net>",
    "evil@example.net,",
    'x" <evil@example.net>, "y',
    "=?utf-8?Q?Evil=0D=0ABcc:?=",
    "(evil@example.net)",
    "a:b;",
    "\\",
  ].map(
    (name): HostileObject => ({
      name: `a display name ${name}`,
      row: name.startsWith("=?") ? "M7" : "A3",
      message: { to: { name, address: "x@example.org" } },
      arrives: { to: ["<x@example.org>"], mailboxes: { To: [{ name, address: "x@example.org" }] } },
    }),
  ),
];
