import { createHash } from "node:crypto";
import { createServer } from "node:https";
import {
  type DeliveryAttempt,
  type DeliveryReceipt,
  DirectDelivery,
  type DirectDeliveryOptions,
  type DirectSendOptions,
} from "@wirepost/mail-delivery";
import { SendError } from "@wirepost/smtp-client";
import { readCertificate } from "@wirepost/socket-core";
import { Resolver } from "@wirepost/socket-core/dns";
import { createSelfSignedIdentity, createTestAuthority, type TestIdentity } from "@wirepost/test-server";
import { freePort } from "../../src/machine/ports.js";
import { type DnsTree, startDns } from "../../src/servers/dns.js";
import { type Exchanger, type ExchangerOptions, startExchanger } from "../../src/servers/exchanger.js";

/** Where nobody listens. */
export const NOBODY = "127.0.0.99";

const digest = (octets: Uint8Array) => createHash("sha256").update(octets).digest("hex");

/** TLSA data of selector 1 (the public key) and SHA-256, after the usage. */
export function tlsa(usage: number, identity: { readonly der: Uint8Array }): string {
  return `TLSA ${usage} 1 1 ${digest(readCertificate(identity.der).publicKey)}`;
}

/** TLSA data for DANE-TA: the whole certificate of the authority by SHA-256. */
export function anchorTlsa(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  return `TLSA 2 0 1 ${digest(der)}`;
}

/** Answers of the web, by `host path`. */
export type Pages = Map<string, string>;

export interface Website {
  /** What was posted. */
  readonly posted: { readonly path: string; readonly type: string | undefined; readonly octets: Buffer }[];
  stop(): Promise<void>;
}

/** An HTTPS server with a certificate of the private authority. */
export async function startWebsite(identity: TestIdentity, pages: Pages, port: number): Promise<Website> {
  const posted: Website["posted"] = [];
  const server = createServer(
    { key: identity.key, cert: identity.certificate },
    async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const path = `${request.headers.host?.replace(/:\d+$/, "")} ${request.url}`;
      if (request.method === "POST") {
        posted.push({ path, type: request.headers["content-type"], octets: Buffer.concat(pieces) });
      }
      const page = request.method === "POST" ? "" : pages.get(path);
      response.writeHead(page === undefined ? 404 : 200, { "Content-Type": "text/plain" });
      response.end(page);
    },
  );
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    posted,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The internet of these suites: a DNS tree with a root of its own, exchangers on one port, and a certificate authority. */
export interface Internet {
  readonly dns: DnsTree;
  readonly port: number;
  readonly ca: string;
  /** Certificate of its own authority, STARTTLS; knows `real.signed.test` by SNI. */
  readonly mx1: Exchanger;
  /** Self-signed, STARTTLS. */
  readonly mx2: Exchanger;
  /** Without STARTTLS. */
  readonly bare: Exchanger;
  /** Greets with 421. */
  readonly busy: Exchanger;
  /** On ::1. */
  readonly six: Exchanger;
  /** Speaks TLS 1.0 alone. */
  readonly old: Exchanger;
  /** Of the web servers that DNS tells of. */
  readonly web: TestIdentity;
  /** Where those are to listen. */
  readonly webPort: number;
  delivery(options?: DirectDeliveryOptions): DirectDelivery;
  stop(): Promise<void>;
}

/** Domains whose policies the web server has, and what they are. */
const STS = ["sts", "sts-host", "sts-bare", "sts-cert", "sts-next", "sts-old"] as const;

