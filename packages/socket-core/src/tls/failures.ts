import type { SocketErrorCode } from "../error-table.js";
import { fromNodeError, nodeCode, SocketError, type SocketErrorDetails } from "../errors.js";

/** Results of X509_verify_cert, by the names that Node gives them. Source: OpenSSL x509_vfy.h, Node's crypto_common. */
const VERIFY_CODES: Readonly<Record<string, SocketErrorCode>> = {
  CERT_HAS_EXPIRED: "ERR_SOCKET_CERTIFICATE_EXPIRED",
  CERT_NOT_YET_VALID: "ERR_SOCKET_CERTIFICATE_NOT_YET_VALID",
  DEPTH_ZERO_SELF_SIGNED_CERT: "ERR_SOCKET_CERTIFICATE_SELF_SIGNED",
  SELF_SIGNED_CERT_IN_CHAIN: "ERR_SOCKET_CERTIFICATE_SELF_SIGNED",
  UNABLE_TO_GET_ISSUER_CERT: "ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER",
  CERT_SIGNATURE_FAILURE: "ERR_SOCKET_CERTIFICATE_SIGNATURE",
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: "ERR_SOCKET_CERTIFICATE_SIGNATURE",
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: "ERR_SOCKET_CERTIFICATE_SIGNATURE",
  INVALID_CA: "ERR_SOCKET_CERTIFICATE_INVALID_CA",
  PATH_LENGTH_EXCEEDED: "ERR_SOCKET_CERTIFICATE_INVALID_CA",
  INVALID_PURPOSE: "ERR_SOCKET_CERTIFICATE_PURPOSE",
  CERT_REVOKED: "ERR_SOCKET_CERTIFICATE_REVOKED",
  HOSTNAME_MISMATCH: "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH",
  ERROR_IN_CERT_NOT_BEFORE_FIELD: "ERR_SOCKET_CERTIFICATE_MALFORMED",
  ERROR_IN_CERT_NOT_AFTER_FIELD: "ERR_SOCKET_CERTIFICATE_MALFORMED",
  UNABLE_TO_GET_CRL: "ERR_SOCKET_REVOCATION_UNKNOWN",
  CRL_HAS_EXPIRED: "ERR_SOCKET_REVOCATION_UNKNOWN",
  CRL_NOT_YET_VALID: "ERR_SOCKET_REVOCATION_UNKNOWN",
  CRL_SIGNATURE_FAILURE: "ERR_SOCKET_REVOCATION_UNKNOWN",
};

/** What OpenSSL found wrong with the chain. Results that Node has no name for count as untrusted. */
export function verifyFailure(code: string, target: string | undefined): SocketError {
  const ours = Object.hasOwn(VERIFY_CODES, code) ? VERIFY_CODES[code] : undefined;
  return new SocketError(ours ?? "ERR_SOCKET_CERTIFICATE_UNTRUSTED", { detail: code, target });
}

/** Reasons of the TLS library, matched against its error's code and text, first match wins. Source: OpenSSL sslerr.h. */
const REASONS: readonly (readonly [RegExp, SocketErrorCode])[] = [
  [
    /WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|BAD_RECORD_TYPE/,
    "ERR_SOCKET_TLS_NOT_TLS",
  ],
  [
    /UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW|VERSION_TOO_HIGH|UNKNOWN_PROTOCOL|INAPPROPRIATE_FALLBACK/,
    "ERR_SOCKET_TLS_VERSION",
  ],
  [
    /ALERT_(NO_CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|CERTIFICATE_REQUIRED|ACCESS_DENIED)|CERTIFICATE_REQUIRED|PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    "ERR_SOCKET_TLS_CLIENT_CERTIFICATE",
  ],
  [/NO_APPLICATION_PROTOCOL/, "ERR_SOCKET_TLS_ALPN"],
  [
    /ALERT_HANDSHAKE_FAILURE|ALERT_INSUFFICIENT_SECURITY|NO_SHARED_CIPHER|NO_SHARED_GROUP|NO_SUITABLE_(SIGNATURE_ALGORITHM|KEY_SHARE|GROUPS)|NO_CIPHERS_AVAILABLE|UNKNOWN_CIPHER_RETURNED|WRONG_CIPHER_RETURNED|DH_KEY_TOO_SMALL|WRONG_SIGNATURE_TYPE|WRONG_CURVE|BAD_ECPOINT|TLS_DH_PARAM_SIZE|UNSAFE_LEGACY_RENEGOTIATION/,
    "ERR_SOCKET_TLS_CIPHER",
  ],
  [/EE_KEY_TOO_SMALL|CA_KEY_TOO_SMALL|CA_MD_TOO_WEAK|EE_MD_TOO_WEAK/, "ERR_SOCKET_CERTIFICATE_WEAK"],
  [/ALERT/, "ERR_SOCKET_TLS_ALERT"],
];

