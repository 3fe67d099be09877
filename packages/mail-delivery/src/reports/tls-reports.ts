import { randomBytes } from "node:crypto";
import { parseMailbox } from "@wirepost/mail-address";
import { checkNames } from "../check-options.js";
import { DeliveryError } from "../errors.js";
import { asciiDomain } from "../routing/find-route.js";

/** RFC 8460 section 4.3. */
export type TlsResultType =
  | "starttls-not-supported"
  | "certificate-host-mismatch"
  | "certificate-expired"
  | "certificate-not-trusted"
  | "validation-failure"
  | "tlsa-invalid"
  | "dnssec-invalid"
  | "dane-required"
  | "sts-policy-fetch-error"
  | "sts-policy-invalid"
  | "sts-webpki-invalid";

/** What came of the TLS of one session, or of a policy that no session came of. */
export interface TlsSessionResult {
  /** The recipients' domain, in A-labels: the one that the report is for. */
  readonly domain: string;
  /**
   * The domain that the policy is of, in A-labels: for `tlsa` the TLSA base domain (RFC 8460 section 1.1),
   * else `domain`.
   */
  readonly policyDomain: string;
  /** Which policy counted. */
  readonly policyType: "tlsa" | "sts" | "no-policy-found";
  /** The lines of the policy, or the TLSA records as text. */
  readonly policyLines: readonly string[];
  /** The patterns of an MTA-STS policy. */
  readonly policyHosts: readonly string[];
  /** Undefined: the session was secured as the policy asks. */
  readonly failure: TlsResultType | undefined;
  /** A stable code that says more. */
  readonly reason: string | undefined;
  /** The exchanger's name; undefined when it did not come to one. */
  readonly host: string | undefined;
  /** The exchanger's address; undefined when nobody was called. */
  readonly address: string | undefined;
  /** Ours. */
  readonly localAddress: string | undefined;
}

/** Who reports. */
export interface TlsReportsOptions {
  /** Who sends the report. */
  readonly organizationName: string;
  /**
   * A bare address where questions are answered. Its domain is the one that reports (RFC 8460 sections 5.1
   * and 5.3).
   */
  readonly contactInfo: string;
  /** The domain that reports. Default: that of `contactInfo`; another one is an error. */
  readonly submitter?: string | undefined;
  /** For tests: milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** One domain's report. */
export interface TlsReport {
  /** Whom the report is for, in A-labels. */
  readonly domain: string;
  /** The domain that reports. */
  readonly submitter: string;
  /** Of this report and no other. */
  readonly reportId: string;
  /** As RFC 8460 section 5.1 names it, without `.gz`. */
  readonly fileName: string;
  /** The report (section 4.4), ready for `JSON.stringify`; to be sent as `application/tlsrpt+json`. */
  readonly json: Readonly<Record<string, unknown>>;
}

interface FailureCount {
  readonly detail: Readonly<Record<string, string>>;
  count: number;
}

interface PolicyCount {
  readonly policy: Readonly<Record<string, unknown>>;
  successes: number;
  failures: number;
  readonly details: Map<string, FailureCount>;
}

const NAMES: ReadonlySet<string> = new Set<keyof TlsReportsOptions>([
  "organizationName",
  "contactInfo",
  "submitter",
  "now",
]);
/** Further ones are counted in the sums alone. */
const MAX_DETAILS = 1000;
const MAX_DOMAINS = 100_000;

/**
 * Adds up what came of TLS, domain by domain, until it is asked for the reports (RFC 8460). A report is for
 * the recipients' domain, whose `_smtp._tls` record says who wants it; the policies in it name the domains
 * that they are of. Few exchangers have a record of their own, so to ask at TLSA base domains would leave
 * most domains under DANE without reports.
 */
export class TlsReports {
  readonly #options: TlsReportsOptions;
  readonly #submitter: string;
  /** Tells our reports from those of other processes that report for the same domain. */
  readonly #source = randomBytes(8).toString("hex");
  readonly #now: () => number;
  #domains = new Map<string, Map<string, PolicyCount>>();
  #beginMs: number;
  #number = 0;

  /** @throws DeliveryError ERR_DELIVERY_OPTION, ERR_DELIVERY_UNKNOWN_OPTION */
  constructor(options: TlsReportsOptions) {
    checkNames("TlsReports", options, NAMES);
    this.#options = options;
    this.#submitter = reportingDomain(options);
    this.#now = options.now ?? Date.now;
    this.#beginMs = this.#now();
  }

