import { decodeBase64 } from "./base64.js";
import { SaslError, type SaslErrorCode } from "./errors.js";
import { decodeUtf8 } from "./text.js";

/** The grammar of RFC 5802 section 7, server side. */
export interface ServerFirst {
  /** As received: it is part of what both sides sign. */
  readonly text: string;
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

// r= printable without comma, s= base64, i= a positive number; then extensions, which are ignored.
const SERVER_FIRST = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9][0-9]*)(?:,[A-Za-z]=[^,]+)*$/;

/** @throws SaslError `ERR_SASL_BAD_CHALLENGE`, or what {@link refusal} gives */
export function readServerFirst(challenge: Uint8Array): ServerFirst {
  const text = decodeUtf8(challenge);
  if (text.startsWith("e=")) throw refusal(text);
  if (text.startsWith("m=")) {
    throw new SaslError(
      "ERR_SASL_BAD_CHALLENGE",
      "the server asks for an extension that is mandatory and unknown",
    );
  }
  const match = SERVER_FIRST.exec(text);
  const salt = match === null ? undefined : decodeBase64(match[2]!);
  if (match === null || salt === undefined || salt.length === 0) {
    throw new SaslError("ERR_SASL_BAD_CHALLENGE", "the server's first message is malformed");
  }
  return { text, nonce: match[1]!, salt, iterations: Number(match[3]!) };
}

/** The verifier, in base64. @throws SaslError `ERR_SASL_BAD_CHALLENGE`, or what {@link refusal} gives */
export function readServerFinal(challenge: Uint8Array): string {
  const text = decodeUtf8(challenge);
  if (text.startsWith("e=")) throw refusal(text);
  const match = /^v=([A-Za-z0-9+/=]+)(?:,[A-Za-z]=[^,]+)*$/.exec(text);
  if (match === null)
    throw new SaslError("ERR_SASL_BAD_CHALLENGE", "the server's final message is malformed");
  return match[1]!;
}

/** RFC 5802 section 7, server-error-value; some of them mean that somebody is in between. */
const SERVER_ERRORS: Readonly<Record<string, SaslErrorCode>> = {
  "invalid-encoding": "ERR_SASL_SERVER_REFUSED",
  "extensions-not-supported": "ERR_SASL_SERVER_REFUSED",
  "invalid-proof": "ERR_SASL_SERVER_REFUSED",
  "channel-bindings-dont-match": "ERR_SASL_CHANNEL_BINDING_MISMATCH",
  "server-does-support-channel-binding": "ERR_SASL_DOWNGRADE_DETECTED",
  "channel-binding-not-supported": "ERR_SASL_SERVER_REFUSED",
  "unsupported-channel-binding-type": "ERR_SASL_SERVER_REFUSED",
  "unknown-user": "ERR_SASL_SERVER_REFUSED",
  "invalid-username-encoding": "ERR_SASL_SERVER_REFUSED",
  "no-resources": "ERR_SASL_SERVER_REFUSED",
};

/** Only registered words are repeated: anything else could be an echo of what was sent. */
function refusal(text: string): SaslError {
  const word = text.slice(2).split(",", 1)[0]!;
  const code = Object.hasOwn(SERVER_ERRORS, word) ? SERVER_ERRORS[word]! : "ERR_SASL_SERVER_REFUSED";
  return new SaslError(code, `the server says: ${Object.hasOwn(SERVER_ERRORS, word) ? word : "other-error"}`);
}

/** `gs2-header` (RFC 5801 section 4). An empty `a=` is left out: servers refuse it. */
export function gs2Header(flag: string, authorizationId: string | undefined): string {
  const identity =
    authorizationId === undefined ? "" : `a=${authorizationId.replaceAll("=", "=3D").replaceAll(",", "=2C")}`;
  return `${flag},${identity},`;
}
