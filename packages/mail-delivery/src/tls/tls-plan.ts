import type { CertificateInfo } from "@wirepost/socket-core";
import type { DnsAnswer, DnsResolver, TlsaRecord } from "@wirepost/socket-core/dns";
import { DeliveryError } from "../errors.js";
import type { Route } from "../routing/find-route.js";
import { ask } from "../routing/find-route.js";
import type { HostAddresses } from "../routing/host-addresses.js";
import { policyNames, type StsPolicy } from "./sts-policy.js";
import { daneVouches, isUsable } from "./tlsa-match.js";

/**
 * The TLS that one server is owed.
 * - `opportunistic`: what can be had (RFC 7435); in plaintext where the handshake fails.
 * - `sts`: verified for the host's name (RFC 8461 section 5, mode enforce).
 * - `dane`: verified by TLSA records (RFC 7672).
 * - `dane-unusable`: there are TLSA records and none that SMTP can use: TLS, unverified (RFC 7672 section 2.2).
 * - `verified`: by the platform's authorities, because the message asks for it (RFC 8689).
 */
export interface TlsPlan {
  /** Who asks for what. */
  readonly kind: "opportunistic" | "sts" | "dane" | "dane-unusable" | "verified";
  /** For `dane` and `dane-unusable`: all records at the name. */
  readonly records: readonly TlsaRecord[];
  /**
   * For `dane` and `dane-unusable`: the TLSA base domain, which the server is told (SNI). For `dane` there
   * follow the other names of which a certificate under an anchor may have one.
   */
  readonly names: readonly string[];
}

/** What a plan is made from. */
export interface PlanQuestion {
  readonly route: Route;
  readonly host: string;
  readonly port: number;
  readonly addresses: HostAddresses;
  readonly policy: StsPolicy | undefined;
  /** DNS or the web server failed: the domain may have another policy by now. */
  readonly policyMayDiffer: boolean;
  /** The resolver validates, and what it says arrives as it was said. */
  readonly trustDnssec: boolean;
  /** REQUIRETLS (RFC 8689). */
  readonly requireTls: boolean;
  /**
   * `TLS-Required: No` in the header (RFC 8689 section 3): the sender wants delivery above all. Asked only
   * when it matters.
   */
  readonly tlsOptional: () => Promise<boolean>;
  readonly resolver: DnsResolver;
  readonly signal: AbortSignal | undefined;
}

const plan = (
  kind: TlsPlan["kind"],
  records: TlsPlan["records"] = [],
  names: TlsPlan["names"] = [],
): TlsPlan => ({
  kind,
  records,
  names,
});

/**
 * Decides by DANE first, then MTA-STS (RFC 8461 section 2), then by what the message asks for.
 *
 * @throws DeliveryError ERR_DELIVERY_DANE_LOOKUP, ERR_DELIVERY_STS_HOST, ERR_DELIVERY_REQUIRETLS: this host is not to be used
 */
export async function planTls(question: PlanQuestion): Promise<TlsPlan> {
  // REQUIRETLS overrules the header (RFC 8689 section 4.1).
  if (question.requireTls) return decide(question);
  let decided: TlsPlan;
  try {
    decided = await decide(question);
  } catch (error) {
    if (DeliveryError.is(error) && (await question.tlsOptional())) return plan("opportunistic");
    throw error;
  }
  return decided.kind !== "opportunistic" && (await question.tlsOptional()) ? plan("opportunistic") : decided;
}

async function decide(question: PlanQuestion): Promise<TlsPlan> {
  const { route, host, policy, trustDnssec, requireTls } = question;
  const named = policy !== undefined && policy.mode !== "none" && policyNames(policy, host);
  const signed = trustDnssec && route.authenticated;
  const dane = signed ? await planDane(question) : undefined;
  if (dane?.kind === "dane") return dane;
  if (policy?.mode === "enforce") {
    if (!named) throw new DeliveryError("ERR_DELIVERY_STS_HOST", host, { retryable: true });
    return plan("sts");
  }
  if (!requireTls) return dane ?? plan("opportunistic");
  // The name of the host itself has to be trustworthy (RFC 8689 section 4.2.1).
  if (!named && !signed) {
    throw new DeliveryError("ERR_DELIVERY_REQUIRETLS", `neither DNSSEC nor MTA-STS vouches for ${host}`, {
      retryable: question.policyMayDiffer,
    });
  }
  return plan("verified");
}

/** Undefined: DANE has no say, because nothing is published or the zone is not signed. */
async function planDane(question: PlanQuestion): Promise<TlsPlan | undefined> {
  for (const base of await baseDomains(question)) {
    const { status, records, authenticated } = await askSafely(
      question,
      `_${question.port}._tcp.${base}`,
      "TLSA",
    );
    if (status !== "records" || !authenticated) continue;
    return records.some(isUsable)
      ? plan("dane", records, referenceNames(question, base))
      : plan("dane-unusable", records, [base]);
  }
  return undefined;
}

