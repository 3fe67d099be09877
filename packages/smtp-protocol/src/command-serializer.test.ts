import { describe, expect, it } from "vitest";
import type { Command, MailParameters, RcptParameters } from "./command.js";
import { fitsInitialResponse, serializeCommand } from "./command-serializer.js";

const ann = { localPart: "ann", domain: "example.com" };
const bob = { localPart: "bob", domain: "example.org" };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const mail = (parameters: MailParameters): Command => ({ verb: "MAIL", from: ann, parameters });
const rcpt = (parameters: RcptParameters): Command => ({ verb: "RCPT", to: bob, parameters });

const LINES: [Command, string][] = [
  [{ verb: "EHLO", domain: "client.example" }, "EHLO client.example"],
  [{ verb: "EHLO", domain: "[192.0.2.1]" }, "EHLO [192.0.2.1]"],
  [{ verb: "EHLO", domain: "[IPv6:2001:db8::1]" }, "EHLO [IPv6:2001:db8::1]"],
  [{ verb: "HELO", domain: "my_machine" }, "HELO my_machine"],
  [{ verb: "LHLO", domain: "bücher.example" }, "LHLO xn--bcher-kva.example"],
  [{ verb: "MAIL", from: ann }, "MAIL FROM:<ann@example.com>"],
  [{ verb: "MAIL", from: null }, "MAIL FROM:<>"],
  [{ verb: "SEND", from: ann }, "SEND FROM:<ann@example.com>"],
  [{ verb: "SOML", from: ann }, "SOML FROM:<ann@example.com>"],
  [{ verb: "SAML", from: ann }, "SAML FROM:<ann@example.com>"],
  [
    { verb: "MAIL", from: { localPart: 'x> ORCPT=a@b "\\', domain: "good.example" } },
    'MAIL FROM:<"x> ORCPT=a@b \\"\\\\"@good.example>',
  ],
  [
    { verb: "MAIL", from: { localPart: "ann", domain: "bücher.example" } },
    "MAIL FROM:<ann@xn--bcher-kva.example>",
  ],
  [mail({}), "MAIL FROM:<ann@example.com>"],
  [mail({ sizeBytes: undefined, body: undefined }), "MAIL FROM:<ann@example.com>"],
  [mail({ sizeBytes: 2048, body: "8BITMIME" }), "MAIL FROM:<ann@example.com> SIZE=2048 BODY=8BITMIME"],
  [mail({ body: "BINARYMIME", smtpUtf8: true }), "MAIL FROM:<ann@example.com> BODY=BINARYMIME SMTPUTF8"],
  [
    { verb: "MAIL", from: { localPart: "änn", domain: "bücher.example" }, parameters: { smtpUtf8: true } },
    "MAIL FROM:<änn@xn--bcher-kva.example> SMTPUTF8",
  ],
  [mail({ smtpUtf8: false, requireTls: false }), "MAIL FROM:<ann@example.com>"],
  [mail({ auth: "<>" }), "MAIL FROM:<ann@example.com> AUTH=<>"],
  [
    mail({ auth: { localPart: "e=mc2", domain: "example.com" } }),
    "MAIL FROM:<ann@example.com> AUTH=e+3Dmc2@example.com",
  ],
  [
    mail({ auth: { localPart: "a b", domain: "example.com" } }),
    'MAIL FROM:<ann@example.com> AUTH="a+20b"@example.com',
  ],
  [mail({ return: "full", envelopeId: "QQ314159" }), "MAIL FROM:<ann@example.com> RET=FULL ENVID=QQ314159"],
  [
    mail({ return: "headers", envelopeId: "a b+c=d" }),
    "MAIL FROM:<ann@example.com> RET=HDRS ENVID=a+20b+2Bc+3Dd",
  ],
  [mail({ requireTls: true }), "MAIL FROM:<ann@example.com> REQUIRETLS"],
  [mail({ deliverBy: { seconds: 120, mode: "return" } }), "MAIL FROM:<ann@example.com> BY=120;R"],
  [
    mail({ deliverBy: { seconds: -10, mode: "notify", trace: true } }),
    "MAIL FROM:<ann@example.com> BY=-10;NT",
  ],
  [mail({ priority: -9 }), "MAIL FROM:<ann@example.com> MT-PRIORITY=-9"],
  [mail({ holdForSeconds: 3600 }), "MAIL FROM:<ann@example.com> HOLDFOR=3600"],
  [
    mail({ holdUntil: new Date(Date.UTC(2027, 0, 2, 3, 4, 5, 678)) }),
    "MAIL FROM:<ann@example.com> HOLDUNTIL=2027-01-02T03:04:05Z",
  ],
  [mail({ custom: { XVERP: true, "X-ID": "a<b" } }), "MAIL FROM:<ann@example.com> XVERP X-ID=a<b"],
  [{ verb: "RCPT", to: bob }, "RCPT TO:<bob@example.org>"],
  [{ verb: "RCPT", to: { localPart: "Postmaster", domain: "" } }, "RCPT TO:<Postmaster>"],
  [
    { verb: "RCPT", to: { localPart: "böb", domain: "example.org" }, smtpUtf8: true },
    "RCPT TO:<böb@example.org>",
  ],
  [rcpt({ notify: "never" }), "RCPT TO:<bob@example.org> NOTIFY=NEVER"],
  [rcpt({ notify: ["failure", "success", "failure"] }), "RCPT TO:<bob@example.org> NOTIFY=FAILURE,SUCCESS"],
  [
    rcpt({ originalRecipient: { type: "rfc822", address: "Bob+x@example.org" } }),
    "RCPT TO:<bob@example.org> ORCPT=rfc822;Bob+2Bx@example.org",
  ],
  [
    rcpt({ originalRecipient: { type: "utf-8", address: "bäb+\\x@bücher.example" } }),
    "RCPT TO:<bob@example.org> ORCPT=utf-8;b\\x{E4}b\\x{2B}\\x{5C}x@b\\x{FC}cher.example",
  ],
  [rcpt({ custom: { "X-A": "1" }, notify: ["delay"] }), "RCPT TO:<bob@example.org> X-A=1 NOTIFY=DELAY"],
  [{ verb: "DATA" }, "DATA"],
  [{ verb: "RSET" }, "RSET"],
  [{ verb: "QUIT" }, "QUIT"],
  [{ verb: "STARTTLS" }, "STARTTLS"],
  [{ verb: "BDAT", sizeBytes: 86, last: false }, "BDAT 86"],
  [{ verb: "BDAT", sizeBytes: 0, last: true }, "BDAT 0 LAST"],
  [{ verb: "NOOP" }, "NOOP"],
  [{ verb: "NOOP", argument: "are you there" }, "NOOP are you there"],
  [{ verb: "HELP", argument: "MAIL" }, "HELP MAIL"],
  [{ verb: "VRFY", argument: "Jones" }, "VRFY Jones"],
  [{ verb: "VRFY", argument: "Jönes", smtpUtf8: true }, "VRFY Jönes SMTPUTF8"],
  [{ verb: "EXPN", argument: "Example-People" }, "EXPN Example-People"],
  [{ verb: "ETRN", argument: "@example.org" }, "ETRN @example.org"],
  [{ verb: "AUTH", mechanism: "plain" }, "AUTH PLAIN"],
  [
    { verb: "AUTH", mechanism: "PLAIN", initialResponse: bytes("\0ann\0secret") },
    "AUTH PLAIN AGFubgBzZWNyZXQ=",
  ],
  [{ verb: "AUTH", mechanism: "EXTERNAL", initialResponse: new Uint8Array() }, "AUTH EXTERNAL ="],
  [{ verb: "BURL", argument: "imap://a@b.example/x", last: true }, "BURL imap://a@b.example/x LAST"],
  [{ verb: "CUSTOM", line: "XCLIENT ADDR=192.0.2.1" }, "XCLIENT ADDR=192.0.2.1"],
];

