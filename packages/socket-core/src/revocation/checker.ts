import { createHash } from "node:crypto";
import type { CertificateInfo } from "../certificate/certificate-info.js";
import { SocketError } from "../errors.js";
import { checkMs, checkOptions } from "../options.js";
import type { RevocationChecker, RevocationQuestion } from "../tls/tls-options.js";
import { readCrl } from "./crl.js";
import { type FetchQuestion, fetchOctets } from "./fetch-octets.js";
import type { Finding } from "./finding.js";
import { ocspRequest, readOcspResponse } from "./ocsp.js";

/** What to ask, and what to do without an answer. */
export interface RevocationOptions {
  /** `soft`: no news is good news. `hard`: a certificate passes only when a source vouches for it. `off`: nothing is asked. */
  readonly mode: "off" | "soft" | "hard";
  /** `stapled`: only what the server sends along. `fetch` (default): ask the responder too. `off`: no OCSP. */
  readonly ocsp?: "fetch" | "stapled" | "off" | undefined;
  /** `fetch` (default): from the places that the certificate names. `given`: only `crls`. `off`: none. */
  readonly crl?: "fetch" | "given" | "off" | undefined;
  /** Lists that the caller has, DER or PEM. */
  readonly crls?: readonly Uint8Array[] | undefined;
  /** `leaf`: the server's own certificate alone. `chain` (default): the intermediate ones too. */
  readonly scope?: "leaf" | "chain" | undefined;
  /** For each source. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Default 16 MiB. */
  readonly maxCrlBytes?: number | undefined;
  /** Instead of HTTP of this package, for tests and closed networks. */
  readonly fetch?: ((question: FetchQuestion) => Promise<Uint8Array>) | undefined;
}

const REVOCATION_OPTIONS: ReadonlySet<string> = new Set<keyof RevocationOptions>([
  "mode",
  "ocsp",
  "crl",
  "crls",
  "scope",
  "timeoutMs",
  "maxCrlBytes",
  "fetch",
]);
const MAX_OCSP_BYTES = 65_536;
const MAX_KEPT = 512;
const MAX_SOURCES = 4;

/**
 * Makes a checker for `TlsOptions.revocation`. Keep it: it remembers answers until they run out.
 *
 * @throws SocketError of the group use
 */
export function revocationChecker(options: RevocationOptions): RevocationChecker {
  checkOptions("revocation", options, REVOCATION_OPTIONS);
  for (const [name, value, allowed] of [
    ["mode", options.mode, ["off", "soft", "hard"]],
    ["ocsp", options.ocsp ?? "fetch", ["fetch", "stapled", "off"]],
    ["crl", options.crl ?? "fetch", ["fetch", "given", "off"]],
    ["scope", options.scope ?? "chain", ["leaf", "chain"]],
  ] as const) {
    if (!(allowed as readonly string[]).includes(value)) {
      throw new SocketError("ERR_SOCKET_BAD_OPTION", {
        detail: `${name} must be one of ${allowed.join(", ")}`,
      });
    }
  }
  return new Checker(options);
}

class Checker implements RevocationChecker {
  readonly policy: string;
  readonly #options: RevocationOptions;
  readonly #timeoutMs: number;
  readonly #crls: readonly Uint8Array[];
  readonly #kept = new Map<string, Finding & { validUntilMs: number }>();

  constructor(options: RevocationOptions) {
    this.#options = options;
    this.#timeoutMs = checkMs("timeoutMs", options.timeoutMs, 5000);
    this.#crls = (options.crls ?? []).map(fromPem);
    const crls = this.#crls.map((crl) => createHash("sha256").update(crl).digest("hex"));
    this.policy = [
      options.mode,
      options.ocsp ?? "fetch",
      options.crl ?? "fetch",
      options.scope ?? "chain",
      ...crls,
    ].join(" ");
  }