/**
 * Where the TLSA records of a host may stand, in the order in which they count (RFC 7672 sections 2.1.3 and 2.2.2): at its name
 * after aliases, then at its own. Hosts in unsigned zones have none that could count, and asking can only fail.
 */
async function baseDomains(question: PlanQuestion): Promise<readonly string[]> {
  const { host, addresses, route } = question;
  if (route.source === "literal") return [];
  const { canonicalName } = addresses;
  if (addresses.authenticated) return [...new Set([canonicalName, host])];
  if (canonicalName === host) return [];
  // The alias may stand in a signed zone and lead out of it: then it vouches for itself, and for nobody behind it.
  const alias = await askSafely(question, host, "CNAME");
  return alias.status === "records" && alias.authenticated ? [host] : [];
}

/** Somebody who blocks the answer must not switch DANE off (RFC 7672 section 2.1.2). */
async function askSafely<T extends "TLSA" | "CNAME">(
  { resolver, signal }: PlanQuestion,
  name: string,
  type: T,
): Promise<DnsAnswer<T>> {
  try {
    return await ask(resolver, name, type, signal);
  } catch (error) {
    if (!DeliveryError.is(error)) throw error;
    throw new DeliveryError("ERR_DELIVERY_DANE_LOOKUP", name, { cause: error, retryable: true });
  }
}

/**
 * Names of which a certificate under an anchor must have one, the base domain first (RFC 7672 section 3.2.2): besides it the
 * domain that the mail is for, which securely led here, and that domain after aliases.
 */
function referenceNames({ route }: PlanQuestion, base: string): readonly string[] {
  return [...new Set([base, route.domain, ...(route.source === "mx" ? [route.canonicalDomain] : [])])];
}

/** What to tell smtp-client of a plan: its policy, and who judges the certificate. */
export function clientTls(
  { kind, records, names }: TlsPlan,
  now: () => number,
): {
  readonly policy: "opportunistic" | "required";
  readonly verify: "none" | "full";
  readonly judge: ((certificate: CertificateInfo) => boolean) | undefined;
} {
  switch (kind) {
    case "opportunistic":
      return { policy: "opportunistic", verify: "none", judge: undefined };
    case "dane-unusable":
      return { policy: "required", verify: "none", judge: undefined };
    case "dane":
      return {
        policy: "required",
        verify: "full",
        judge: (certificate) => daneVouches({ records, certificate, names, now: new Date(now()) }),
      };
    default:
      return { policy: "required", verify: "full", judge: undefined };
  }
}

const NOT_OFFERED: ReadonlySet<string> = new Set(["ERR_CLIENT_TLS_NOT_OFFERED", "ERR_CLIENT_TLS_REFUSED"]);

interface Coded {
  readonly code: string;
  readonly message: string;
  /** It may pass by itself: a connection that ended, a 454 to STARTTLS. */
  readonly retryable: boolean;
}

/**
 * The failure of a server to give the TLS that it owes, under a code of its own; undefined when it is no such
 * failure. What a domain asks for is tried again whatever went wrong (RFC 8461 section 5, RFC 7672 section
 * 9.1): its administrator may mend it.
 */
export function tlsFailureUnder(kind: TlsPlan["kind"], error: Coded): DeliveryError | undefined {
  const missing = NOT_OFFERED.has(error.code);
  const handshake = error.code.startsWith("ERR_SOCKET_TLS_");
  const certificate = error.code.startsWith("ERR_SOCKET_CERTIFICATE_");
  if (!missing && !handshake && !certificate) return undefined;
  const details = { cause: error, retryable: true };
  switch (kind) {
    case "sts":
      return new DeliveryError(
        certificate ? "ERR_DELIVERY_STS_CERTIFICATE" : "ERR_DELIVERY_STS_NO_TLS",
        error.message,
        details,
      );
    case "dane":
    case "dane-unusable":
      return new DeliveryError(
        certificate ? "ERR_DELIVERY_DANE_MISMATCH" : "ERR_DELIVERY_DANE_NO_TLS",
        error.message,
        details,
      );
    case "verified":
      return new DeliveryError("ERR_DELIVERY_REQUIRETLS", error.message, {
        cause: error,
        retryable: error.retryable,
      });
    default:
      return undefined;
  }
}

/**
 * The same failure for a message with REQUIRETLS. Its sender is to be told at once that a server cannot be
 * used (RFC 8689 section 4.2.1), under the one code that no queue tries again. What may pass by itself keeps
 * its own code.
 */
export function underRequireTls(failure: DeliveryError, mayPass: boolean): DeliveryError {
  if (mayPass || failure.code === "ERR_DELIVERY_REQUIRETLS") return failure;
  return new DeliveryError("ERR_DELIVERY_REQUIRETLS", failure.message, { cause: failure });
}

/** Whether a failed handshake allows a second connection without TLS. Injected octets are an attack, not a defect. */
export function mayGoOnInPlaintext(kind: TlsPlan["kind"], code: string): boolean {
  return kind === "opportunistic" && code.startsWith("ERR_SOCKET_TLS_") && code !== "ERR_SOCKET_TLS_LEFTOVER";
}
