import { expect, it } from "vitest";
import { FakeDns, txt } from "../../test/fake-dns.js";
import { findTlsReportAddresses, parseTlsReportRecord } from "./tls-report-record.js";
import { TlsReports, type TlsSessionResult } from "./tls-reports.js";

it.each<[string, string[], string[]]>([
  ["one address", ["v=TLSRPTv1; rua=mailto:tls@example.org"], ["mailto:tls@example.org"]],
  [
    "two, beside other records",
    ["v=spf1 -all", "v=TLSRPTv1;rua=mailto:tls@example.org, https://example.org/tls;"],
    ["mailto:tls@example.org", "https://example.org/tls"],
  ],
  [
    "other schemes are left out",
    ["v=TLSRPTv1; rua=http://example.org/,mailto:tls@example.org"],
    ["mailto:tls@example.org"],
  ],
  ["two records count as none", ["v=TLSRPTv1; rua=mailto:a@b.test", "v=TLSRPTv1; rua=mailto:a@b.test"], []],
  ["no rua", ["v=TLSRPTv1;"], []],
  ["nothing", [], []],
])("record: %s", async (_, texts, expected) => {
  expect(parseTlsReportRecord(texts)).toEqual(expected);
  const dns = new FakeDns({ "TXT _smtp._tls.example.org": texts.map(txt) });
  expect(await findTlsReportAddresses("example.org", dns)).toEqual(expected);
});

it("adds up to a report as RFC 8460 has it", () => {
  let now = Date.UTC(2026, 0, 1);
  const reports = new TlsReports({
    organizationName: "Example",
    contactInfo: "tls@mail.example.com",
    now: () => now,
  });
  const base: TlsSessionResult = {
    domain: "example.org",
    policyDomain: "example.org",
    policyType: "sts",
    policyLines: ["version: STSv1", "mode: testing"],
    policyHosts: ["mx.example.org"],
    failure: undefined,
    reason: undefined,
    host: "mx.example.org",
    address: "192.0.2.1",
    localAddress: "192.0.2.9",
  };
  reports.add(base);
  reports.add(base);
  for (let round = 0; round < 3; round++) {
    reports.add({ ...base, failure: "certificate-expired", reason: "ERR_SOCKET_CERTIFICATE_EXPIRED" });
  }
  reports.add({ ...base, policyType: "no-policy-found", policyLines: [], policyHosts: [] });
  now += 86_400_000;
  const [report, ...others] = reports.take();
  expect(others).toEqual([]);
  expect(report?.fileName).toMatch(
    /^mail\.example\.com!example\.org!1767225600!1767312000![A-Za-z0-9]+\.json$/,
  );
  expect(report?.json).toEqual({
    "organization-name": "Example",
    "date-range": { "start-datetime": "2026-01-01T00:00:00Z", "end-datetime": "2026-01-02T00:00:00Z" },
    "contact-info": "tls@mail.example.com",
    "report-id": expect.stringMatching(/@mail\.example\.com$/),
    policies: [
      {
        policy: {
          "policy-type": "sts",
          "policy-string": ["version: STSv1", "mode: testing"],
          "policy-domain": "example.org",
          "mx-host": ["mx.example.org"],
        },
        summary: { "total-successful-session-count": 2, "total-failure-session-count": 3 },
        "failure-details": [
          {
            "result-type": "certificate-expired",
            "sending-mta-ip": "192.0.2.9",
            "receiving-mx-hostname": "mx.example.org",
            "receiving-ip": "192.0.2.1",
            "failure-reason-code": "ERR_SOCKET_CERTIFICATE_EXPIRED",
            "failed-session-count": 3,
          },
        ],
      },
      {
        policy: { "policy-type": "no-policy-found", "policy-domain": "example.org" },
        summary: { "total-successful-session-count": 1, "total-failure-session-count": 0 },
      },
    ],
  });
  expect(reports.take()).toEqual([]);
});

const RESULT: TlsSessionResult = {
  domain: "example.org",
  policyDomain: "example.org",
  policyType: "tlsa",
  policyLines: ["3 1 1 00"],
  policyHosts: [],
  failure: undefined,
  reason: undefined,
  host: "mx.example.org",
  address: "192.0.2.1",
  localAddress: "192.0.2.9",
};

it("one report for the recipients' domain has the policies of several TLSA base domains", () => {
  const reports = new TlsReports({ organizationName: "Example", contactInfo: "tls@example.com" });
  for (const policyDomain of ["mx1.example.net", "mx2.example.net", "mx1.example.net"]) {
    reports.add({ ...RESULT, policyDomain });
  }
  const [report, ...others] = reports.take();
  expect(others).toEqual([]);
  expect(report).toMatchObject({
    domain: "example.org",
    submitter: "example.com",
    json: {
      policies: [
        {
          policy: { "policy-domain": "mx1.example.net" },
          summary: { "total-successful-session-count": 2 },
        },
        {
          policy: { "policy-domain": "mx2.example.net" },
          summary: { "total-successful-session-count": 1 },
        },
      ],
    },
  });
});

it("names and ids differ, whichever process made the report at the same moment", () => {
  const made = [1, 2].flatMap(() => {
    const options = { organizationName: "Example", contactInfo: "tls@example.com", now: () => 0 };
    const reports = new TlsReports(options);
    return Array.from({ length: 12 }, () => {
      reports.add(RESULT);
      return reports.take()[0];
    });
  });
  for (const one of made) expect(one?.fileName).toMatch(/^example\.com!example\.org!0!0![A-Za-z0-9]+\.json$/);
  expect(new Set(made.map((one) => one?.fileName)).size).toBe(24);
  expect(new Set(made.map((one) => one?.reportId)).size).toBe(24);
});

const MISTAKE = "ERR_DELIVERY_OPTION";
it.each<[string, string, string | undefined, string]>([
  ["is the domain of contactInfo", "tls@example.com", undefined, "example.com"],
  ["may be given too", "tls@Example.com", "EXAMPLE.COM", "example.com"],
  ["in letters of its own", "tls@bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example"],
  ["may not be below it", "tls@example.com", "mail.example.com", MISTAKE],
  ["may not be above it", "tls@mail.example.com", "example.com", MISTAKE],
  ["is a domain", "tls@example.com", "", MISTAKE],
  ["comes of one bare address", "Tls <tls@example.com>", undefined, MISTAKE],
  ["comes of an address with a domain", "tls", undefined, MISTAKE],
  ["comes of no address literal", "tls@[192.0.2.1]", undefined, MISTAKE],
  ["comes of an address at all", undefined as never, "example.com", MISTAKE],
])("the reporting domain %s", (_, contactInfo, submitter, expected) => {
  let result: unknown;
  try {
    const reports = new TlsReports({ organizationName: "Example", contactInfo, submitter });
    reports.add(RESULT);
    result = reports.take()[0]?.submitter;
  } catch (error) {
    result = (error as { code: string }).code;
  }
  expect(result).toBe(expected);
});

it("nobody wants reports on an address literal", async () => {
  const dns = new FakeDns({});
  expect(await findTlsReportAddresses("[192.0.2.1]", dns)).toEqual([]);
  expect(dns.asked).toEqual([]);
});
