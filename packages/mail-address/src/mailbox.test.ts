import { describe, expect, it } from "vitest";
import {
  AddressError,
  type AddressErrorCode,
  formatMailbox,
  formatPath,
  type Mailbox,
  needsSmtpUtf8,
  parseMailbox,
  parsePath,
  parsePathTolerant,
} from "./index.js";

function codeOf(run: () => unknown): AddressErrorCode | "no error" {
  try {
    run();
  } catch (error) {
    if (AddressError.is(error)) return error.code;
    throw error;
  }
  return "no error";
}

const L64 = "l".repeat(64);

const ACCEPTED: { name: string; text: string; mailbox: Mailbox; formatted?: string }[] = [
  { name: "plain", text: "ann@example.com", mailbox: { localPart: "ann", domain: "example.com" } },
  { name: "one label", text: "ann@localhost", mailbox: { localPart: "ann", domain: "localhost" } },
  { name: "case is kept", text: "Ann.B@Example.COM", mailbox: { localPart: "Ann.B", domain: "Example.COM" } },
  {
    name: "all of atext",
    text: "!#$%&'*+-/=?^_`{|}~@example.com",
    mailbox: { localPart: "!#$%&'*+-/=?^_`{|}~", domain: "example.com" },
  },
  { name: "leading hyphen", text: "-f@example.com", mailbox: { localPart: "-f", domain: "example.com" } },
  {
    name: "quoted with space",
    text: '"a b"@example.com',
    mailbox: { localPart: "a b", domain: "example.com" },
  },
  {
    name: "quoted without need",
    text: '"ann"@example.com',
    mailbox: { localPart: "ann", domain: "example.com" },
    formatted: "ann@example.com",
  },
  {
    name: "quoted pairs",
    text: '"\\"\\\\\\a"@example.com',
    mailbox: { localPart: '"\\a', domain: "example.com" },
    formatted: '"\\"\\\\a"@example.com',
  },
  {
    name: "stray dots in quotes",
    text: '".a..b."@example.com',
    mailbox: { localPart: ".a..b.", domain: "example.com" },
  },
  {
    name: "UTF-8 local part",
    text: "jörg@example.com",
    mailbox: { localPart: "jörg", domain: "example.com" },
  },
  {
    name: "UTF-8 in quotes",
    text: '"jörg ö"@example.com',
    mailbox: { localPart: "jörg ö", domain: "example.com" },
  },
  {
    name: "U-labels",
    text: "ann@bücher.example",
    mailbox: { localPart: "ann", domain: "bücher.example" },
    formatted: "ann@xn--bcher-kva.example",
  },
  { name: "IPv4", text: "ann@[192.0.2.1]", mailbox: { localPart: "ann", domain: "[192.0.2.1]" } },
  {
    name: "IPv6",
    text: "ann@[IPv6:2001:db8::1]",
    mailbox: { localPart: "ann", domain: "[IPv6:2001:db8::1]" },
  },
  {
    name: "blank outside ASCII, quoted",
    text: '"a\u2002b"@c.example',
    mailbox: { localPart: "a\u2002b", domain: "c.example" },
  },
  { name: "general literal", text: "ann@[x-tag:a.b]", mailbox: { localPart: "ann", domain: "[x-tag:a.b]" } },
  { name: "numeric domain", text: "ann@0x7f.1", mailbox: { localPart: "ann", domain: "0x7f.1" } },
  { name: "64 octets", text: `${L64}@example.com`, mailbox: { localPart: L64, domain: "example.com" } },
];

