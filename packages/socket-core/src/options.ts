import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { SocketError } from "./errors.js";

/** Refuses names that are not options, so that a typing error never switches a protection off. */
export function checkOptions(what: string, options: object, known: ReadonlySet<string>): void {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new SocketError("ERR_SOCKET_UNKNOWN_OPTION", { detail: `${JSON.stringify(name)} in ${what}` });
    }
  }
}

/** A whole number of milliseconds; 0 means "no limit". Node's timers end at 2^31 - 1. */
export function checkMs(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (value === Number.POSITIVE_INFINITY) return 0;
  if (!Number.isFinite(value) || value < 0 || value > 2_147_483_647) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", {
      detail: `${name} must be from 0 (no limit) to 2147483647`,
    });
  }
  return Math.ceil(value);
}

export function checkPort(port: unknown, lowest: 0 | 1 = 1): number {
  if (typeof port !== "number" || !Number.isInteger(port) || port < lowest || port > 65_535) {
    throw new SocketError("ERR_SOCKET_BAD_PORT", { detail: String(port) });
  }
  return port;
}

/**
 * A host as it goes to the resolver, to SNI and to the certificate check: an IP address without brackets or the
 * A-label form of a name without the final dot.
 */
export function checkHost(host: unknown): string {
  if (typeof host !== "string") throw new SocketError("ERR_SOCKET_BAD_HOST", { detail: typeof host });
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  if (isIP(bare) !== 0) return bare;
  const name = asciiHostName(bare);
  if (name === undefined) throw new SocketError("ERR_SOCKET_BAD_HOST", { detail: JSON.stringify(host) });
  return name;
}

// Underscores exist in host names of private networks; nothing else outside letters, digits, hyphen, dot does.
const HOST_NAME = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;
// The platform's URL mapping reads "%61", cuts at "/" and turns "127.1" into an address: keep such text away from it.
const MAPPABLE = /^[a-zA-Z0-9._\u0080-\u{10ffff}-]+$/u;

/** Lower-case A-label form without the final dot; undefined when the text is no host name. */
export function asciiHostName(text: string): string | undefined {
  if (!MAPPABLE.test(text)) return undefined;
  const ascii = /^[\u0000-\u007f]*$/.test(text) ? text.toLowerCase() : domainToASCII(text);
  const name = ascii.endsWith(".") ? ascii.slice(0, -1) : ascii;
  if (name.length > 253 || !HOST_NAME.test(name)) return undefined;
  // A last label of digits is an odd way to write an address, never a name (RFC 1123 section 2.1).
  return /(^|\.)(\d+|0x[0-9a-f]*)$/.test(name) ? undefined : name;
}

/** `host:port` for error texts. */
export function targetName(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Throws ERR_SOCKET_ABORTED when the signal has fired; the reason becomes the cause. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

export function abortError(signal: AbortSignal): SocketError {
  return new SocketError("ERR_SOCKET_ABORTED", { cause: signal.reason });
}
