import { SocketError } from "@wirepost/socket-core";
import type { TlsaRecord } from "@wirepost/socket-core/dns";
import type { TlsResultType, TlsSessionResult } from "../reports/tls-reports.js";
import type { StsPolicy } from "../tls/sts-policy.js";
import type { TlsPlan } from "../tls/tls-plan.js";

/** A failure, and what it came of. */
export interface TlsFailure {
  readonly code: string;
  readonly cause?: unknown;
}

/** What reports say of a failure (RFC 8460 section 4.3), by its code. */
export function resultType({ code, cause }: TlsFailure, kind: TlsPlan["kind"] | undefined): TlsResultType {
  switch (code) {
    case "ERR_CLIENT_TLS_NOT_OFFERED":
    case "ERR_CLIENT_TLS_REFUSED":
      return "starttls-not-supported";
    case "ERR_SOCKET_CERTIFICATE_EXPIRED":
    case "ERR_SOCKET_CERTIFICATE_NOT_YET_VALID":
      return kind === "dane" ? "validation-failure" : "certificate-expired";
    case "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH":
    case "ERR_DELIVERY_STS_HOST":
      return kind === "dane" ? "validation-failure" : "certificate-host-mismatch";
    case "ERR_DELIVERY_DANE_LOOKUP":
      return "dnssec-invalid";
    case "ERR_DELIVERY_STS_FETCH":
      return SocketError.is(cause) && cause.code.startsWith("ERR_SOCKET_CERTIFICATE_")
        ? "sts-webpki-invalid"
        : "sts-policy-fetch-error";
    case "ERR_DELIVERY_STS_POLICY":
    case "ERR_DELIVERY_STS_RECORD":
      return "sts-policy-invalid";
    default:
      if (kind === "dane") return "validation-failure";
      return code.startsWith("ERR_SOCKET_CERTIFICATE_") ? "certificate-not-trusted" : "validation-failure";
  }
}

/** The policy part of a result. */
export function policyOf({
  domain,
  host,
  plan,
  policy,
  failure,
}: {
  /** The recipients'. */
  readonly domain: string;
  readonly host: string | undefined;
  readonly plan: TlsPlan | undefined;
  readonly policy: StsPolicy | undefined;
  readonly failure: TlsFailure | undefined;
}): Pick<TlsSessionResult, "domain" | "policyDomain" | "policyType" | "policyLines" | "policyHosts"> {
  if (plan?.kind === "dane" || plan?.kind === "dane-unusable") {
    const policyLines = plan.records.map(tlsaText);
    return {
      domain,
      policyDomain: plan.names[0] ?? domain,
      policyType: "tlsa",
      policyLines,
      policyHosts: [],
    };
  }
  // That there may be records is all that is known, and no base domain was found: the exchanger's name stands
  // in for it.
  if (failure?.code === "ERR_DELIVERY_DANE_LOOKUP") {
    return { domain, policyDomain: host ?? domain, policyType: "tlsa", policyLines: [], policyHosts: [] };
  }
  if (policy !== undefined && policy.mode !== "none") {
    const { lines: policyLines, mx: policyHosts } = policy;
    return { domain, policyDomain: domain, policyType: "sts", policyLines, policyHosts };
  }
  return { domain, policyDomain: domain, policyType: "no-policy-found", policyLines: [], policyHosts: [] };
}

function tlsaText({ usage, selector, matchingType, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString("hex")}`;
}