  /** Counts one result. */
  add(result: TlsSessionResult): void {
    let policies = this.#domains.get(result.domain);
    if (policies === undefined) {
      if (this.#domains.size >= MAX_DOMAINS) return;
      policies = new Map();
      this.#domains.set(result.domain, policies);
    }
    const key = JSON.stringify([result.policyType, result.policyDomain, result.policyLines]);
    let count = policies.get(key);
    if (count === undefined) {
      count = { policy: policyOf(result), successes: 0, failures: 0, details: new Map() };
      policies.set(key, count);
    }
    if (result.failure === undefined) count.successes++;
    else {
      count.failures++;
      addDetail(count.details, result, result.failure);
    }
  }

  /** The reports since the last call, and begins anew. */
  take(): TlsReport[] {
    const [begin, end] = [this.#beginMs, this.#now()];
    const domains = this.#domains;
    this.#domains = new Map();
    this.#beginMs = end;
    return [...domains].map(([domain, policies]) => this.#report(domain, policies, begin, end));
  }

  #report(domain: string, policies: Map<string, PolicyCount>, begin: number, end: number): TlsReport {
    const { organizationName, contactInfo } = this.#options;
    const submitter = this.#submitter;
    // Letters and digits alone (section 5.1). The source has a fixed length, so no two can come to the same.
    const unique = `${this.#source}${++this.#number}`;
    const reportId = `${unique}@${submitter}`;
    const seconds = [begin, end].map((ms) => Math.floor(ms / 1000));
    return {
      domain,
      submitter,
      reportId,
      fileName: `${submitter}!${domain}!${seconds[0]}!${seconds[1]}!${unique}.json`,
      json: {
        "organization-name": organizationName,
        "date-range": { "start-datetime": dateTime(begin), "end-datetime": dateTime(end) },
        "contact-info": contactInfo,
        "report-id": reportId,
        policies: [...policies.values()].map(({ policy, successes, failures, details }) => ({
          policy,
          summary: { "total-successful-session-count": successes, "total-failure-session-count": failures },
          ...(details.size === 0
            ? {}
            : {
                "failure-details": [...details.values()].map(({ detail, count }) => ({
                  ...detail,
                  "failed-session-count": count,
                })),
              }),
        })),
      },
    };
  }
}

/** @throws DeliveryError ERR_DELIVERY_OPTION */
function reportingDomain({ contactInfo, submitter }: TlsReportsOptions): string {
  let domain = "";
  let cause: unknown;
  try {
    domain = asciiDomain(parseMailbox(contactInfo).domain);
  } catch (error) {
    cause = error;
  }
  // Nobody signs for an address literal.
  if (domain === "" || domain.startsWith("[")) {
    const detail = "contactInfo must be a bare address, as tls@example.com";
    throw new DeliveryError("ERR_DELIVERY_OPTION", detail, { cause });
  }
  let given: string | undefined;
  try {
    given = submitter === undefined ? domain : asciiDomain(submitter);
  } catch {
    // said below
  }
  if (given !== domain) {
    const shown = JSON.stringify(String(submitter).slice(0, 64));
    throw new DeliveryError(
      "ERR_DELIVERY_OPTION",
      `submitter is ${shown}, and must be the domain of contactInfo, ${domain} (RFC 8460 section 5.3)`,
    );
  }
  return domain;
}

function policyOf({
  policyType,
  policyDomain,
  policyLines,
  policyHosts,
}: TlsSessionResult): PolicyCount["policy"] {
  return {
    "policy-type": policyType,
    ...(policyLines.length === 0 ? {} : { "policy-string": policyLines }),
    "policy-domain": policyDomain,
    ...(policyHosts.length === 0 ? {} : { "mx-host": policyHosts }),
  };
}

function addDetail(
  details: Map<string, FailureCount>,
  result: TlsSessionResult,
  failure: TlsResultType,
): void {
  const detail = {
    "result-type": failure,
    ...(result.localAddress === undefined ? {} : { "sending-mta-ip": result.localAddress }),
    ...(result.host === undefined ? {} : { "receiving-mx-hostname": result.host }),
    ...(result.address === undefined ? {} : { "receiving-ip": result.address }),
    ...(result.reason === undefined ? {} : { "failure-reason-code": result.reason }),
  };
  const key = JSON.stringify(detail);
  const known = details.get(key);
  if (known !== undefined) known.count++;
  else if (details.size < MAX_DETAILS) details.set(key, { detail, count: 1 });
}

/** RFC 3339, to the second. */
function dateTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
