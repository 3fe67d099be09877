import { constants, createHash } from "node:crypto";
import { isIP } from "node:net";
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from "node:tls";
import { SocketError } from "../errors.js";
import { asciiHostName, checkMs, checkOptions } from "../options.js";
import { openSslCipherName } from "./cipher-names.js";
import { contextFailure } from "./failures.js";
import { normalFingerprint } from "./fingerprints.js";
import { type CertificateSource, TLS_OPTIONS, type TlsOptions, type TlsVersion } from "./tls-options.js";

/** Options after checking, with everything that is made once and used for many handshakes. */
export interface TlsSettings {
  readonly options: TlsOptions;
  readonly context: SecureContext;
  /** Undefined: no SNI. */
  readonly servername: string | undefined;
  readonly hostNames: readonly string[];
  readonly fullVerify: boolean;
  readonly handshakeTimeoutMs: number;
  /** Host, SNI and the whole policy: what a kept session is bound to. */
  readonly sessionKey: string;
  readonly trusted: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  readonly pins: ReadonlySet<string>;
}

const VERSIONS: readonly TlsVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/**
 * @param host what the caller connects to; undefined on the server side and for paths
 * @throws SocketError for options that are wrong or that OpenSSL refuses
 */
export function tlsSettings(options: TlsOptions, host: string | undefined): TlsSettings {
  checkOptions("tls", options, TLS_OPTIONS);
  checkLists(options);
  const verify = options.verify ?? "full";
  if (verify !== "full" && verify !== "none") bad('verify must be "full" or "none"');
  const servername = sniName(options.servername, host);
  const hostNames = options.hostNames ?? [servername ?? host ?? ""];
  const contextOptions = secureContextOptions(options);
  const contextKey = digestOf(contextOptions);
  const fingerprints = (list: readonly string[] | undefined) => new Set((list ?? []).map(normalFingerprint));
  return {
    options,
    context: cachedContext(contextKey, contextOptions, options.pfx !== undefined),
    servername,
    hostNames,
    fullVerify: verify === "full",
    handshakeTimeoutMs: checkMs("handshakeTimeoutMs", options.handshakeTimeoutMs, 30_000),
    sessionKey: digestOf([
      contextKey,
      host,
      servername,
      verify,
      hostNames,
      options.alpn,
      options.pins,
      options.trusted,
      options.denied,
      options.revocation?.policy,
    ]),
    trusted: fingerprints(options.trusted),
    denied: fingerprints(options.denied),
    pins: fingerprints(options.pins),
  };
}

function bad(detail: string): never {
  throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail });
}

function sniName(servername: string | undefined, host: string | undefined): string | undefined {
  const wanted = servername ?? host;
  if (wanted === undefined || wanted === "" || isIP(wanted) !== 0) return undefined;
  const name = asciiHostName(wanted);
  if (name === undefined) bad(`servername ${JSON.stringify(wanted)} is no host name`);
  return name;
}

function checkVersion(name: string, version: TlsVersion | undefined): void {
  if (version !== undefined && !VERSIONS.includes(version))
    bad(`${name} must be one of ${VERSIONS.join(", ")}`);
}