describe("serializes", () => {
  it.each(LINES.map(([command, line]) => [line, command] as const))("%s", (line, command) => {
    expect(serializeCommand(command)).toBe(`${line}\r\n`);
  });
});

/** What must not pass in any position: line ends, NUL and other controls, as they are and as they may be made. */
const POISON = [
  "\r",
  "\n",
  "\r\n",
  "\0",
  "\x0b",
  "\x0c",
  "\x7f",
  "\x85",
  "\u2028",
  "\u2029",
  "\ud800",
  "\r\nRCPT TO:<evil@example.net>",
];
type Poisoned = (poison: string) => Command;
const POSITIONS: Record<string, Poisoned> = {
  "EHLO domain": (x) => ({ verb: "EHLO", domain: `client${x}.example` }),
  "EHLO literal": (x) => ({ verb: "EHLO", domain: `[192.0.2.1${x}]` }),
  "MAIL local part": (x) => ({ verb: "MAIL", from: { localPart: `a${x}b`, domain: "example.com" } }),
  "MAIL quoted local part": (x) => ({
    verb: "MAIL",
    from: { localPart: `a ${x}b`, domain: "example.com" },
    parameters: { smtpUtf8: true },
  }),
  "MAIL domain": (x) => ({ verb: "MAIL", from: { localPart: "a", domain: `example.com${x}` } }),
  "MAIL literal": (x) => ({ verb: "MAIL", from: { localPart: "a", domain: `[x:${x}]` } }),
  "RCPT local part": (x) => ({ verb: "RCPT", to: { localPart: `${x}b`, domain: "example.com" } }),
  "RCPT domain": (x) => ({ verb: "RCPT", to: { localPart: "b", domain: `a${x}b.example` } }),
  Postmaster: (x) => ({ verb: "RCPT", to: { localPart: `Postmaster${x}`, domain: "" } }),
  SIZE: (x) => mail({ sizeBytes: `5${x}` as never }),
  BODY: (x) => mail({ body: `8BITMIME${x}` as never }),
  SMTPUTF8: (x) => mail({ smtpUtf8: x as never }),
  "AUTH= local part": (x) => mail({ auth: { localPart: `a${x}`, domain: "example.com" } }),
  RET: (x) => mail({ return: `full${x}` as never }),
  ENVID: (x) => mail({ envelopeId: `id${x}` }),
  "BY mode": (x) => mail({ deliverBy: { seconds: 5, mode: `return${x}` as never } }),
  "BY seconds": (x) => mail({ deliverBy: { seconds: `5${x}` as never, mode: "return" } }),
  "MT-PRIORITY": (x) => mail({ priority: `1${x}` as never }),
  HOLDFOR: (x) => mail({ holdForSeconds: `1${x}` as never }),
  HOLDUNTIL: (x) => mail({ holdUntil: { toISOString: () => x, getTime: () => 0 } as never }),
  "custom keyword": (x) => mail({ custom: { [`X${x}`]: true } }),
  "custom value": (x) => mail({ custom: { X: `y${x}` } }),
  NOTIFY: (x) => rcpt({ notify: [`success${x}` as never] }),
  "NOTIFY word": (x) => rcpt({ notify: `never${x}` as never }),
  "ORCPT type": (x) => rcpt({ originalRecipient: { type: `rfc822${x}`, address: "a@example.com" } }),
  "ORCPT address": (x) => rcpt({ originalRecipient: { type: "rfc822", address: `a${x}@example.com` } }),
  "ORCPT utf-8 address": (x) => rcpt({ originalRecipient: { type: "utf-8", address: `a${x}@example.com` } }),
  "RCPT custom value": (x) => rcpt({ custom: { X: `y${x}` } }),
  BDAT: (x) => ({ verb: "BDAT", sizeBytes: `5${x}` as never, last: false }),
  NOOP: (x) => ({ verb: "NOOP", argument: `a${x}b` }),
  HELP: (x) => ({ verb: "HELP", argument: `${x}b` }),
  VRFY: (x) => ({ verb: "VRFY", argument: `a${x}` }),
  "VRFY in UTF-8": (x) => ({ verb: "VRFY", argument: `a${x}`, smtpUtf8: true }),
  EXPN: (x) => ({ verb: "EXPN", argument: `a${x}` }),
  ETRN: (x) => ({ verb: "ETRN", argument: `a${x}` }),
  "AUTH mechanism": (x) => ({ verb: "AUTH", mechanism: `PLAIN${x}` }),
  "AUTH initial response": (x) => ({ verb: "AUTH", mechanism: "PLAIN", initialResponse: `x${x}` as never }),
  BURL: (x) => ({ verb: "BURL", argument: `imap://${x}`, last: false }),
  CUSTOM: (x) => ({ verb: "CUSTOM", line: `X${x}` }),
  "CUSTOM in UTF-8": (x) => ({ verb: "CUSTOM", line: `X${x}`, smtpUtf8: true }),
  verb: (x) => ({ verb: `RSET${x}` as "RSET" }),
};

