import { describe, expect, it } from "vitest";
import { certificateMatchesHost } from "./host-check.js";

const NO: string[] = [];
const CASES: [dns: string[], ip: string[], host: string, matches: boolean][] = [
  [["mail.example.com"], NO, "mail.example.com", true],
  [["mail.example.com"], NO, "MAIL.Example.COM", true],
  [["mail.example.com"], NO, "mail.example.com.", true],
  [["mail.example.com"], NO, "mail.example.org", false],
  [["mail.example.com"], NO, "smtp.mail.example.com", false],
  [["example.com"], NO, "mail.example.com", false],
  [["xn--mnchen-3ya.example"], NO, "münchen.example", true],
  [["münchen.example"], NO, "münchen.example", false],
  // RFC 9525 section 6.3: the whole left-most label, exactly one label
  [["*.example.com"], NO, "mail.example.com", true],
  [["*.example.com"], NO, "example.com", false],
  [["*.example.com"], NO, "a.b.example.com", false],
  [["*.example.com"], NO, ".example.com", false],
  [["m*.example.com"], NO, "mail.example.com", false],
  [["*l.example.com"], NO, "mail.example.com", false],
  [["mail.*.com"], NO, "mail.example.com", false],
  [["*.*.example.com"], NO, "a.b.example.com", false],
  [["*"], NO, "example", false],
  [["*.com"], NO, "example.com", false],
  [["*."], NO, "example.com", false],
  [["*.example.com"], NO, "xn--mnchen-3ya.example.com", true],
  [["mail.example.com\0.evil.example"], NO, "mail.example.com", false],
  [["mail.example.com "], NO, "mail.example.com", false],
  [[""], NO, "", false],
  [NO, NO, "mail.example.com", false],
  // addresses
  [NO, ["192.0.2.1"], "192.0.2.1", true],
  [NO, ["192.0.2.1"], "192.0.2.2", false],
  [["192.0.2.1"], NO, "192.0.2.1", false],
  [["*.0.2.1"], NO, "192.0.2.1", false],
  [NO, ["2001:db8:0:0:0:0:0:1"], "2001:db8::1", true],
  [NO, ["2001:db8:0:0:0:0:0:1"], "[2001:DB8:0::1]", true],
  [NO, ["0:0:0:0:0:0:0:1"], "::1", true],
  [NO, ["0:0:0:0:0:ffff:c000:201"], "::ffff:192.0.2.1", true],
  [NO, ["fe80:0:0:0:0:0:0:1"], "fe80::1%eth0", true],
  [NO, ["2001:db8:0:0:0:0:0:1"], "2001:db8::2", false],
  [NO, ["0xC0000201FFFFFF00"], "192.0.2.1", false],
];

describe("the host check of RFC 9525", () => {
  it.each(CASES)("dns %j, ip %j, host %s: %s", (dnsNames, ipAddresses, host, matches) => {
    expect(certificateMatchesHost({ dnsNames, ipAddresses }, host)).toBe(matches);
  });
});
