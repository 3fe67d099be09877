// The only place that reads a platform global. WHATWG URL is in Node, browsers and workers, and its host parser is the
// platform's UTS 46: not transitional, with the tables that the platform's own TLS and fetch use.

interface HostParser {
  readonly hostname: string;
}

const platform = globalThis as unknown as { readonly URL: new (text: string) => HostParser };

// The host parser also reads hosts that end in a number as IPv4 ("１.１" would become 1.0.0.1). A last label that is
// a word keeps it to names; being ASCII it changes nothing else.
const GUARD = ".guard";

/**
 * UTS 46 ToASCII through the platform, or undefined when it refuses. The caller has refused every ASCII character but
 * letters, digits, hyphen and dot: the host parser would decode percent signs and cut at / ? # @ and drop TAB and LF.
 */
export function platformDomainToAscii(domain: string): string | undefined {
  try {
    const host = new platform.URL(`http://${domain}${GUARD}`).hostname;
    return host.endsWith(GUARD) ? host.slice(0, -GUARD.length) : undefined;
  } catch {
    return undefined;
  }
}