const REFUSED: { name: string; text: string; code: AddressErrorCode }[] = [
  { name: "empty", text: "", code: "ERR_ADDRESS_EMPTY" },
  { name: "no at", text: "ann", code: "ERR_ADDRESS_NO_DOMAIN" },
  { name: "no domain", text: "ann@", code: "ERR_ADDRESS_NO_DOMAIN" },
  { name: "quoted without domain", text: '"ann"', code: "ERR_ADDRESS_NO_DOMAIN" },
  { name: "no local part", text: "@example.com", code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "empty quotes", text: '""@example.com', code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "leading dot", text: ".ann@example.com", code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "trailing dot", text: "ann.@example.com", code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "two dots", text: "a..b@example.com", code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "space before", text: " ann@example.com", code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "space behind", text: "ann@example.com ", code: "ERR_ADDRESS_DOMAIN" },
  { name: "angle brackets", text: "<ann@example.com>", code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "comment", text: "ann(x)@example.com", code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "comment in domain", text: "ann@example.com(x)", code: "ERR_ADDRESS_DOMAIN" },
  { name: "text behind quotes", text: '"a"b@example.com', code: "ERR_ADDRESS_LOCAL_PART" },
  { name: "open quotes", text: '"ann@example.com', code: "ERR_ADDRESS_UNTERMINATED" },
  { name: "backslash at the end", text: '"ann\\', code: "ERR_ADDRESS_UNTERMINATED" },
  { name: "escaped UTF-8", text: '"\\ö"@example.com', code: "ERR_ADDRESS_UNTERMINATED" },
  { name: "tab in quotes", text: '"a\tb"@example.com', code: "ERR_ADDRESS_CONTROL_CHARACTER" },
  { name: "bidi override", text: "a\u202eb@example.com", code: "ERR_ADDRESS_CONTROL_CHARACTER" },
  { name: "half a pair", text: "a\ud800b@example.com", code: "ERR_ADDRESS_CONTROL_CHARACTER" },
  { name: "C1 control", text: "a\u0085b@example.com", code: "ERR_ADDRESS_CONTROL_CHARACTER" },
];

describe("parseMailbox", () => {
  it.each(ACCEPTED)("accepts: $name", ({ text, mailbox }) => {
    expect(parseMailbox(text)).toEqual(mailbox);
  });
  it.each(ACCEPTED)("formats back: $name", ({ text, mailbox, formatted }) => {
    expect(formatMailbox(mailbox)).toBe(formatted ?? text);
  });
  it.each(REFUSED)("refuses: $name", ({ text, code }) => {
    expect(codeOf(() => parseMailbox(text))).toBe(code);
  });
  it("lifts the limit on the local part by name, never the one on the whole", () => {
    const long = `${"s".repeat(100)}@example.com`;
    expect(parseMailbox(long, { maxLocalPartBytes: 128 }).localPart).toHaveLength(100);
    expect(codeOf(() => parseMailbox(`${"s".repeat(250)}@example.com`, { maxLocalPartBytes: 500 }))).toBe(
      "ERR_ADDRESS_TOO_LONG",
    );
  });
  it("counts octets of UTF-8, and the quotes that the wire needs", () => {
    expect(codeOf(() => parseMailbox(`${"ö".repeat(32)}@example.com`))).toBe("no error");
    expect(codeOf(() => parseMailbox(`${"ö".repeat(33)}@example.com`))).toBe(
      "ERR_ADDRESS_LOCAL_PART_TOO_LONG",
    );
    expect(codeOf(() => parseMailbox(`${"😀".repeat(16)}@example.com`))).toBe("no error");
    expect(codeOf(() => parseMailbox(`${"😀".repeat(17)}@example.com`))).toBe(
      "ERR_ADDRESS_LOCAL_PART_TOO_LONG",
    );
    expect(codeOf(() => parseMailbox(`"${"a ".repeat(31)}"@example.com`))).toBe("no error");
    expect(codeOf(() => parseMailbox(`"${"a ".repeat(32)}"@example.com`))).toBe(
      "ERR_ADDRESS_LOCAL_PART_TOO_LONG",
    );
  });
  it("refuses arguments of the wrong type and unknown options", () => {
    expect(codeOf(() => parseMailbox(null as never))).toBe("ERR_ADDRESS_INVALID_ARGUMENT");
    expect(codeOf(() => parseMailbox("a@b", null as never))).toBe("ERR_ADDRESS_INVALID_ARGUMENT");
    expect(codeOf(() => parseMailbox("a@b", { maxLocalPart: 1 } as never))).toBe(
      "ERR_ADDRESS_UNKNOWN_OPTION",
    );
    expect(codeOf(() => parseMailbox("a@b", { maxLocalPartBytes: 0 }))).toBe("ERR_ADDRESS_INVALID_ARGUMENT");
    expect(codeOf(() => formatMailbox({ localPart: "a", domain: "b" }, { domain: "idn" as never }))).toBe(
      "ERR_ADDRESS_INVALID_ARGUMENT",
    );
    expect(codeOf(() => formatMailbox("a@b" as never))).toBe("ERR_ADDRESS_INVALID_ARGUMENT");
    expect(codeOf(() => formatMailbox({ localPart: "a" } as never))).toBe("ERR_ADDRESS_INVALID_ARGUMENT");
    expect(codeOf(() => formatMailbox({ localPart: "", domain: "b" }))).toBe("ERR_ADDRESS_LOCAL_PART");
  });
});

