import { latin1, octetsOf } from "./octet-tape.js";

/** Where the proxy stands when it hands on a reply to EHLO or LHLO. */
export interface HelloCircumstances {
  /** The proxy ends TLS by STARTTLS, and has not yet. */
  readonly offerStartTls: boolean;
  /** The client speaks TLS with the proxy. */
  readonly secure: boolean;
}

/**
 * Extensions that a proxy which ends TLS cannot carry: those that begin another TLS of their own, and those that turn
 * the connection round (RFC 2645, RFC 821), so that commands come from where replies are read.
 */
const NOT_CARRIED: ReadonlySet<string> = new Set(["STARTTLS", "X-ANONYMOUSTLS", "ATRN", "TURN"]);

/**
 * SASL mechanisms that are bound to the TLS connection, of which there are two here: channel binding (RFC 5802 6) and the
 * client's certificate (RFC 4422 appendix A).
 */
const BOUND_TO_TLS = /^(?:\S+-PLUS|EXTERNAL)$/i;

export interface HelloChange {
  readonly octets: readonly Uint8Array[];
  /** What was taken out or put in, for people: `without EXTERNAL`, `with STARTTLS`. */
  readonly changes: readonly string[];
}

/** The reply that the client gets: the server's own, octet for octet, but for the extensions that cannot be carried. */
export function carryHello(raw: readonly Uint8Array[], at: HelloCircumstances): HelloChange {
  const changes: string[] = [];
  const lines = latin1(raw).split(/(?<=\n)/);
  const kept = lines.slice(0, 1);
  let offered = false;
  for (const line of lines.slice(1)) {
    const keyword = (/^\d{3}[ -]\s*([^\s=]+)/.exec(line)?.[1] ?? "").toUpperCase();
    if (keyword === "STARTTLS" && at.offerStartTls) {
      offered = true;
      kept.push(line);
    } else if (NOT_CARRIED.has(keyword) || (keyword === "REQUIRETLS" && !at.secure)) {
      // RFC 8689 2: REQUIRETLS is a promise about every hop, and announced under TLS alone.
      changes.push(`without ${keyword}`);
    } else if (keyword === "AUTH") {
      const carried = carryMechanisms(line, changes);
      if (carried !== undefined) kept.push(carried);
    } else kept.push(line);
  }
  if (at.offerStartTls && !offered) {
    kept.push(`${kept[0]!.slice(0, 3)} STARTTLS\r\n`);
    changes.push("with STARTTLS");
  }
  if (changes.length === 0) return { octets: raw, changes };
  const last = kept.length - 1;
  const wire = kept.map((line, i) => withSeparator(line, i === last ? " " : "-")).join("");
  return { octets: [octetsOf(wire)], changes };
}

function withSeparator(line: string, separator: string): string {
  return /^\d{3}[ -]/.test(line)
    ? line.slice(0, 3) + separator + line.slice(4)
    : line.slice(0, 3) + separator + line.slice(3);
}

/** `250-AUTH PLAIN SCRAM-SHA-256-PLUS`, or the older `AUTH=`, without what is bound to TLS; undefined when nothing is left. */
function carryMechanisms(line: string, changes: string[]): string | undefined {
  const [, begin, list, end] = /^(\d{3}[ -]\s*AUTH[= ])(.*?)(\s*)$/is.exec(line) ?? [];
  if (list === undefined) return line;
  const names = list.split(/[ \t]+/).filter((name) => name !== "");
  const bound = names.filter((name) => BOUND_TO_TLS.test(name));
  if (bound.length === 0) return line;
  for (const name of bound) changes.push(`without AUTH ${name.toUpperCase()}`);
  if (bound.length === names.length) return undefined;
  return `${begin}${names.filter((name) => !BOUND_TO_TLS.test(name)).join(" ")}${end}`;
}
