import type { Canonicalization } from "./body-canonicalization.js";
import type { DkimEnvironment, DkimKey } from "./environment.js";
import { DkimError, excerpt } from "./errors.js";
import { DEFAULT_SIGNED_HEADERS } from "./header-list.js";
import { checkDomain, checkFieldName, checkSelector, encodeIdentity } from "./tag-values.js";

/** One signature to put on each message. */
export interface DkimSignatureOptions {
  /** d=: the domain that takes responsibility, in ASCII (A-labels where internationalised). */
  readonly domain: string;
  /** s=: the public key is looked up at `<selector>._domainkey.<domain>`. */
  readonly selector: string;
  readonly key: DkimKey;
  /** Default "relaxed": survives a relay that refolds header lines. */
  readonly headerCanonicalization?: Canonicalization | undefined;
  /** Default "relaxed": survives a relay that touches white space at line ends. */
  readonly bodyCanonicalization?: Canonicalization | undefined;
  /** i=: `[local part]@domain`, the signing domain or one below it. Default: not written, which means `@<domain>`. */
  readonly identity?: string | undefined;
  /** Names of the fields to sign where present, each as often as it is there. Must include From. Default: DEFAULT_SIGNED_HEADERS. */
  readonly headers?: readonly string[] | undefined;
  /**
   * Names listed once more than the message has them, so that none can be added. Default: DEFAULT_OVERSIGNED_HEADERS,
   * and Date, Message-ID and Sender where present, as far as `headers` names them. `[]` turns it off.
   */
  readonly oversignedHeaders?: readonly string[] | undefined;
  /** t=: "now" (default), a time, or false for none. */
  readonly timestamp?: "now" | Date | false | undefined;
  /** x=: the signature ends this long after its timestamp. Default: never. Whole seconds, rounded up. */
  readonly expiresAfterMs?: number | undefined;
}

/** Options of a signer. */
export interface DkimSignerOptions {
  /** At least one. Their fields stand on top of the message in this order. */
  readonly signatures: readonly DkimSignatureOptions[];
  /** Longest header of a message, in octets. Default 16 MiB. */
  readonly maxHeaderBytes?: number | undefined;
  /**
   * Whether a source is hashed again while it is read for sending, to end with ERR_DKIM_CONTENT_CHANGED before its last
   * octets leave if it changed meanwhile. Default true.
   */
  readonly checkWhileSending?: boolean | undefined;
}

/** {@link DkimSignatureOptions} checked, with its defaults. */
export interface SignaturePlan {
  readonly domain: string;
  readonly selector: string;
  readonly key: DkimKey;
  readonly headerCanonicalization: Canonicalization;
  readonly bodyCanonicalization: Canonicalization;
  readonly identity: string | undefined;
  readonly headers: readonly string[];
  readonly oversignedHeaders: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly timestamp: "now" | number | false;
  readonly expiresAfterMs: number | undefined;
}

/** {@link DkimSignerOptions} checked, with its defaults. */
export interface SignerPlan {
  readonly signatures: readonly SignaturePlan[];
  readonly maxHeaderBytes: number;
  readonly checkWhileSending: boolean;
}

const DEFAULT_MAX_HEADER_BYTES = 16 * 1024 * 1024;
const MIN_MODULUS_BITS = 1024;

function invalid(message: string): DkimError {
  return new DkimError("ERR_DKIM_INVALID_ARGUMENT", message);
}

/** Refuses a misspelt option instead of ignoring it. */
export function checkNames(options: unknown, known: readonly string[], what: string): void {
  if (typeof options !== "object" || options === null) throw invalid(`${what} must be an object`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new DkimError("ERR_DKIM_UNKNOWN_OPTION", `Unknown option ${excerpt(name)} in ${what}`);
    }
  }
}