export async function startInternet(): Promise<Internet> {
  const authority = await createTestAuthority();
  const port = await freePort();
  const webPort = await freePort();
  const first = await authority.issue({ hosts: ["mx1.signed.test"] });
  const real = await authority.issue({ hosts: ["real.signed.test"] });
  const own = await createSelfSignedIdentity({ hosts: ["mx2.signed.test"] });
  const stranger = await createSelfSignedIdentity({ hosts: ["mx2.signed.test"] });
  const web = await authority.issue({
    hosts: ["reports.plain.test", ...STS.map((name) => `mta-sts.${name}.plain.test`)],
  });
  const withAnchor = (identity: TestIdentity) => ({
    key: identity.key,
    // Under DANE-TA the anchor has to be sent along (RFC 7672 section 3.1.2).
    certificate: `${identity.certificate.trim()}\n${authority.certificate.trim()}\n`,
  });
  const at = `_${port}._tcp`;
  const running: { stop(): Promise<void> }[] = [];
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const one = await starting;
    running.push(one);
    return one;
  };
  const exchanger = (host: string, options: Omit<ExchangerOptions, "host" | "port">) =>
    keep(startExchanger({ host, port, ...options }));
  const stop = async () => {
    for (const one of running.splice(0)) await one.stop();
  };
  const starting = [
    keep(
      startDns([
        { name: "test", records: [] },
        {
          name: "signed.test",
          records: [
            "mx1 A 127.0.0.2",
            "mx2 A 127.0.0.3",
            "bare A 127.0.0.4",
            `old A 127.0.0.6\n${at}.old ${tlsa(3, own)}\nold-dane MX 10 old`,
            "real A 127.0.0.2",
            "other A 127.0.0.2",
            "strange A 127.0.0.3",
            "cname CNAME real",
            "lead CNAME mx2.plain.test.",
            // DANE-EE, DANE-TA, and what goes wrong with them
            `ee MX 10 mx2\n${at}.mx2 ${tlsa(3, own)}`,
            `ta MX 10 mx1\n${at}.mx1 ${anchorTlsa(authority.certificate)}`,
            `ta-name MX 10 other\n${at}.other ${anchorTlsa(authority.certificate)}`,
            `mismatch MX 10 strange\n${at}.strange ${tlsa(3, stranger)}`,
            `stripped MX 10 bare\n${at}.bare ${tlsa(3, own)}`,
            "next MX 10 other\nnext MX 20 mx2",
            // an exchanger that is an alias, in a signed zone and out of it
            `aliased MX 10 cname\n${at}.real ${anchorTlsa(authority.certificate)}`,
            `leading MX 10 lead\n${at}.lead ${tlsa(3, own)}`,
            "same CNAME ee",
            `unusable MX 10 unusable-mx\nunusable-mx A 127.0.0.3\n${at}.unusable-mx ${tlsa(1, stranger)}`,
          ],
        },
        {
          name: "plain.test",
          signed: false,
          records: [
            "mx2 A 127.0.0.3",
            "bare A 127.0.0.4",
            "busy A 127.0.0.5",
            "six AAAA ::1",
            `both A ${NOBODY}\nboth AAAA ::1`,
            `down A ${NOBODY}\ndown2 A 127.0.0.98`,
            "mx-alias CNAME mx1.signed.test.",
            "good MX 10 mx1.signed.test.",
            "first-down MX 10 down\nfirst-down MX 20 mx1.signed.test.",
            "first-busy MX 10 busy\nfirst-busy MX 20 mx1.signed.test.",
            "all-busy MX 10 busy",
            "all-down MX 10 down\nall-down MX 20 down2",
            "two MX 10 bare\ntwo MX 20 mx1.signed.test.",
            "even MX 10 bare\neven MX 10 mx1.signed.test.",
            "null MX 0 .\nnull A 127.0.0.2",
            "alias CNAME first-down",
            "to-alias MX 10 mx-alias",
            "implicit A 127.0.0.4",
            "old MX 10 old.signed.test.",
            "v6 MX 10 six",
            "dual MX 10 both",
            'nothing TXT "here"',
            "lost-host MX 10 mx.lost.test.",
            "xn--bcher-kva MX 10 mx1.signed.test.",
            "dangling MX 10 mx1.signed.test.",
            "strict MX 10 mx1.signed.test.",
            "own MX 10 bare\nown MX 20 self\nown MX 30 mx1.signed.test.\nself A 127.0.0.2",
            "*.many MX 10 mx1.signed.test.\n*.more MX 10 bare\n*.null MX 0 .\n*.gone MX 10 down",
            // MTA-STS
            ...STS.map((name) => `_mta-sts.${name} TXT "v=STSv1; id=1"\nmta-sts.${name} A 127.0.0.1`),
            "sts MX 10 mx1.signed.test.",
            "sts-old MX 10 old.signed.test.",
            "sts-host MX 10 mx1.signed.test.",
            "sts-bare MX 10 bare",
            "sts-cert MX 10 mx2.signed.test.",
            "sts-next MX 10 bare\nsts-next MX 20 mx1.signed.test.",
            // TLS reports
            `_smtp._tls.sts-host TXT "v=TLSRPTv1; rua=mailto:tls@sts-host.plain.test,https://reports.plain.test:${webPort}/tls"`,
            "reports A 127.0.0.1",
            // submission
            `_submissions._tcp.users SRV 0 0 ${port} down\n_submission._tcp.users SRV 1 0 ${port} mx1.signed.test.`,
            "smtp.unpublished A 127.0.0.99\n_submission._tcp.refusing SRV 0 0 0 .\nsmtp.refusing A 127.0.0.2",
          ],
        },
        {
          name: "bogus.test",
          records: [`@ MX 10 mx`, "mx A 127.0.0.3", `${at}.mx ${tlsa(3, own)}`],
          // The signature is over another digest.
          tamper: `s/^\\(${at}\\.mx.*TLSA.*\\)....$/\\1beef/`,
        },
        {
          name: "bogus-mx.test",
          records: ["@ MX 10 mx", "mx A 127.0.0.3"],
          tamper: "s/\\tMX\\t10 mx/\\tMX\\t11 mx/",
        },
        {
          name: "hidden.test",
          records: ["@ MX 10 mx", "mx A 127.0.0.3", `${at}.mx ${tlsa(3, own)}`],
          // Somebody left the records out, who cannot sign that there are none.
          tamper: "/IN\tTLSA\t/d;/IN\tRRSIG\tTLSA /d",
        },
        { name: "outdated.test", outdated: true, records: ["@ MX 10 mx", "mx A 127.0.0.3"] },
        { name: "lost.test", lost: true, signed: false, records: [] },
      ]),
    ),
    exchanger("127.0.0.2", {
      name: "mx1.signed.test",
      identity: withAnchor(first),
      byName: { "real.signed.test": withAnchor(real) },
    }),
    exchanger("127.0.0.3", { name: "mx2.signed.test", identity: own }),
    exchanger("127.0.0.4", { name: "bare.plain.test" }),
    exchanger("127.0.0.5", {
      name: "busy.plain.test",
      settings: { smtpd_client_restrictions: "check_client_access static:{421 4.3.2 too busy}" },
    }),
    exchanger("::1", { name: "six.plain.test" }),
    exchanger("127.0.0.6", {
      name: "old.signed.test",
      identity: own,
      settings: { smtpd_tls_protocols: "TLSv1", smtpd_tls_mandatory_protocols: "TLSv1" },
    }),
  ] as const;
  try {
    const [dns, mx1, mx2, bare, busy, six, old] = await Promise.all(starting);
    const ca = authority.certificate;
    const deliveries: DirectDelivery[] = [];
    running.push({
      async stop() {
        await Promise.all(deliveries.map((delivery) => delivery.close()));
      },
    });
    running.reverse();
    const delivery = (options: DirectDeliveryOptions = {}) => {
      const attempts: DeliveryAttempt[] = [];
      const made = new DirectDelivery({
        onAttempt: (attempt) => attempts.push(attempt),
        clientName: "mail.example.com",
        resolver: new Resolver({ servers: [dns.resolver] }),
        port,
        isOwnAddress: () => false,
        backoff: false,
        idleTimeoutMs: 0,
        sts: false,
        tls: { ca },
        ...options,
      });
      deliveries.push(made);
      ATTEMPTS.set(made, attempts);
      return made;
    };
    return { dns, port, ca, mx1, mx2, bare, busy, six, old, web, webPort, delivery, stop };
  } catch (error) {
    await Promise.allSettled(starting);
    await stop();
    throw error;
  }
}