describe("formatMailbox", () => {
  it("leaves U-labels when asked", () => {
    expect(formatMailbox({ localPart: "jörg", domain: "bücher.example" }, { domain: "as-is" })).toBe(
      "jörg@bücher.example",
    );
  });
  it("checks a mailbox that no parser has seen", () => {
    expect(codeOf(() => formatMailbox({ localPart: "a", domain: "b> SIZE=1" }))).toBe("ERR_ADDRESS_DOMAIN");
    expect(codeOf(() => formatMailbox({ localPart: "a", domain: "b\r\nDATA" }, { domain: "as-is" }))).toBe(
      "ERR_ADDRESS_DOMAIN",
    );
  });
});

describe("needsSmtpUtf8", () => {
  it("is about the local part alone", () => {
    expect(needsSmtpUtf8(parseMailbox("ann@bücher.example"))).toBe(false);
    expect(needsSmtpUtf8(parseMailbox("jörg@example.com"))).toBe(true);
  });
});

describe("paths", () => {
  it("reads and writes the null path", () => {
    expect(parsePath("<>")).toBeNull();
    expect(parsePathTolerant("<>")).toBeNull();
    expect(formatPath(null)).toBe("<>");
  });
  it("reads and writes a mailbox", () => {
    expect(parsePath("<ann@example.com>")).toEqual({ localPart: "ann", domain: "example.com" });
    expect(formatPath({ localPart: "a b", domain: "bücher.example" })).toBe('<"a b"@xn--bcher-kva.example>');
  });
  it("reads a quoted angle bracket", () => {
    expect(parsePath('<"a>b"@example.com>')).toEqual({ localPart: "a>b", domain: "example.com" });
  });
  it.each(["", "<", ">", "a@b", "<a@b", "a@b>", "<<a@b>>", "< >", "<a@b> ", "<a@b> SIZE=1", "<a@b>\r\n"])(
    "refuses %j",
    (text) => {
      expect(codeOf(() => parsePath(text))).not.toBe("no error");
      expect(codeOf(() => parsePathTolerant(text))).not.toBe("no error");
    },
  );
  it("takes a source route in the tolerant reader alone, and drops it", () => {
    expect(codeOf(() => parsePath("<@a.example,@b.example:u@good.example>"))).toBe("ERR_ADDRESS_LOCAL_PART");
    expect(parsePathTolerant("<@a.example,@[IPv6:::1]:u@good.example>")).toEqual({
      localPart: "u",
      domain: "good.example",
    });
    for (const text of ["<@a u@b>", "<@:u@b>", "<@a,b:u@c>", "<@a,:u@c>", "<@a:>", "<@a:@b:u@c>"]) {
      expect(codeOf(() => parsePathTolerant(text))).not.toBe("no error");
    }
  });
});
