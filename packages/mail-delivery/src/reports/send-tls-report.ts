import { parseMailbox } from "@wirepost/mail-address";
import type { SendError } from "@wirepost/smtp-client";
import type { TlsOptions } from "@wirepost/socket-core";
import { type DnsResolver, Resolver } from "@wirepost/socket-core/dns";
import { checkNames, checkNumber } from "../check-options.js";
import { toSendError } from "../delivery/outcome.js";
import { lookupThrough } from "../dns/lookup-through.js";
import { DeliveryError } from "../errors.js";
import { httpsRequest } from "../https/https-request.js";
import { isPublicAddress } from "../routing/public-address.js";
import { composeTlsReport, GZIPPED_REPORT, gzippedReport } from "./compose-tls-report.js";
import { findTlsReportAddresses } from "./tls-report-record.js";
import type { TlsReport } from "./tls-reports.js";

/** What carries the mail; `DirectDelivery` is one. A relay's client or a queue takes a line around it. */
export interface TlsReportSender {
  /** Resolves when the mail was taken. What it throws becomes the outcome. */
  send(
    message: { readonly raw: Uint8Array },
    options: {
      readonly envelope: { readonly from: string; readonly to: string };
      /** The sessions of this mail are no matter for the next report (RFC 8460 section 3). */
      readonly reportTls: false;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<unknown>;
}

/** How reports are sent. */
export interface SendTlsReportOptions {
  /** Sends those that go by mail. */
  readonly delivery: TlsReportSender;
  /** Who sends them: a bare address. Its domain should be the submitter's, and sign. */
  readonly from: string;
  /** Where to; default: what the domain publishes at `_smtp._tls`. `mailto:` and `https:` URLs. */
  readonly addresses?: readonly string[] | undefined;
  /**
   * Signs the mail: the signer of `@wirepost/dkim`. Receivers ignore mail without a signature of the reporting domain (RFC 8460
   * section 3), so leave it out only where a relay signs.
   */
  readonly signer?: { sign(message: Uint8Array): Uint8Array | Promise<Uint8Array> } | undefined;
  /** Default: the system's name servers. */
  readonly resolver?: DnsResolver | undefined;
  /** Whose certificates count for web servers. Default: the platform's authorities. */
  readonly tls?: Pick<TlsOptions, "ca" | "extraCa"> | undefined;
  /** For one POST. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether a web server may be asked at this address. A domain of a stranger says where reports go, and could name a server of
   * our own network. Default: addresses of the public internet.
   */
  readonly isAllowedAddress?: ((address: string) => boolean) | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of one address. */
export interface TlsReportOutcome {
  /** As it was published. */
  readonly address: string;
  /** Undefined: it was taken. What composing, signing or sending threw comes as a `SendError` with the same code. */
  readonly error: DeliveryError | SendError | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof SendTlsReportOptions>([
  "delivery",
  "from",
  "addresses",
  "signer",
  "resolver",
  "tls",
  "timeoutMs",
  "isAllowedAddress",
  "signal",
]);
/** A record of a stranger is no mailing list. */
const MAX_ADDRESSES = 10;

/**
 * Sends one report to every address where the domain wants it, by mail or by POST (RFC 8460 sections 5.3 and 5.4). Empty: it
 * wants none. One attempt: what is `retryable` may be tried again for a day (section 5.5), with `addresses` to name who is left.
 *
 * @throws DeliveryError ERR_DELIVERY_DNS (retryable), ERR_DELIVERY_OPTION, ERR_DELIVERY_UNKNOWN_OPTION; the signal's reason
 */
export async function sendTlsReport(
  report: TlsReport,
  options: SendTlsReportOptions,
): Promise<readonly TlsReportOutcome[]> {
  checkNames("sendTlsReport()", options, NAMES);
  const timeoutMs = checkNumber("timeoutMs", options.timeoutMs, 60_000, 1);
  const { signal } = options;
  const resolver = options.resolver ?? new Resolver();
  const addresses = options.addresses ?? (await findTlsReportAddresses(report.domain, resolver, signal));
  const outcomes: TlsReportOutcome[] = [];
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    signal?.throwIfAborted();
    try {
      if (/^mailto:/i.test(address)) await mail(report, address, options);
      else await post(report, address, { ...options, resolver, timeoutMs });
      outcomes.push({ address, error: undefined });
    } catch (error) {
      signal?.throwIfAborted();
      outcomes.push({ address, error: DeliveryError.is(error) ? error : toSendError(error, "compose") });
    }
  }
  return outcomes;
}

async function mail(
  report: TlsReport,
  address: string,
  { delivery, from, signer, signal }: SendTlsReportOptions,
): Promise<void> {
  const to = mailtoAddress(address);
  const composed = await composeTlsReport(report, { from, to });
  const raw = signer === undefined ? composed : await signer.sign(composed);
  await delivery.send({ raw }, { envelope: { from, to }, reportTls: false, signal });
}

/** The address of a `mailto:` URL (RFC 6068); what else stands there is of no use here. */
function mailtoAddress(url: string): string {
  try {
    const address = decodeURIComponent(url.slice("mailto:".length).replace(/\?.*$/, ""));
    parseMailbox(address);
    return address;
  } catch (error) {
    throw new DeliveryError("ERR_DELIVERY_REPORT_ADDRESS", url.slice(0, 256), { cause: error });
  }
}

async function post(
  report: TlsReport,
  address: string,
  options: SendTlsReportOptions & { readonly resolver: DnsResolver; readonly timeoutMs: number },
): Promise<void> {
  const { resolver, timeoutMs, tls, signal, isAllowedAddress = isPublicAddress } = options;
  const url = httpsUrl(address);
  let status: number;
  try {
    ({ status } = await httpsRequest({
      host: url.hostname,
      path: `${url.pathname}${url.search}`,
      port: url.port === "" ? 443 : Number(url.port),
      lookup: lookupThrough(resolver, isAllowedAddress),
      tls,
      content: { mediaType: GZIPPED_REPORT, octets: gzippedReport(report) },
      maxBodyBytes: 0,
      timeoutMs,
      signal,
    }));
  } catch (error) {
    throw new DeliveryError("ERR_DELIVERY_REPORT_POST", (error as Error).message, {
      cause: error,
      retryable: true,
    });
  }
  if (status >= 200 && status < 300) return;
  const retryable = status >= 500 || status === 408 || status === 429;
  throw new DeliveryError("ERR_DELIVERY_REPORT_POST", `HTTP status ${status}`, { retryable });
}

/** An address in place of a name has no certificate to go by, and no domain that could be asked. */
function httpsUrl(address: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(address);
  } catch {
    // said below
  }
  const bare = url?.protocol === "https:" && url.username === "" && url.password === "" && url.port !== "0";
  if (url === undefined || !bare || !/[a-z]$/.test(url.hostname)) {
    throw new DeliveryError("ERR_DELIVERY_REPORT_ADDRESS", address.slice(0, 256));
  }
  return url;
}
