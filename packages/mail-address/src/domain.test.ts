import { describe, expect, it } from "vitest";
import { AddressError, domainToAscii, domainToUnicode, helloDomain, isAddressLiteral } from "./index.js";
import { decodePunycode } from "./punycode.js";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (AddressError.is(error)) return error.code;
    throw error;
  }
  return "no error";
}

describe("domainToAscii", () => {
  it.each([
    ["example.com", "example.com"],
    ["EXAMPLE.com", "EXAMPLE.com"],
    ["a--b.c", "a--b.c"],
    ["1.2.3.4", "1.2.3.4"],
    ["0x7f.1", "0x7f.1"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["BÜCHER.Example", "xn--bcher-kva.example"],
    ["faß.example", "xn--fa-hia.example"],
    ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
    ["ｅｘａｍｐｌｅ．com", "example.com"],
    ["XN--Bcher-KVA.example", "xn--bcher-kva.example"],
    ["１２７.１", "127.1"],
    ["bücher.123", "xn--bcher-kva.123"],
    ["[192.0.2.1]", "[192.0.2.1]"],
  ])("%s becomes %s", (domain, ascii) => {
    expect(domainToAscii(domain)).toBe(ascii);
  });

  it.each([
    ["", "ERR_ADDRESS_NO_DOMAIN"],
    [".", "ERR_ADDRESS_DOMAIN"],
    ["example.com.", "ERR_ADDRESS_DOMAIN"],
    ["a..b", "ERR_ADDRESS_DOMAIN"],
    ["ü。。b", "ERR_ADDRESS_DOMAIN"],
    ["-a.b", "ERR_ADDRESS_DOMAIN"],
    ["a-.b", "ERR_ADDRESS_DOMAIN"],
    ["a_b.c", "ERR_ADDRESS_DOMAIN"],
    ["a b", "ERR_ADDRESS_DOMAIN"],
    ["a\tb", "ERR_ADDRESS_DOMAIN"],
    ["a\r\nb", "ERR_ADDRESS_DOMAIN"],
    ["%41.example", "ERR_ADDRESS_DOMAIN"],
    ["ü%41.example", "ERR_ADDRESS_DOMAIN"],
    ["ü/x", "ERR_ADDRESS_DOMAIN"],
    ["ü?x", "ERR_ADDRESS_DOMAIN"],
    ["ü#x", "ERR_ADDRESS_DOMAIN"],
    ["u@ü", "ERR_ADDRESS_DOMAIN"],
    ["ü:25", "ERR_ADDRESS_DOMAIN"],
    ["ü\\x", "ERR_ADDRESS_DOMAIN"],
    ["ü_a.example", "ERR_ADDRESS_DOMAIN"],
    ["good＠evil.example", "ERR_ADDRESS_IDN"],
    ["ü℀b.example", "ERR_ADDRESS_IDN"],
    ["-ü.example", "ERR_ADDRESS_IDN"],
    ["ü-.example", "ERR_ADDRESS_IDN"],
    ["exa\u200bmple.com", "ERR_ADDRESS_IDN"],
    ["exa\u00admple.com", "ERR_ADDRESS_IDN"],
    ["a\u200db.example", "ERR_ADDRESS_IDN"],
    ["\u0301a.example", "ERR_ADDRESS_IDN"],
    ["a\ud800.example", "ERR_ADDRESS_IDN"],
    ["xn--a.example", "ERR_ADDRESS_IDN"],
    ["xn--.example", "ERR_ADDRESS_DOMAIN"],
    ["xn--abc.example", "ERR_ADDRESS_IDN"],
    ["xn--zzzzzzzz99999.example", "ERR_ADDRESS_IDN"],
    ["xn--bcher-kva8.example", "ERR_ADDRESS_IDN"],
    [`${"a".repeat(64)}.example`, "ERR_ADDRESS_DOMAIN_TOO_LONG"],
    ["a.".repeat(128), "ERR_ADDRESS_DOMAIN_TOO_LONG"],
    ["ü".repeat(60), "ERR_ADDRESS_DOMAIN_TOO_LONG"],
    ["ü".repeat(100_000), "ERR_ADDRESS_DOMAIN_TOO_LONG"],
    ["[192.0.2.256]", "ERR_ADDRESS_LITERAL"],
    [`[x:${"a".repeat(255)}]`, "ERR_ADDRESS_DOMAIN_TOO_LONG"],
  ])("%j is refused with %s", (domain, code) => {
    // A trailing hyphen in "xn--" is refused as a label before UTS 46 is asked.
    expect([code, "ERR_ADDRESS_IDN"]).toContain(codeOf(() => domainToAscii(domain)));
  });

  it("is a fixed point of itself", () => {
    for (const domain of [
      "bücher.example",
      "例え。テスト",
      "faß.example",
      "ｅｘａｍｐｌｅ．com",
      "نامه‌ای.example",
    ]) {
      const ascii = domainToAscii(domain);
      expect(domainToAscii(ascii)).toBe(ascii);
      expect(domainToAscii(domainToUnicode(domain))).toBe(ascii);
    }
  });
});

describe("domainToUnicode", () => {
  it.each([
    ["xn--bcher-kva.example", "bücher.example"],
    ["xn--r8jz45g.xn--zckzah", "例え.テスト"],
    ["xn--fa-hia.example", "faß.example"],
    ["Example.COM", "Example.COM"],
    ["[IPv6:::1]", "[IPv6:::1]"],
    // Cyrillic а in a Latin word; a word of nothing but look-alikes; phonetic ɑ; a heart.
    ["аpple.example", "xn--pple-43d.example"],
    ["xn--80ak6aa92e.com", "xn--80ak6aa92e.com"],
    ["ɑpple.example", "xn--pple-p5b.example"],
    ["xn--qei.example", "xn--qei.example"],
    ["xn--e1afmkfd.xn--p1ai", "пример.рф"],
  ])("%s is shown as %s", (domain, shown) => {
    expect(domainToUnicode(domain)).toBe(shown);
  });
});

describe("isAddressLiteral", () => {
  it.each([
    "[0.0.0.0]",
    "[255.255.255.255]",
    "[IPv6:::]",
    "[ipv6:::1]",
    "[IPv6:1:2:3:4:5:6:7:8]",
    "[IPv6:1::8]",
    "[IPv6:::ffff:192.0.2.1]",
    "[IPv6:1:2:3:4:5:6:192.0.2.1]",
    "[x:y]",
    "[X-a-1:a:b]",
  ])("accepts %s", (text) => {
    expect(isAddressLiteral(text)).toBe(true);
  });
  it.each([
    "",
    "[]",
    "[",
    "[1.2.3]",
    "[1.2.3.4.5]",
    "[01.2.3.4]",
    "[1.2.3.4",
    "1.2.3.4",
    "[1.2.3.4] ",
    "[ 1.2.3.4]",
    "[::1]",
    "[IPv6:]",
    "[IPv6:1:2:3:4:5:6:7]",
    "[IPv6:1:2:3:4:5:6:7:8:9]",
    "[IPv6:1::2::3]",
    "[IPv6::::]",
    "[IPv6:12345::]",
    "[IPv6:fe80::1%eth0]",
    "[IPv6:1:2:3:4:5:6:7:192.0.2.1]",
    "[IPv6:192.0.2.1::]",
    "[IPv6:1:2:3:4::5:6:7]",
    "[x-:y]",
    "[x:]",
    "[:y]",
    "[x:a b]",
    "[x:a\r\nb]",
    "[x:[y]]",
    "[x:é]",
    "[mail.example]",
  ])("refuses %j", (text) => {
    expect(isAddressLiteral(text)).toBe(false);
  });
});

describe("decodePunycode", () => {
  it.each([
    ["bcher-kva", "bücher"],
    ["fiqs8s", "中国"],
    // RFC 3492 7.1 (L) and (S).
    ["3b-ww4c5e180e575a65lsy2b", "3年b組金八先生"],
    ["-> $1.00 <--", "-> $1.00 <-"],
  ])("%s holds %s", (encoded, text) => {
    expect(decodePunycode(encoded)).toBe(text);
  });
  it.each(["ü", "a-é", "a-b!", "99999999", "zzzzzzzzzzzzzzzz", "a-b"])("refuses or bounds %j", (encoded) => {
    const decoded = decodePunycode(encoded);
    expect(decoded === undefined || decoded.length < 20).toBe(true);
  });
});

describe("helloDomain", () => {
  it.each([
    ["mail.example.com", "mail.example.com"],
    ["Build_Host-7", "Build_Host-7"],
    ["_x.example", "_x.example"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["[192.0.2.1]", "[192.0.2.1]"],
    ["[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"],
  ])("%s is said as %s", (domain, said) => {
    expect(helloDomain(domain)).toBe(said);
  });

  it.each([
    ["", "ERR_ADDRESS_NO_DOMAIN"],
    ["two words", "ERR_ADDRESS_DOMAIN"],
    ["a\r\nMAIL FROM:<x@example.org>", "ERR_ADDRESS_DOMAIN"],
    ["a..b", "ERR_ADDRESS_DOMAIN"],
    ["-a", "ERR_ADDRESS_DOMAIN"],
    [`${"a_".repeat(128)}`, "ERR_ADDRESS_DOMAIN_TOO_LONG"],
    ["[300.0.2.1]", "ERR_ADDRESS_LITERAL"],
  ])("%j is refused with %s", (domain, code) => {
    expect(codeOf(() => helloDomain(domain))).toBe(code);
  });
});
