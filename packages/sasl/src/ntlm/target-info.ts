import { SaslError } from "../errors.js";
import { concatOctets, EMPTY } from "../octets.js";

/** Attributes of a target (MS-NLMP section 2.2.2.1). */
export const AV_ID = {
  END: 0,
  FLAGS: 6,
  TIMESTAMP: 7,
  TARGET_NAME: 9,
  CHANNEL_BINDINGS: 10,
} as const;

/** In {@link AV_ID.FLAGS}: the AUTHENTICATE_MESSAGE carries an integrity code. */
export const AV_FLAG_MIC = 2;

/** In their order. */
export type TargetInfo = ReadonlyMap<number, Uint8Array>;

/** @throws SaslError `ERR_SASL_BAD_CHALLENGE` */
export function readTargetInfo(octets: Uint8Array): TargetInfo {
  const pairs = new Map<number, Uint8Array>();
  if (octets.length === 0) return pairs;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (let offset = 0; offset + 4 <= octets.length; ) {
    const id = view.getUint16(offset, true);
    const length = view.getUint16(offset + 2, true);
    if (id === AV_ID.END) return pairs;
    const end = offset + 4 + length;
    if (end > octets.length || pairs.has(id)) break;
    pairs.set(id, octets.slice(offset + 4, end));
    offset = end;
  }
  throw new SaslError("ERR_SASL_BAD_CHALLENGE", "the target information is malformed", { mechanism: "NTLM" });
}

/** Without any attribute there is no list at all: the servers that send none expect none. */
export function writeTargetInfo(pairs: TargetInfo): Uint8Array {
  if (pairs.size === 0) return EMPTY;
  const parts: Uint8Array[] = [];
  for (const [id, value] of pairs) parts.push(pairHeader(id, value.length), value);
  return concatOctets(...parts, pairHeader(AV_ID.END, 0));
}

function pairHeader(id: number, length: number): Uint8Array {
  return Uint8Array.of(id & 0xff, id >> 8, length & 0xff, length >> 8);
}
