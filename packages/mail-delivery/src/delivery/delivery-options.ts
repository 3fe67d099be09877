import type { SendOptions, Timeouts } from "@wirepost/smtp-client";
import type { TlsOptions } from "@wirepost/socket-core";
import type { DnsResolver } from "@wirepost/socket-core/dns";
import { checkNames, checkNumber } from "../check-options.js";
import { DeliveryError } from "../errors.js";
import type { TlsSessionResult } from "../reports/tls-reports.js";
import type { Random } from "../routing/exchanger-order.js";
import { isOwnAddress } from "../routing/own-addresses.js";
import type { StsOptions } from "../tls/sts-policies.js";
import type { BackoffOptions } from "./backoff.js";
import { checkClientName } from "./client-name.js";
import type { DeliveryAttempt } from "./delivery-receipt.js";

/** How mail is delivered without a relay. */
export interface DirectDeliveryOptions {
  /** The public name of this host, for EHLO. Default: the host's name, when it is a full one. */
  readonly clientName?: string | undefined;
  /** Default: the system's name servers. Answers are kept by their TTL. */
  readonly resolver?: DnsResolver | undefined;
  /**
   * The resolver validates DNSSEC and nobody can come between it and us: it runs on this machine, or the network is trusted.
   * Only then DANE counts. Default false.
   */
  readonly trustDnssec?: boolean | undefined;
  /** MTA-STS; `false` switches it off. */
  readonly sts?: StsOptions | false | undefined;
  /** Hears what came of TLS; `TlsReports` is one. */
  readonly reports?: { add(result: TlsSessionResult): void } | undefined;
  /** Default 25. */
  readonly port?: number | undefined;
  /** 4 or 6: this family alone. Default 0: both. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** Which family goes first. Default 6. */
  readonly preferFamily?: 4 | 6 | undefined;
  /** The address to leave by. */
  readonly localAddress?: string | undefined;
  /** As in smtp-client, whose defaults are those of RFC 5321 section 4.5.3.2. */
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Authorities and versions. What is verified is the domains' business. */
  readonly tls?:
    | Pick<TlsOptions, "ca" | "extraCa" | "minVersion" | "maxVersion" | "ciphers" | "revocation">
    | undefined;
  /** Domains in hand at a time, those left out that wait for a busy server. Default 20. */
  readonly maxConnections?: number | undefined;
  /** Connections for one domain at a time. Default 4. */
  readonly maxConnectionsPerDomain?: number | undefined;
  /** Connections to one address at a time, for whatever domains, kept ones included. Default 4. */
  readonly maxConnectionsPerServer?: number | undefined;
  /** Exchangers of a domain that one send tries. Default 5. */
  readonly maxHosts?: number | undefined;
  /** Recipients in one transaction; further ones follow in the same session. Default 100 (RFC 5321 section 4.5.3.1.8). */
  readonly maxRecipientsPerTransaction?: number | undefined;
  /** How long a session is kept for the next message; of those there are `maxConnections` at most. Default 5,000; 0 for not at all. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long a domain is left alone whose servers all failed; `false`: never. */
  readonly backoff?: BackoffOptions | false | undefined;
  /** Contents that can be read only once are kept in memory up to this size. Default 33,554,432. */
  readonly maxKeptBytes?: number | undefined;
  /** Further names of this host; mail for exchangers of these names would come back. `clientName` is one always. */
  readonly ownNames?: readonly string[] | undefined;
  /** Default: loopback and the addresses of this machine's interfaces. */
  readonly isOwnAddress?: ((address: string) => boolean) | undefined;
  /** Hears of each attempt when it is over. */
  readonly onAttempt?: ((attempt: DeliveryAttempt) => void) | undefined;
  /** For tests: a number from 0 to 1. Default `Math.random`. */
  readonly random?: Random | undefined;
  /** For tests: milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** What one send may say beyond the message; each as in smtp-client, if nothing else is said. */
export interface DirectSendOptions
  extends Pick<
    SendOptions,
    | "signal"
    | "sendTimeoutMs"
    | "envelope"
    | "beforeContent"
    | "dsn"
    | "requireTls"
    | "deliverBy"
    | "priority"
    | "mailParameters"
    | "rcptParameters"
    | "files"
    | "maxRecipients"
    | "maxLocalPartBytes"
  > {
  /** Taken and left out: it is for a relay that one logs in to (RFC 4954 section 5). */
  readonly submitter?: SendOptions["submitter"];
  /** `false` leaves the sessions of this send out of `reports`; mail that carries reports has to say so (RFC 8460 section 3). Default true. */
  readonly reportTls?: boolean | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof DirectDeliveryOptions>([
  "clientName",
  "resolver",
  "trustDnssec",
  "sts",
  "reports",
  "port",
  "family",
  "preferFamily",
  "localAddress",
  "timeouts",
  "tls",
  "maxConnections",
  "maxConnectionsPerDomain",
  "maxConnectionsPerServer",
  "maxHosts",
  "maxRecipientsPerTransaction",
  "idleTimeoutMs",
  "backoff",
  "maxKeptBytes",
  "ownNames",
  "isOwnAddress",
  "onAttempt",
  "random",
  "now",
]);

const SEND_NAMES: ReadonlySet<string> = new Set<keyof DirectSendOptions>([
  "signal",
  "sendTimeoutMs",
  "envelope",
  "beforeContent",
  "dsn",
  "requireTls",
  "deliverBy",
  "priority",
  "mailParameters",
  "rcptParameters",
  "files",
  "maxRecipients",
  "maxLocalPartBytes",
  "submitter",
  "reportTls",
]);

const BACKOFF_NAMES: ReadonlySet<string> = new Set<keyof BackoffOptions>(["firstDelayMs", "maxDelayMs"]);
const TLS_NAMES: ReadonlySet<string> = new Set([
  "ca",
  "extraCa",
  "minVersion",
  "maxVersion",
  "ciphers",
  "revocation",
]);

/** Options after defaults. */
export interface DeliverySettings extends DirectDeliveryOptions {
  readonly clientName: string;
  readonly trustDnssec: boolean;
  readonly port: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerDomain: number;
  readonly maxConnectionsPerServer: number;
  readonly maxHosts: number;
  readonly maxRecipientsPerTransaction: number;
  readonly idleTimeoutMs: number;
  readonly maxKeptBytes: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  readonly ourNames: ReadonlySet<string>;
  readonly isOwnAddress: (address: string) => boolean;
  readonly random: Random;
  readonly now: () => number;
}

/** @throws DeliveryError ERR_DELIVERY_UNKNOWN_OPTION, ERR_DELIVERY_OPTION, ERR_DELIVERY_CLIENT_NAME */
export function checkDeliveryOptions(options: DirectDeliveryOptions): DeliverySettings {
  checkNames("DirectDelivery", options, NAMES);
  const clientName = checkClientName(options.clientName);
  const backoff = options.backoff === false ? { firstDelayMs: 0, maxDelayMs: 0 } : (options.backoff ?? {});
  checkNames("backoff", backoff, BACKOFF_NAMES);
  checkNames("tls", options.tls ?? {}, TLS_NAMES);
  if (options.trustDnssec === true && options.resolver === undefined) {
    throw new DeliveryError("ERR_DELIVERY_OPTION", "trustDnssec is about a resolver that you name");
  }
  return {
    ...options,
    clientName,
    trustDnssec: options.trustDnssec === true,
    port: checkNumber("port", options.port, 25, 1, 65_535),
    maxConnections: checkNumber("maxConnections", options.maxConnections, 20, 1),
    maxConnectionsPerDomain: checkNumber("maxConnectionsPerDomain", options.maxConnectionsPerDomain, 4, 1),
    maxConnectionsPerServer: checkNumber("maxConnectionsPerServer", options.maxConnectionsPerServer, 4, 1),
    maxHosts: checkNumber("maxHosts", options.maxHosts, 5, 1),
    maxRecipientsPerTransaction: checkNumber(
      "maxRecipientsPerTransaction",
      options.maxRecipientsPerTransaction,
      100,
      1,
    ),
    idleTimeoutMs: checkNumber("idleTimeoutMs", options.idleTimeoutMs, 5000, 0),
    maxKeptBytes: checkNumber("maxKeptBytes", options.maxKeptBytes, 33_554_432, 0),
    firstDelayMs: checkNumber("backoff.firstDelayMs", backoff.firstDelayMs, 60_000, 0),
    maxDelayMs: checkNumber("backoff.maxDelayMs", backoff.maxDelayMs, 3_600_000, 0),
    ourNames: new Set([clientName, ...(options.ownNames ?? []).map((name) => name.toLowerCase())]),
    isOwnAddress: options.isOwnAddress ?? isOwnAddress,
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  };
}

/** @throws DeliveryError ERR_DELIVERY_UNKNOWN_OPTION */
export function checkSendOptions(options: DirectSendOptions): void {
  checkNames("send()", options, SEND_NAMES);
}
