import { parseMailbox } from "@wirepost/mail-address";
import type { DnsResolver, SrvRecord } from "@wirepost/socket-core/dns";
import { Resolver } from "@wirepost/socket-core/dns";
import { checkNames } from "../check-options.js";
import { DeliveryError } from "../errors.js";
import type { Random } from "../routing/exchanger-order.js";
import { asciiDomain, ask } from "../routing/find-route.js";
import { hostAddresses } from "../routing/host-addresses.js";
import { orderServices } from "./srv-order.js";

/** A server that takes mail from the users of a domain. */
export interface SubmissionServer {
  /** In A-labels. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** `implicit`: from the first octet (`_submissions`). `required`: by STARTTLS (`_submission`). Never without. */
  readonly tls: "implicit" | "required";
  /**
   * `srv`: published by the domain. `provider`: from the table that was handed in. `name`: a host of a usual name that exists;
   * nobody says that it takes mail.
   */
  readonly source: "srv" | "provider" | "name";
  /** The resolver says that it validated the answer by DNSSEC. */
  readonly authenticated: boolean;
  /**
   * The host lies outside the domain and nothing vouches for that: whoever forged the answer would get the password. Ask the
   * user before logging in there (RFC 6186 section 6).
   */
  readonly needsConfirmation: boolean;
}

/** What a table of well-known providers says of a domain. */
export type ProviderServer = Pick<SubmissionServer, "host" | "port" | "tls">;

/** How servers are looked for. */
export interface DiscoveryOptions {
  /** Default: the system's name servers. */
  readonly resolver?: DnsResolver | undefined;
  /**
   * A table of well-known providers, asked by the domain in A-labels when that publishes nothing. What it says needs no
   * confirmation: nobody on the way can have forged it. Default: none.
   */
  readonly providers?:
    | ((domain: string) => ProviderServer | undefined | Promise<ProviderServer | undefined>)
    | undefined;
  /** What the resolver says of DNSSEC can be believed. Default false. */
  readonly trustDnssec?: boolean | undefined;
  /** Gives the search up. */
  readonly signal?: AbortSignal | undefined;
  /** For tests: a number from 0 to 1. Default `Math.random`. */
  readonly random?: Random | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof DiscoveryOptions>([
  "resolver",
  "providers",
  "trustDnssec",
  "signal",
  "random",
]);
/** Names that many give to their submission servers; asked for only when the domain says nothing. */
const USUAL = ["smtp", "mail"] as const;

/**
 * Finds the submission servers of a user's domain, best first: `_submissions._tcp` and `_submission._tcp` (RFC 8314 section 5.1,
 * RFC 6186); where neither is published, what a table of providers says; else hosts of usual names.
 *
 * @param address `user@domain`, or the domain
 * @throws DeliveryError ERR_DELIVERY_NO_SUBMISSION, ERR_DELIVERY_DNS (retryable), ERR_DELIVERY_NO_SUCH_DOMAIN; AddressError
 */
export async function discoverSubmission(
  address: string,
  options: DiscoveryOptions = {},
): Promise<readonly SubmissionServer[]> {
  checkNames("discoverSubmission()", options, NAMES);
  const domain = asciiDomain(address.includes("@") ? parseMailbox(address).domain : address);
  const { resolver = new Resolver(), signal, random = Math.random } = options;
  const [implicit, required] = await Promise.all([
    ask(resolver, `_submissions._tcp.${domain}`, "SRV", signal),
    ask(resolver, `_submission._tcp.${domain}`, "SRV", signal),
  ]);
  const found: (SrvRecord & Pick<SubmissionServer, "tls" | "authenticated">)[] = [];
  for (const [{ records, authenticated }, tls] of [
    [implicit, "implicit"],
    [required, "required"],
  ] as const) {
    // "." says that the service is not offered.
    for (const record of records) if (record.target !== "") found.push({ ...record, tls, authenticated });
  }
  if (found.length > 0) {
    // Priorities hold over both kinds; implicit TLS is preferred among equals (RFC 8314 section 5.1).
    return orderServices(found, random)
      .sort((one, other) => one.priority - other.priority || rank(one.tls) - rank(other.tls))
      .map(({ target, port, tls, authenticated }) => ({
        host: target,
        port,
        tls,
        source: "srv",
        authenticated,
        needsConfirmation: !isWithin(target, domain) && !(options.trustDnssec === true && authenticated),
      }));
  }
  // A domain that says "not offered" is believed.
  const denied = [implicit, required].some(({ status }) => status === "records");
  if (denied) throw new DeliveryError("ERR_DELIVERY_NO_SUBMISSION", domain);
  const known = await options.providers?.(domain);
  if (known !== undefined) {
    const { host, port, tls } = known;
    return [{ host, port, tls, source: "provider", authenticated: false, needsConfirmation: false }];
  }
  const named = await usualHosts(domain, resolver, signal);
  if (named.length === 0) throw new DeliveryError("ERR_DELIVERY_NO_SUBMISSION", domain);
  return named;
}

async function usualHosts(
  domain: string,
  resolver: DnsResolver,
  signal: AbortSignal | undefined,
): Promise<SubmissionServer[]> {
  const hosts = await Promise.all(
    USUAL.map(async (label) => {
      const host = `${label}.${domain}`;
      try {
        const { authenticated } = await hostAddresses(host, resolver, { signal });
        return { host, authenticated };
      } catch (error) {
        if (!DeliveryError.is(error)) throw error;
        return undefined;
      }
    }),
  );
  return hosts.flatMap((one): SubmissionServer[] => {
    if (one === undefined) return [];
    const common = { ...one, source: "name", needsConfirmation: false } as const;
    return [
      { ...common, port: 465, tls: "implicit" },
      { ...common, port: 587, tls: "required" },
    ];
  });
}

function rank(tls: SubmissionServer["tls"]): number {
  return tls === "implicit" ? 0 : 1;
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