  async check(question: RevocationQuestion): Promise<SocketError | undefined> {
    const { mode, scope } = this.#options;
    if (mode === "off") return undefined;
    const { certificate, stapled, resumed, signal } = question;
    // RFC 7633: the certificate itself says that an answer comes along; a kept session has none to bring.
    if (certificate.mustStaple && stapled === undefined && !resumed && this.#options.ocsp !== "off") {
      return new SocketError("ERR_SOCKET_REVOCATION_UNKNOWN", {
        detail: "the certificate demands a stapled OCSP response and none came",
      });
    }
    const chain = [certificate, ...certificate.issuers];
    const last = scope === "leaf" ? 1 : chain.length - 1;
    for (let index = 0; index < Math.max(1, last); index++) {
      const finding = await this.#find(
        chain[index]!,
        chain[index + 1],
        index === 0 ? stapled : undefined,
        signal,
      );
      if (finding.status === "revoked") {
        return new SocketError("ERR_SOCKET_CERTIFICATE_REVOKED", { detail: chain[index]!.subject.text });
      }
      if (finding.status === "unknown" && mode === "hard") {
        return new SocketError("ERR_SOCKET_REVOCATION_UNKNOWN", {
          detail: `${chain[index]!.subject.text}: ${finding.reason}`,
        });
      }
    }
    return undefined;
  }

  async #find(
    certificate: CertificateInfo,
    issuer: CertificateInfo | undefined,
    stapled: Uint8Array | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Finding> {
    if (issuer === undefined) return { status: "unknown", reason: "the issuer's certificate is not at hand" };
    const nowMs = Date.now();
    const key = certificate.fingerprints.sha256;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.validUntilMs > nowMs) return kept;
    const reasons: string[] = [];
    for (const source of this.#sources(certificate, issuer, stapled, nowMs, signal)) {
      const finding = await source();
      if (finding.status !== "unknown") {
        this.#keep(key, finding);
        return finding;
      }
      reasons.push(finding.reason);
    }
    return { status: "unknown", reason: reasons.length === 0 ? "no source is named" : reasons.join("; ") };
  }

  *#sources(
    certificate: CertificateInfo,
    issuer: CertificateInfo,
    stapled: Uint8Array | undefined,
    nowMs: number,
    signal: AbortSignal | undefined,
  ): Iterable<() => Promise<Finding>> {
    const ocsp = this.#options.ocsp ?? "fetch";
    const crl = this.#options.crl ?? "fetch";
    if (ocsp !== "off" && stapled !== undefined) {
      yield async () => readOcspResponse(stapled, certificate, issuer, nowMs);
    }
    if (crl !== "off") {
      for (const list of this.#crls) yield async () => readCrl(list, certificate, issuer, nowMs);
    }
    if (ocsp === "fetch") {
      for (const url of certificate.ocspUrls.slice(0, MAX_SOURCES)) {
        const body = ocspRequest(certificate, issuer);
        const question = { url, body, contentType: "application/ocsp-request", maxBytes: MAX_OCSP_BYTES };
        yield () =>
          this.#fetched(question, signal, (octets) => readOcspResponse(octets, certificate, issuer, nowMs));
      }
    }
    if (crl === "fetch") {
      for (const url of certificate.crlUrls.slice(0, MAX_SOURCES)) {
        const question = { url, maxBytes: this.#options.maxCrlBytes ?? 16_777_216 };
        yield () =>
          this.#fetched(question, signal, (octets) => readCrl(fromPem(octets), certificate, issuer, nowMs));
      }
    }
  }

  async #fetched(
    question: { url: string; body?: Uint8Array; contentType?: string; maxBytes: number },
    signal: AbortSignal | undefined,
    read: (octets: Uint8Array) => Finding,
  ): Promise<Finding> {
    const fetch = this.#options.fetch ?? fetchOctets;
    try {
      return read(await fetch({ ...question, timeoutMs: this.#timeoutMs, signal }));
    } catch (error) {
      return {
        status: "unknown",
        reason: `${question.url}: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  #keep(key: string, finding: Finding & { validUntilMs: number }): void {
    this.#kept.set(key, finding);
    if (this.#kept.size <= MAX_KEPT) return;
    for (const eldest of this.#kept.keys()) {
      this.#kept.delete(eldest);
      break;
    }
  }
}

function fromPem(octets: Uint8Array): Uint8Array {
  if (octets[0] === 0x30) return octets;
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
  const body = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]*)-----END X509 CRL-----/.exec(text)?.[1];
  return body === undefined ? octets : new Uint8Array(Buffer.from(body, "base64"));
}
