import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { EmailMessage } from "@wirepost/mime-message";
import { SendError } from "@wirepost/smtp-client";
import { createTestAuthority } from "@wirepost/test-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { a, FakeDns, txt } from "../../test/fake-dns.js";
import { isPublicAddress } from "../routing/public-address.js";
import { composeTlsReport } from "./compose-tls-report.js";
import { type SendTlsReportOptions, sendTlsReport, type TlsReportSender } from "./send-tls-report.js";
import { type TlsReport, TlsReports } from "./tls-reports.js";

function reportFor(domain: string): TlsReport {
  const reports = new TlsReports({
    organizationName: "Example",
    contactInfo: "tls@mail.example.com",
    now: () => Date.UTC(2026, 0, 2),
  });
  reports.add({
    domain,
    policyDomain: domain,
    policyType: "no-policy-found",
    policyLines: [],
    policyHosts: [],
    failure: "starttls-not-supported",
    reason: undefined,
    host: "mx.example.org",
    address: undefined,
    localAddress: undefined,
  });
  const [report] = reports.take();
  if (report === undefined) throw new Error("no report");
  return report;
}
const report = reportFor("example.org");
const from = "tls@mail.example.com";

it("composes the mail of RFC 8460 section 5.3", async () => {
  const octets = await composeTlsReport(report, { from, to: "tls@example.org" });
  const text = Buffer.from(octets).toString("latin1");
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const fields = head.replace(/\r\n[ \t]+/g, " ");
  expect(fields).toContain(
    `Subject: Report Domain: example.org Submitter: mail.example.com Report-ID: <${report.reportId}>`,
  );
  expect(fields).toMatch(/^Content-Type: multipart\/report; report-type="tlsrpt"; boundary=/m);
  for (const field of [
    "TLS-Report-Domain: example.org",
    "TLS-Report-Submitter: mail.example.com",
    "TLS-Required: No",
    "To: tls@example.org",
  ]) {
    expect(fields.split("\r\n")).toContain(field);
  }
  const body = rest.join("\r\n\r\n");
  expect(body).toContain("an aggregate TLS report from mail.example.com");
  const attached = /Content-Type: application\/tlsrpt\+gzip[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(body);
  expect(JSON.parse(gunzipSync(Buffer.from(attached?.[1] ?? "", "base64")).toString())).toEqual(report.json);
  const { attachments } = await EmailMessage.parse(octets);
  expect(attachments).toMatchObject([{ filename: `${report.fileName}.gz` }]);
});

describe("sending", () => {
  const posted: { path: string | undefined; type: string | undefined; octets: Buffer }[] = [];
  let status = 201;
  let website: Server;
  let https: Partial<SendTlsReportOptions>;
  let port = 0;
  beforeAll(async () => {
    const authority = await createTestAuthority();
    const identity = await authority.issue({ hosts: ["reports.example.org"] });
    website = createServer({ key: identity.key, cert: identity.certificate }, async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const { url: path, headers } = request;
      posted.push({ path, type: headers["content-type"], octets: Buffer.concat(pieces) });
      response.writeHead(status, { Location: "https://elsewhere.example.org/" });
      response.end("thank you");
    });
    await new Promise<void>((resolve) => website.listen(0, "127.0.0.1", resolve));
    port = (website.address() as AddressInfo).port;
    https = { tls: { ca: authority.certificate }, isAllowedAddress: () => true };
  });
  afterAll(() => {
    website.close();
    website.closeAllConnections();
  });

  const mails: Parameters<TlsReportSender["send"]>[] = [];
  const delivery: TlsReportSender = {
    async send(message, options) {
      if (options.envelope.to.startsWith("full@")) {
        throw new SendError("ERR_CLIENT_RECIPIENTS_REFUSED", "full", { phase: "rcpt", retryable: true });
      }
      mails.push([message, options]);
    },
  };
  const dns = (rua: string) =>
    new FakeDns({
      "TXT _smtp._tls.example.org": [txt(`v=TLSRPTv1; rua=${rua}`)],
      "A reports.example.org": [a("127.0.0.1")],
    });
  const outcomes = async (rua: string, options: Partial<SendTlsReportOptions> = {}) =>
    (await sendTlsReport(report, { delivery, from, resolver: dns(rua), ...https, ...options })).map(
      ({ error }) => (error === undefined ? "sent" : `${error.code} ${error.retryable}`),
    );

  it("by mail, signed, and left out of the next report", async () => {
    mails.length = 0;
    const signer = {
      sign: (octets: Uint8Array) => Buffer.concat([Buffer.from("DKIM-Signature: x\r\n"), octets]),
    };
    expect(await outcomes("mailto:tls%2Breports@example.org?subject=x", { signer })).toEqual(["sent"]);
    const [[message, options]] = mails as [(typeof mails)[number]];
    expect(options).toMatchObject({
      envelope: { from, to: "tls+reports@example.org" },
      reportTls: false,
    });
    expect(Buffer.from(message.raw).toString("latin1")).toMatch(/^DKIM-Signature: x\r\n/);
  });

  it("by POST", async () => {
    posted.length = 0;
    status = 201;
    expect(await outcomes(`https://reports.example.org:${port}/tls?from=us`)).toEqual(["sent"]);
    expect(posted).toMatchObject([{ path: "/tls?from=us", type: "application/tlsrpt+gzip" }]);
    expect(JSON.parse(gunzipSync(posted[0]?.octets ?? "").toString())).toEqual(report.json);
  });

  it("to each address; one that fails keeps no other from it", async () => {
    mails.length = 0;
    status = 200;
    const rua = `mailto:full@example.org,https://reports.example.org:${port}/,mailto:tls@example.org`;
    expect(await outcomes(rua)).toEqual(["ERR_CLIENT_RECIPIENTS_REFUSED true", "sent", "sent"]);
    expect(mails).toHaveLength(1);
  });

  it.each<[string, string, number, string]>([
    ["a redirection", "", 302, "ERR_DELIVERY_REPORT_POST false"],
    ["a refusal", "", 404, "ERR_DELIVERY_REPORT_POST false"],
    ["a failure", "", 503, "ERR_DELIVERY_REPORT_POST true"],
    ["nobody there", "https://reports.example.org:1/", 200, "ERR_DELIVERY_REPORT_POST true"],
    ["a name and a password", "https://a:b@reports.example.org/", 200, "ERR_DELIVERY_REPORT_ADDRESS false"],
    ["an address in place of a name", "https://127.0.0.1/", 200, "ERR_DELIVERY_REPORT_ADDRESS false"],
    ["the same in disguise", "https://0x7f.1/", 200, "ERR_DELIVERY_REPORT_ADDRESS false"],
    ["no mailbox", "mailto:tls@@example.org", 200, "ERR_DELIVERY_REPORT_ADDRESS false"],
    [
      "a mailbox that would add a command",
      "mailto:a%0D%0ARCPT@example.org",
      200,
      "ERR_DELIVERY_REPORT_ADDRESS false",
    ],
  ])("fails by: %s", async (_, rua, answer, expected) => {
    status = answer;
    const address = rua === "" ? `https://reports.example.org:${port}/` : rua;
    expect(await outcomes("", { addresses: [address] })).toEqual([expected]);
  });

  it("a stranger's record leads to no server of our own network", async () => {
    posted.length = 0;
    const { isAllowedAddress: _, ...others } = https;
    const sent = await sendTlsReport(report, {
      delivery,
      from,
      resolver: dns(`https://reports.example.org:${port}/`),
      ...others,
    });
    expect(sent.map(({ error }) => error?.code)).toEqual(["ERR_DELIVERY_REPORT_POST"]);
    expect(posted).toEqual([]);
  });

  it("nowhere when the domain wants none; DNS that fails is told", async () => {
    const resolver = new FakeDns({ "TXT _smtp._tls.example.org": "no-data" });
    expect(await sendTlsReport(report, { delivery, from, resolver })).toEqual([]);
    const failing = new FakeDns({ "TXT _smtp._tls.example.org": "servfail" });
    await expect(sendTlsReport(report, { delivery, from, resolver: failing })).rejects.toMatchObject({
      code: "ERR_DELIVERY_DNS",
      retryable: true,
    });
    await expect(sendTlsReport(report, { delivery, form: from } as never)).rejects.toThrow(/form/);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(outcomes("mailto:tls@example.org", { signal })).rejects.toThrow("enough");
  });
});

it.each<[string, boolean]>([
  ["192.0.3.1", true],
  ["8.8.8.8", true],
  ["172.32.0.1", true],
  ["100.128.0.1", true],
  ["2a00:1450::1", true],
  ["127.0.0.2", false],
  ["10.1.2.3", false],
  ["172.16.0.1", false],
  ["172.31.255.255", false],
  ["192.168.1.1", false],
  ["169.254.169.254", false],
  ["100.64.0.1", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["0.0.0.0", false],
  ["::1", false],
  ["::", false],
  ["::ffff:127.0.0.1", false],
  ["64:ff9b::7f00:1", false],
  ["fe80::1", false],
  ["fd00::1", false],
  ["ff02::1", false],
  ["2002:7f00:1::", false],
  ["2001:db8::1", false],
])("%s is of the public internet: %s", (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