/** Checks everything that can be checked before there is a message. */
export function planSigner(options: DkimSignerOptions, environment: DkimEnvironment): SignerPlan {
  checkNames(options, ["signatures", "maxHeaderBytes", "checkWhileSending"], "the signer's options");
  if (typeof environment?.createSha256 !== "function" || typeof environment.now !== "function") {
    throw invalid("the environment must have createSha256 and now");
  }
  const { signatures, maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES, checkWhileSending = true } = options;
  if (!Array.isArray(signatures) || signatures.length === 0)
    throw invalid("signatures must be a list of at least one");
  if (!Number.isSafeInteger(maxHeaderBytes) || maxHeaderBytes < 1)
    throw invalid("maxHeaderBytes must be positive");
  if (typeof checkWhileSending !== "boolean") throw invalid("checkWhileSending must be true or false");
  return { signatures: signatures.map(planSignature), maxHeaderBytes, checkWhileSending };
}

function planSignature(options: DkimSignatureOptions): SignaturePlan {
  checkNames(options, SIGNATURE_OPTIONS, "a signature");
  const domain = checkDomain(options.domain);
  return {
    domain,
    selector: checkSelector(options.selector),
    key: checkKey(options.key),
    headerCanonicalization: checkCanonicalization(options.headerCanonicalization, "headerCanonicalization"),
    bodyCanonicalization: checkCanonicalization(options.bodyCanonicalization, "bodyCanonicalization"),
    identity: options.identity === undefined ? undefined : encodeIdentity(options.identity, domain),
    ...checkHeaderLists(options),
    timestamp: checkTimestamp(options.timestamp ?? "now"),
    expiresAfterMs: checkExpiry(options.expiresAfterMs),
  };
}

const SIGNATURE_OPTIONS = [
  "domain",
  "selector",
  "key",
  "headerCanonicalization",
  "bodyCanonicalization",
  "identity",
  "headers",
  "oversignedHeaders",
  "timestamp",
  "expiresAfterMs",
];

function checkKey(key: DkimKey): DkimKey {
  if (typeof key !== "object" || key === null || typeof key.sign !== "function") {
    throw invalid("key must be a DkimKey (see @wirepost/dkim/node)");
  }
  if (key.algorithm !== "rsa-sha256" && key.algorithm !== "ed25519-sha256") {
    throw new DkimError("ERR_DKIM_KEY", 'The key\'s algorithm must be "rsa-sha256" or "ed25519-sha256"');
  }
  if (key.algorithm === "rsa-sha256" && key.modulusBits !== undefined && key.modulusBits < MIN_MODULUS_BITS) {
    throw new DkimError(
      "ERR_DKIM_WEAK_KEY",
      `An RSA key of ${key.modulusBits} bits is too short to sign with`,
    );
  }
  return key;
}

function checkCanonicalization(value: Canonicalization | undefined, what: string): Canonicalization {
  if (value === undefined) return "relaxed";
  if (value === "simple" || value === "relaxed") return value;
  throw invalid(`${what} must be "simple" or "relaxed"`);
}

function checkHeaderLists(
  options: DkimSignatureOptions,
): Pick<SignaturePlan, "headers" | "oversignedHeaders"> {
  const headers = checkFieldNames(options.headers ?? DEFAULT_SIGNED_HEADERS, "headers");
  const { oversignedHeaders } = options;
  const oversigned = oversignedHeaders && checkFieldNames(oversignedHeaders, "oversignedHeaders");
  if (![...headers, ...(oversigned ?? [])].some((name) => name.toLowerCase() === "from")) {
    throw new DkimError("ERR_DKIM_HEADER_NAME", "The headers to sign must include From (RFC 6376 5.4)");
  }
  return { headers, oversignedHeaders: oversigned };
}

function checkFieldNames(names: unknown, what: string): string[] {
  if (!Array.isArray(names)) throw invalid(`${what} must be a list of names`);
  return names.map(checkFieldName);
}

function checkTimestamp(value: unknown): "now" | number | false {
  if (value === "now" || value === false) return value;
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  if (time >= 0) return time;
  throw invalid('timestamp must be "now", a Date since 1970, or false');
}

function checkExpiry(value: number | undefined): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return value;
  throw invalid("expiresAfterMs must be a positive number");
}
