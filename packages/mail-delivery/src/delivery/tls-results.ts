import type { TlsaRecord } from "@wirepost/socket-core/dns";
import type { TlsResultType, TlsSessionResult } from "../reports/tls-reports.js";
import type { StsPolicy } from "../tls/sts-policy.js";
import type { TlsPlan } from "../tls/tls-plan.js";

/** What reports say of a failure, by its code. */
export function resultType(code: string, kind: TlsPlan["kind"] | undefined): TlsResultType {
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
      return "sts-policy-fetch-error";
    case "ERR_DELIVERY_STS_POLICY":
    case "ERR_DELIVERY_STS_RECORD":
      return "sts-policy-invalid";
    default:
      if (kind === "dane") return "validation-failure";
      return code.startsWith("ERR_SOCKET_CERTIFICATE_") ? "certificate-not-trusted" : "validation-failure";
  }
}

/** The policy part of a result. */
export function policyOf(
  domain: string,
  plan: TlsPlan | undefined,
  policy: StsPolicy | undefined,
): Pick<TlsSessionResult, "domain" | "policyType" | "policyLines" | "policyHosts"> {
  if (plan?.kind === "dane" || plan?.kind === "dane-unusable") {
    return { domain, policyType: "tlsa", policyLines: plan.records.map(tlsaText), policyHosts: [] };
  }
  if (policy !== undefined && policy.mode !== "none") {
    return { domain, policyType: "sts", policyLines: policy.lines, policyHosts: policy.mx };
  }
  return { domain, policyType: "no-policy-found", policyLines: [], policyHosts: [] };
}

function tlsaText({ usage, selector, matchingType, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString("hex")}`;
}
