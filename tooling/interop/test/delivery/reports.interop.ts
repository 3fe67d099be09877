import { gunzipSync } from "node:zlib";
import { createSigner } from "@wirepost/dkim/node";
import { sendTlsReport, TlsReports } from "@wirepost/mail-delivery";
import { Resolver } from "@wirepost/socket-core/dns";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Internet, type Pages, startInternet, startWebsite, tell, type Website } from "./internet.js";

let net: Internet;
let website: Website;
const pages: Pages = new Map();
beforeAll(async () => {
  net = await startInternet();
  website = await startWebsite(net.web, pages, net.webPort);
});
afterAll(async () => {
  await website?.stop();
  await net?.stop();
});

test("a day of failures becomes a signed mail and a POST, which arrive whatever the policy says and count nowhere", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const policy = "version: STSv1\r\nmode: enforce\r\nmx: mx.elsewhere.test\r\nmax_age: 86400\r\n";
  pages.set("mta-sts.sts-host.plain.test /.well-known/mta-sts.txt", policy);
  const reports = new TlsReports({
    organizationName: "Example",
    contactInfo: "tls@mail.example.com",
    submitter: "mail.example.com",
  });
  const resolver = new Resolver({ servers: [net.dns.resolver] });
  const delivery = net.delivery({
    sts: { port: net.webPort, tls: { ca: net.ca } },
    reports,
    trustDnssec: true,
  });
  await tell(delivery, ["bob@sts-host.plain.test", "cy@sts-host.plain.test"]);
  await tell(delivery, "bob@mismatch.signed.test");
  await tell(delivery, "bob@ee.signed.test");
  const taken = reports.take();
  expect(taken.map(({ domain }) => domain)).toEqual([
    "sts-host.plain.test",
    "mismatch.signed.test",
    "ee.signed.test",
  ]);
  const summaries = taken.map(({ json }) =>
    (json["policies"] as { policy: object; summary: object; "failure-details"?: object[] }[]).map((one) => [
      (one.policy as Record<string, unknown>)["policy-type"],
      ...Object.values(one.summary),
      one["failure-details"]?.map((detail) => (detail as Record<string, unknown>)["result-type"]),
    ]),
  );
  expect(summaries).toEqual([
    [["sts", 0, 1, ["certificate-host-mismatch"]]],
    [["tlsa", 0, 1, ["validation-failure"]]],
    [["tlsa", 1, 0, undefined]],
  ]);

  const [report, ...others] = taken;
  if (report === undefined) throw new Error("no report");
  const options = {
    delivery,
    from: "tls@example.com",
    resolver,
    signer: createSigner({ signatures: [{ domain: "example.com", selector: "tls", privateKey: key }] }),
    tls: { ca: net.ca },
  };
  const allowed = { ...options, isAllowedAddress: (address: string) => address === "127.0.0.1" };
  expect((await sendTlsReport(report, allowed)).map(({ address, error }) => [address, error])).toEqual([
    ["mailto:tls@sts-host.plain.test", undefined],
    [`https://reports.plain.test:${net.webPort}/tls`, undefined],
  ]);
  const isReport = ({ recipient }: { recipient: string | undefined }) =>
    recipient === "tls@sts-host.plain.test";
  const [stored] = await net.mx1.waitForMessages(1, isReport);
  const mail = await simpleParser(Buffer.from(stored?.content ?? ""));
  expect(mail.headers.get("content-type")).toMatchObject({
    value: "multipart/report",
    params: { "report-type": "tlsrpt" },
  });
  expect(mail.headers.get("tls-report-domain")).toBe("sts-host.plain.test");
  expect(mail.headers.get("tls-report-submitter")).toBe("mail.example.com");
  expect(mail.headers.get("dkim-signature")).toMatchObject({ params: { d: "example.com" } });
  expect(mail.subject).toBe(
    `Report Domain: sts-host.plain.test Submitter: mail.example.com Report-ID: <${report.reportId}>`,
  );
  expect(mail.text).toContain("aggregate TLS report from mail.example.com");
  const [attachment] = mail.attachments;
  expect([attachment?.contentType, attachment?.filename]).toEqual([
    "application/tlsrpt+gzip",
    `${report.fileName}.gz`,
  ]);
  expect(JSON.parse(gunzipSync(attachment?.content ?? "").toString())).toEqual(report.json);

  expect(website.posted).toMatchObject([
    { path: "reports.plain.test /tls", type: "application/tlsrpt+gzip" },
  ]);
  expect(JSON.parse(gunzipSync(website.posted[0]?.octets ?? "").toString())).toEqual(report.json);
  // The others want no reports, and the session that carried one is in none.
  for (const one of others) expect(await sendTlsReport(one, allowed)).toEqual([]);
  expect(reports.take()).toEqual([]);
  // Where a stranger's record leads to this machine, nothing is posted.
  const cautious = await sendTlsReport(report, {
    ...options,
    addresses: [`https://reports.plain.test:${net.webPort}/tls`],
  });
  expect(cautious.map(({ error }) => error?.code)).toEqual(["ERR_DELIVERY_REPORT_POST"]);
  expect(website.posted).toHaveLength(1);
});