/** An error of the handshake or of the record layer. */
export function tlsFailure(error: unknown, handshaking: boolean, details: SocketErrorDetails): SocketError {
  if (SocketError.is(error)) return error;
  const code = nodeCode(error) ?? "";
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE") {
    if (handshaking)
      return new SocketError("ERR_SOCKET_TLS_CLOSED", {
        ...details,
        phase: "tls",
        errno: "ECONNRESET",
        cause: error,
      });
    return fromNodeError(error, details);
  }
  if (code !== "EPROTO" && !/^ERR_(SSL|TLS|OSSL)/.test(code)) {
    return fromNodeError(error, handshaking ? { ...details, phase: "tls" } : details);
  }
  const text = `${code} ${error instanceof Error ? error.message.toUpperCase().replaceAll(" ", "_") : ""}`;
  const row = REASONS.find(([pattern]) => pattern.test(text));
  return new SocketError(row?.[1] ?? "ERR_SOCKET_TLS_PROTOCOL", {
    ...details,
    phase: "tls",
    detail: reason(error, code),
    cause: error,
  });
}

function reason(error: unknown, code: string): string {
  const { reason: text } = error as { reason?: unknown };
  return typeof text === "string" ? text : code;
}

/** What `tls.createSecureContext` throws for certificates, keys and their passwords. */
const CONTEXT_REASONS: readonly (readonly [RegExp, SocketErrorCode])[] = [
  [
    /MAC_VERIFY_FAILURE|BAD_DECRYPT|BAD_PASSWORD|INTERRUPTED_OR_CANCELLED|PASSPHRASE|WRONG_FINAL_BLOCK_LENGTH/,
    "ERR_SOCKET_FILE_PASSWORD",
  ],
  [/KEY_VALUES_MISMATCH|KEY_TYPE_MISMATCH/, "ERR_SOCKET_FILE_KEY_MISMATCH"],
  [
    /UNSUPPORTED_PKCS12|EVP_UNSUPPORTED|RC2|_UNSUPPORTED.*PKCS12|ENVELOPE_ROUTINES::UNSUPPORTED|INNER_EVP/,
    "ERR_SOCKET_FILE_LEGACY",
  ],
  [
    /NO_START_LINE|NOT_ENOUGH_DATA|WRONG_TAG|ASN1|PEM|BAD_BASE64|TOO_LONG|HEADER_TOO_LONG|DECODER|UNABLE_TO_LOAD_PFX|UNABLE_TO_PARSE/,
    "ERR_SOCKET_FILE_FORMAT",
  ],
  [/EE_KEY_TOO_SMALL|CA_KEY_TOO_SMALL|MD_TOO_WEAK/, "ERR_SOCKET_CERTIFICATE_WEAK"],
];

export function contextFailure(error: unknown, hasPfx: boolean): SocketError {
  if (SocketError.is(error)) return error;
  const message = error instanceof Error ? error.message : "";
  const text = `${nodeCode(error) ?? ""} ${message.toUpperCase().replaceAll(" ", "_")}`;
  let code = CONTEXT_REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? "ERR_SOCKET_TLS_OPTION";
  // The same "unsupported" of OpenSSL 3 comes for a key file in a form it cannot read.
  if (code === "ERR_SOCKET_FILE_LEGACY" && !hasPfx) code = "ERR_SOCKET_FILE_FORMAT";
  return new SocketError(code, {
    phase: "files",
    detail: message === "" ? undefined : message,
    cause: error,
  });
}