describe("cannot be injected", () => {
  describe.each(Object.entries(POSITIONS))("%s", (_, command) => {
    it.each(POISON.map((poison) => [JSON.stringify(poison), poison] as const))("%s", (_shown, poison) => {
      expect(() => serializeCommand(command(poison))).toThrow(
        expect.objectContaining({ name: "SmtpProtocolError", kind: "usage" }),
      );
    });
  });

  it("leaves no octet of CR LF in characters whose low octets are CR LF", () => {
    const line = serializeCommand({
      verb: "MAIL",
      from: { localPart: "a\u010d\u010a", domain: "example.com" },
      parameters: { smtpUtf8: true },
    });
    expect([...bytes(line)].filter((octet) => octet === 13 || octet === 10)).toHaveLength(2);
  });

  it("never repeats the value in the message", () => {
    for (const [name, command] of Object.entries(POSITIONS)) {
      if (/local part|domain|literal|Postmaster/.test(name)) continue;
      expect(() => serializeCommand(command("\r\nhunter2"))).not.toThrow("hunter2");
    }
  });
});

const REFUSED: [string, Command, string][] = [
  ["EHLO without a domain", { verb: "EHLO", domain: "" }, "ERR_SMTP_ARGUMENT"],
  ["EHLO with a space", { verb: "EHLO", domain: "a b" }, "ERR_SMTP_ARGUMENT"],
  ["EHLO with two dots", { verb: "EHLO", domain: "a..b" }, "ERR_SMTP_ARGUMENT"],
  ["EHLO with a literal that is none", { verb: "EHLO", domain: "[1.2.3]" }, "ERR_SMTP_ARGUMENT"],
  ["EHLO with undefined", { verb: "EHLO", domain: undefined as never }, "ERR_SMTP_ARGUMENT"],
  ["no domain in the mailbox", { verb: "MAIL", from: { localPart: "ann", domain: "" } }, "ERR_SMTP_ARGUMENT"],
  ["a string for a mailbox", { verb: "MAIL", from: "ann@example.com" as never }, "ERR_SMTP_ARGUMENT"],
  ["no sender", { verb: "MAIL" } as never, "ERR_SMTP_ARGUMENT"],
  ["no recipient", { verb: "RCPT", to: null as never }, "ERR_SMTP_ARGUMENT"],
  [
    "a UTF-8 local part without SMTPUTF8",
    { verb: "MAIL", from: { localPart: "ä", domain: "example.com" } },
    "ERR_SMTP_UTF8_NEEDED",
  ],
  [
    "a UTF-8 recipient without SMTPUTF8",
    { verb: "RCPT", to: { localPart: "ä", domain: "example.com" } },
    "ERR_SMTP_UTF8_NEEDED",
  ],
  ["a UTF-8 argument without SMTPUTF8", { verb: "VRFY", argument: "ä" }, "ERR_SMTP_UTF8_NEEDED"],
  ["an unknown parameter of MAIL", mail({ size: 5 } as never), "ERR_SMTP_UNKNOWN_OPTION"],
  [
    "an unknown parameter of MAIL that is undefined",
    mail({ size: undefined } as never),
    "ERR_SMTP_UNKNOWN_OPTION",
  ],
  ["an unknown parameter of RCPT", rcpt({ orcpt: "x" } as never), "ERR_SMTP_UNKNOWN_OPTION"],
  ["a negative size", mail({ sizeBytes: -1 }), "ERR_SMTP_ARGUMENT"],
  ["half an octet", mail({ sizeBytes: 1.5 }), "ERR_SMTP_ARGUMENT"],
  ["an endless size", mail({ sizeBytes: Number.POSITIVE_INFINITY }), "ERR_SMTP_ARGUMENT"],
  ["priority 10", mail({ priority: 10 }), "ERR_SMTP_ARGUMENT"],
  ["BY=0;R", mail({ deliverBy: { seconds: 0, mode: "return" } }), "ERR_SMTP_ARGUMENT"],
  ["hold for and until", mail({ holdForSeconds: 5, holdUntil: new Date() }), "ERR_SMTP_ARGUMENT"],
  ["an invalid date", mail({ holdUntil: new Date(Number.NaN) }), "ERR_SMTP_ARGUMENT"],
  ["a date after the year 9999", mail({ holdUntil: new Date(8.64e15) }), "ERR_SMTP_ARGUMENT"],
  ["an empty ENVID", mail({ envelopeId: "" }), "ERR_SMTP_ARGUMENT"],
  ["an ENVID beyond 100 characters", mail({ envelopeId: "=".repeat(34) }), "ERR_SMTP_ARGUMENT"],
  ["a UTF-8 ENVID", mail({ envelopeId: "ä" }), "ERR_SMTP_ARGUMENT"],
  ["a custom SIZE", mail({ custom: { size: "5" } }), "ERR_SMTP_ARGUMENT"],
  ["a custom parameter twice", mail({ custom: { xa: "5", XA: "6" } }), "ERR_SMTP_ARGUMENT"],
  ["a custom value with a space", mail({ custom: { X: "a b" } }), "ERR_SMTP_ARGUMENT"],
  ["a custom value with =", mail({ custom: { X: "a=b" } }), "ERR_SMTP_ARGUMENT"],
  ["an empty custom value", mail({ custom: { X: "" } }), "ERR_SMTP_ARGUMENT"],
  ["NOTIFY of nothing", rcpt({ notify: [] }), "ERR_SMTP_ARGUMENT"],
  ["NEVER beside another", rcpt({ notify: ["never" as never, "delay"] }), "ERR_SMTP_ARGUMENT"],
  [
    "ORCPT of UTF-8 as rfc822",
    rcpt({ originalRecipient: { type: "rfc822", address: "ä@example.com" } }),
    "ERR_SMTP_ARGUMENT",
  ],
  [
    "ORCPT beyond 500",
    rcpt({ originalRecipient: { type: "rfc822", address: "a".repeat(500) } }),
    "ERR_SMTP_ARGUMENT",
  ],
  ["a negative BDAT", { verb: "BDAT", sizeBytes: -1, last: true }, "ERR_SMTP_ARGUMENT"],
  ["an empty argument", { verb: "NOOP", argument: "" }, "ERR_SMTP_ARGUMENT"],
  ["an argument of a space", { verb: "VRFY", argument: " " }, "ERR_SMTP_ARGUMENT"],
  ["ETRN with a space", { verb: "ETRN", argument: "a b" }, "ERR_SMTP_ARGUMENT"],
  [
    "BURL with LAST in the URL",
    { verb: "BURL", argument: "imap://x LAST", last: false },
    "ERR_SMTP_ARGUMENT",
  ],
  ["CUSTOM DATA", { verb: "CUSTOM", line: "data" }, "ERR_SMTP_ARGUMENT"],
  ["CUSTOM BDAT", { verb: "CUSTOM", line: "BDAT 5" }, "ERR_SMTP_ARGUMENT"],
  ["CUSTOM STARTTLS", { verb: "CUSTOM", line: "StartTLS" }, "ERR_SMTP_ARGUMENT"],
  ["CUSTOM AUTH", { verb: "CUSTOM", line: "AUTH PLAIN x" }, "ERR_SMTP_ARGUMENT"],
  ["CUSTOM of nothing", { verb: "CUSTOM", line: "" }, "ERR_SMTP_ARGUMENT"],
  ["a verb of the prototype", { verb: "constructor" } as never, "ERR_SMTP_ARGUMENT"],
  ["NOOP beyond 512", { verb: "NOOP", argument: "x".repeat(506) }, "ERR_SMTP_LINE_TOO_LONG"],
  [
    "UTF-8 beyond 512 octets",
    { verb: "VRFY", argument: "ä".repeat(254), smtpUtf8: true },
    "ERR_SMTP_LINE_TOO_LONG",
  ],
  [
    "AUTH beyond 512",
    { verb: "AUTH", mechanism: "PLAIN", initialResponse: new Uint8Array(376) },
    "ERR_SMTP_LINE_TOO_LONG",
  ],
  ["anything beyond 2,048", mail({ custom: { X: "y".repeat(2048) } }), "ERR_SMTP_LINE_TOO_LONG"],
];

describe("refuses", () => {
  it.each(REFUSED)("%s", (_, command, code) => {
    expect(() => serializeCommand(command)).toThrow(expect.objectContaining({ code }));
  });
});

describe("lengths", () => {
  it("512 octets pass, and parameters add their own length", () => {
    expect(serializeCommand({ verb: "NOOP", argument: "x".repeat(505) })).toHaveLength(512);
    expect(
      serializeCommand(rcpt({ originalRecipient: { type: "rfc822", address: "a".repeat(490) } })),
    ).toHaveLength(531);
    expect(serializeCommand(mail({ custom: { X: "y".repeat(2000) } }))).toHaveLength(29 + 3 + 2000);
  });

  it("an initial response fits up to 512 octets of line", () => {
    const initialResponse = new Uint8Array(372);
    expect(fitsInitialResponse("PLAIN", initialResponse)).toBe(true);
    expect(serializeCommand({ verb: "AUTH", mechanism: "PLAIN", initialResponse })).toHaveLength(509);
    expect(fitsInitialResponse("PLAIN", new Uint8Array(376))).toBe(false);
  });
});
