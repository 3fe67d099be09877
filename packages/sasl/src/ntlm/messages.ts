import { SaslError } from "../errors.js";
import { concatOctets, EMPTY } from "../octets.js";
import { encodeLatin1 } from "../text.js";
import { hasFlag, NTLM_FLAGS } from "./flags.js";

const SIGNATURE = encodeLatin1("NTLMSSP\0");
const NEGOTIATE_BYTES = 32;
const CHALLENGE_MIN_BYTES = 32;
const CHALLENGE_WITH_TARGET_INFO_BYTES = 48;
const AUTHENTICATE_HEADER_BYTES = 88;
/** Where the message integrity code stands in an AUTHENTICATE_MESSAGE. */
export const MIC_OFFSET = 72;
export const MIC_BYTES = 16;

/** MS-NLMP section 2.2.1.1. Neither domain nor workstation is told before the server asks. */
export function writeNegotiate(flags: number): Uint8Array {
  const { octets, view } = message(1, NEGOTIATE_BYTES);
  view.setUint32(12, flags, true);
  for (const field of [16, 24]) view.setUint32(field + 4, NEGOTIATE_BYTES, true);
  return octets;
}

/** What counts in a CHALLENGE_MESSAGE (section 2.2.1.2). */
export interface NtlmChallenge {
  readonly flags: number;
  readonly serverChallenge: Uint8Array;
  /** In the encoding that the flags name. */
  readonly targetName: Uint8Array;
  /** AV pairs; empty when the server sent none. */
  readonly targetInfo: Uint8Array;
}

export function isNtlmMessage(octets: Uint8Array): boolean {
  return octets.length >= SIGNATURE.length && SIGNATURE.every((octet, index) => octets[index] === octet);
}

/** @throws SaslError `ERR_SASL_BAD_CHALLENGE`; no offset in the message is followed out of it. */
export function readChallenge(octets: Uint8Array): NtlmChallenge {
  if (!isNtlmMessage(octets) || octets.length < CHALLENGE_MIN_BYTES) throw bad("is not an NTLM message");
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.getUint32(8, true) !== 2) throw bad("is an NTLM message of another type");
  const flags = view.getUint32(20, true);
  const withTargetInfo =
    hasFlag(flags, NTLM_FLAGS.TARGET_INFO) && octets.length >= CHALLENGE_WITH_TARGET_INFO_BYTES;
  return {
    flags,
    serverChallenge: octets.slice(24, 32),
    targetName: readField(octets, view, 12),
    targetInfo: withTargetInfo ? readField(octets, view, 40) : EMPTY,
  };
}

function readField(octets: Uint8Array, view: DataView, at: number): Uint8Array {
  const length = view.getUint16(at, true);
  if (length === 0) return EMPTY;
  const offset = view.getUint32(at + 4, true);
  if (offset < CHALLENGE_MIN_BYTES || offset + length > octets.length) throw bad("points outside itself");
  return octets.slice(offset, offset + length);
}

/** What an AUTHENTICATE_MESSAGE (section 2.2.1.3) is made of. */
export interface AuthenticateFields {
  readonly flags: number;
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  readonly domain: Uint8Array;
  readonly user: Uint8Array;
  readonly workstation: Uint8Array;
  readonly encryptedSessionKey: Uint8Array;
}

/** The fields for version and integrity code are always there and zero; the code is filled in by who computes it. */
export function writeAuthenticate(fields: AuthenticateFields): Uint8Array {
  const { octets: header, view } = message(3, AUTHENTICATE_HEADER_BYTES);
  let offset = AUTHENTICATE_HEADER_BYTES;
  const payload: Uint8Array[] = [];
  const place = (at: number, octets: Uint8Array): void => {
    view.setUint16(at, octets.length, true);
    view.setUint16(at + 2, octets.length, true);
    view.setUint32(at + 4, offset, true);
    offset += octets.length;
    payload.push(octets);
  };
  place(28, fields.domain);
  place(36, fields.user);
  place(44, fields.workstation);
  place(12, fields.lmResponse);
  place(20, fields.ntResponse);
  place(52, fields.encryptedSessionKey);
  view.setUint32(60, fields.flags, true);
  return concatOctets(header, ...payload);
}

function message(type: number, lengthBytes: number): { octets: Uint8Array; view: DataView } {
  const octets = new Uint8Array(lengthBytes);
  octets.set(SIGNATURE);
  const view = new DataView(octets.buffer);
  view.setUint32(8, type, true);
  return { octets, view };
}

function bad(what: string): SaslError {
  return new SaslError("ERR_SASL_BAD_CHALLENGE", `the challenge ${what}`, { mechanism: "NTLM" });
}