const ATTEMPTS = new WeakMap<DirectDelivery, DeliveryAttempt[]>();

export const LETTER = { from: "ann@example.com", subject: "Hello", text: "Hello" } as const;

/** What one send came to, in a line for each recipient and each attempt. */
export interface Told {
  readonly recipients: readonly string[];
  readonly attempts: readonly string[];
  readonly retryable: boolean | undefined;
}

export async function tell(
  delivery: DirectDelivery,
  to: string | readonly string[],
  options: DirectSendOptions = {},
): Promise<Told> {
  let failed: SendError | undefined;
  let receipt: DeliveryReceipt | undefined;
  try {
    receipt = await delivery.send({ ...LETTER, to }, options);
  } catch (error) {
    if (!SendError.is(error)) throw error;
    failed = error;
  }
  const attempts = ATTEMPTS.get(delivery)?.splice(0) ?? [];
  const recipients = receipt?.recipients ?? failed?.recipients ?? [];
  return {
    recipients: recipients.map(
      ({ address, outcome, reply, error }) => `${address} ${outcome} ${reply?.code ?? error?.code}`,
    ),
    attempts: attempts.map(({ host, tls, secured, error }) =>
      [host, tls ?? "-", secured ?? "-", error?.code ?? "ok"].join(" "),
    ),
    retryable: failed?.retryable,
  };
}