function secureContextOptions(options: TlsOptions): SecureContextOptions {
  checkVersion("minVersion", options.minVersion);
  checkVersion("maxVersion", options.maxVersion);
  const minVersion = options.minVersion ?? "TLSv1.2";
  const maxVersion = options.maxVersion ?? "TLSv1.3";
  if (VERSIONS.indexOf(minVersion) > VERSIONS.indexOf(maxVersion)) bad("minVersion is above maxVersion");
  if (options.certificate !== undefined && options.key === undefined)
    throw new SocketError("ERR_SOCKET_FILE_NO_KEY");
  if (options.key !== undefined && options.certificate === undefined) {
    throw new SocketError("ERR_SOCKET_FILE_NO_CERTIFICATE");
  }
  const result: SecureContextOptions = {
    minVersion,
    maxVersion,
    // A server that asks for a second handshake in the middle of a connection gains nothing that we want (RFC 9325 3.5).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
  const ca = trustedCertificates(options);
  if (ca !== undefined) result.ca = ca;
  if (options.certificate !== undefined) result.cert = pemList("certificate", options.certificate);
  if (options.key !== undefined) result.key = octetsOrText("key", options.key);
  if (options.pfx !== undefined) result.pfx = octetsOrText("pfx", options.pfx);
  // Node's own complaint would quote the value.
  if (options.passphrase !== undefined && typeof options.passphrase !== "string")
    bad("passphrase must be text");
  if (options.passphrase !== undefined) result.passphrase = options.passphrase;
  if (options.ciphers !== undefined) result.ciphers = cipherList(options.ciphers);
  if (options.groups !== undefined) result.ecdhCurve = options.groups.join(":");
  if (options.signatureAlgorithms !== undefined) result.sigalgs = options.signatureAlgorithms.join(":");
  return result;
}

/** Lists of names, so that a text in the place of one is not taken apart letter by letter. */
const LISTS = ["hostNames", "groups", "signatureAlgorithms", "alpn", "pins", "trusted", "denied"] as const;

function checkLists(options: TlsOptions): void {
  for (const name of LISTS) {
    const list: unknown = options[name];
    const fits = list === undefined || (Array.isArray(list) && list.every((one) => typeof one === "string"));
    if (!fits) bad(`${name} must be a list of texts`);
  }
}

function trustedCertificates(options: TlsOptions): string[] | undefined {
  if (options.extraCa === undefined) return options.ca === undefined ? undefined : pemList("ca", options.ca);
  const base = options.ca === undefined ? rootCertificates : pemList("ca", options.ca);
  return [...base, ...pemList("extraCa", options.extraCa)];
}

function pemList(name: "ca" | "extraCa" | "certificate", source: CertificateSource): string[] {
  const parts = Array.isArray(source) ? source : [source];
  return parts.map((part) => pem(name, part));
}

function octetsOrText(name: "key" | "pfx", given: unknown): string | Buffer {
  if (typeof given === "string" && name === "key") return given;
  if (given instanceof Uint8Array) return Buffer.from(given);
  return bad(`${name} must be ${name === "key" ? "PEM text or octets" : "octets"}`);
}

/** DER begins with SEQUENCE (0x30), which no PEM text does. */
function pem(name: string, part: unknown): string {
  if (typeof part === "string") return part;
  if (!(part instanceof Uint8Array)) return bad(`${name} must be PEM text, octets, or a list of them`);
  const octets = Buffer.from(part.buffer, part.byteOffset, part.length);
  if (octets[0] !== 0x30) return octets.toString("latin1");
  const lines = octets.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function cipherList(ciphers: string | readonly string[]): string {
  const names = typeof ciphers === "string" ? ciphers.split(":") : ciphers;
  const known = names.map(openSslCipherName).filter((name) => name !== undefined && name !== "");
  if (known.length === 0)
    throw new SocketError("ERR_SOCKET_TLS_OPTION", { detail: "none of the cipher suites exists" });
  return known.join(":");
}

/** A digest over a structure of text and octets; each value carries its kind and length, so that no two mean the same. */
function digestOf(value: unknown): string {
  const hash = createHash("sha256");
  const add = (item: unknown): void => {
    if (item === undefined || item === null) hash.update("u;");
    else if (item instanceof Uint8Array) hash.update(`b${item.length};`).update(item);
    else if (Array.isArray(item)) {
      hash.update(`a${item.length};`);
      for (const member of item) add(member);
    } else if (typeof item === "object") {
      const names = Object.keys(item).sort();
      hash.update(`o${names.length};`);
      for (const name of names) {
        add(name);
        add((item as Record<string, unknown>)[name]);
      }
    } else {
      const text = String(item);
      hash.update(`${typeof item}${text.length};`).update(text);
    }
  };
  add(value);
  return hash.digest("base64");
}

// A context costs milliseconds (it parses every trusted certificate) and serves any number of connections.
const CONTEXTS = new Map<string, SecureContext>();
const MAX_CONTEXTS = 32;

function cachedContext(key: string, options: SecureContextOptions, hasPfx: boolean): SecureContext {
  const kept = CONTEXTS.get(key);
  if (kept !== undefined) return kept;
  let context: SecureContext;
  try {
    context = createSecureContext(options);
  } catch (error) {
    throw contextFailure(error, hasPfx);
  }
  if (CONTEXTS.size >= MAX_CONTEXTS) {
    for (const eldest of CONTEXTS.keys()) {
      CONTEXTS.delete(eldest);
      break;
    }
  }
  CONTEXTS.set(key, context);
  return context;
}
