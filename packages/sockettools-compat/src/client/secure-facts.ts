// What the properties of TLS say.
import type { CertificateInfo, SocketError, TlsInfo } from "@wirepost/socket-core";
import { dateText } from "../date-text.js";
import {
  smtpCertificateExpired,
  smtpCertificateInvalid,
  smtpCertificateNoMatch,
  smtpCertificateNone,
  smtpCertificateRevoked,
  smtpCertificateUntrusted,
  smtpCertificateValid,
  smtpCipherAES,
  smtpCipherChaCha20,
  smtpCipherNone,
  smtpCipherOther,
  smtpHashNone,
  smtpHashOther,
  smtpHashSHA1,
  smtpHashSHA256,
  smtpHashSHA384,
  smtpKeyExchangeDH,
  smtpKeyExchangeECDH,
  smtpKeyExchangeNone,
  smtpKeyExchangeRSA,
  smtpProtocolTLS10,
  smtpProtocolTLS11,
  smtpProtocolTLS12,
  smtpProtocolTLS13,
} from "../generated/constants.js";

const STATUSES: Readonly<Record<string, number>> = {
  ERR_SOCKET_CERTIFICATE_MISSING: smtpCertificateNone,
  ERR_SOCKET_CERTIFICATE_HOST_MISMATCH: smtpCertificateNoMatch,
  ERR_SOCKET_CERTIFICATE_EXPIRED: smtpCertificateExpired,
  ERR_SOCKET_CERTIFICATE_NOT_YET_VALID: smtpCertificateExpired,
  ERR_SOCKET_CERTIFICATE_REVOKED: smtpCertificateRevoked,
  ERR_SOCKET_CERTIFICATE_SELF_SIGNED: smtpCertificateUntrusted,
  ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER: smtpCertificateUntrusted,
  ERR_SOCKET_CERTIFICATE_UNTRUSTED: smtpCertificateUntrusted,
};

const PROTOCOLS: Readonly<Record<string, number>> = {
  TLSv1: smtpProtocolTLS10,
  "TLSv1.1": smtpProtocolTLS11,
  "TLSv1.2": smtpProtocolTLS12,
  "TLSv1.3": smtpProtocolTLS13,
};

export class SecureFacts {
  #certificate: CertificateInfo | undefined;
  #failure: SocketError | undefined;
  #tls: TlsInfo | undefined;

  /** The server has shown its certificate, also one that is refused then. */
  seen(certificate: CertificateInfo, failure: SocketError | undefined): void {
    this.#certificate = certificate;
    this.#failure = failure;
  }

  /** The handshake is over. */
  established(tls: TlsInfo | undefined): void {
    this.#tls = tls;
  }

  get issued(): string {
    return this.#certificate === undefined ? "" : dateText(this.#certificate.notBefore);
  }

  get expires(): string {
    return this.#certificate === undefined ? "" : dateText(this.#certificate.notAfter);
  }

  get issuer(): string {
    return this.#certificate?.issuer.text ?? "";
  }

  get subject(): string {
    return this.#certificate?.subject.text ?? "";
  }

  get status(): number {
    if (this.#certificate === undefined) return smtpCertificateNone;
    if (this.#failure === undefined) return smtpCertificateValid;
    return STATUSES[this.#failure.code] ?? smtpCertificateInvalid;
  }

  /** 0 without TLS. */
  get protocol(): number {
    return this.#tls === undefined ? 0 : (PROTOCOLS[this.#tls.protocol] ?? 0);
  }

  get #cipherName(): string {
    return this.#tls?.cipher.standardName.toUpperCase() ?? "";
  }

  get cipher(): number {
    const name = this.#cipherName;
    if (name === "") return smtpCipherNone;
    if (name.includes("AES")) return smtpCipherAES;
    return name.includes("CHACHA20") ? smtpCipherChaCha20 : smtpCipherOther;
  }

  get cipherStrength(): number {
    return this.#tls?.cipher.bits ?? 0;
  }

  get hash(): number {
    const name = this.#cipherName;
    if (name === "") return smtpHashNone;
    if (name.endsWith("SHA256")) return smtpHashSHA256;
    if (name.endsWith("SHA384")) return smtpHashSHA384;
    return name.endsWith("SHA") ? smtpHashSHA1 : smtpHashOther;
  }

  get hashStrength(): number {
    return HASH_BITS[this.hash] ?? 0;
  }

  get keyExchange(): number {
    if (this.#tls === undefined) return smtpKeyExchangeNone;
    const type = this.#tls.keyExchange?.type.toUpperCase() ?? "";
    if (type.startsWith("EC")) return smtpKeyExchangeECDH;
    if (type.startsWith("DH")) return smtpKeyExchangeDH;
    // TLS 1.3 has no other (RFC 8446 section 4.2.7), whether it is named or not.
    return this.#tls.protocol === "TLSv1.3" ? smtpKeyExchangeECDH : smtpKeyExchangeRSA;
  }
}

const HASH_BITS: Readonly<Record<number, number>> = {
  [smtpHashSHA1]: 160,
  [smtpHashSHA256]: 256,
  [smtpHashSHA384]: 384,
};
