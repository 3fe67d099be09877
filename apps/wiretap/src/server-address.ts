import { WiretapError } from "./errors.js";
import type { TlsMode } from "./options.js";

/** What the command line calls the server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Undefined where the address does not say. */
  readonly tls: TlsMode | undefined;
  readonly lmtp: boolean;
}

const DEFAULT_PORTS = { smtp: 25, smtps: 465, lmtp: 24 } as const;

/**
 * `host`, `host:port`, `smtp://…`, `smtps://…` or `lmtp://…`.
 * @throws WiretapError `ERR_WIRETAP_USAGE`, which does not repeat the text: a password may have been pasted into it
 */
export function parseServerAddress(text: string): ServerAddress {
  const [, scheme = "smtp", place] = /^(?:(smtps?|lmtp):\/\/)?([^/@?#]+)\/?$/i.exec(text) ?? [];
  if (place === undefined) {
    throw new WiretapError("ERR_WIRETAP_USAGE", "a server is host, host:port, smtp://, smtps:// or lmtp://");
  }
  const name = scheme.toLowerCase() as keyof typeof DEFAULT_PORTS;
  const { host, port } = parsePlace(place, DEFAULT_PORTS[name]);
  return { host, port, tls: name === "smtps" ? "implicit" : undefined, lmtp: name === "lmtp" };
}

/**
 * `2526`, `0.0.0.0:2526`, `[::1]:2526` or `localhost:0`: where to listen.
 * @throws WiretapError `ERR_WIRETAP_USAGE`
 */
export function parseListenAddress(text: string): { readonly host: string; readonly port: number } {
  return parsePlace(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text, undefined);
}

function parsePlace(text: string, defaultPort: number | undefined): { host: string; port: number } {
  const [, literal, name, digits] = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = literal ?? name;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined || port === undefined || port > 65_535) {
    throw new WiretapError("ERR_WIRETAP_USAGE", "an address is host:port, with an IPv6 address in brackets");
  }
  return { host, port };
}
