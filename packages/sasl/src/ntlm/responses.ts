import type { LegacyCrypto, SaslEnvironment } from "../environment.js";
import { concatOctets, EMPTY } from "../octets.js";
import { encodeLatin1 } from "../text.js";
import { allFlags, hasFlag, NTLM_FLAGS } from "./flags.js";

/** MS-NLMP sections 3.3 and 3.4, by the names that the specification uses. */
export interface NtlmCrypto extends LegacyCrypto {
  readonly hash: SaslEnvironment["hash"];
  readonly hmac: SaslEnvironment["hmac"];
}

/** Both responses and the key that comes of them. */
export interface NtlmResponses {
  readonly ntResponse: Uint8Array;
  readonly lmResponse: Uint8Array;
  readonly keyExchangeKey: Uint8Array;
}

/** `NTOWFv1`. */
export function ntHash(crypto: NtlmCrypto, password: string): Uint8Array {
  return crypto.md4(encodeUtf16(password));
}

/** `LMOWFv1`. Never sent in any form by this client but asked for by {@link responsesV1}'s `lm`. */
export function lmHash(crypto: NtlmCrypto, password: string): Uint8Array {
  const key = new Uint8Array(14);
  key.set(encodeLatin1(password.toUpperCase().slice(0, 14)));
  const magic = encodeLatin1("KGS!@#$%");
  return concatOctets(des(crypto, key.subarray(0, 7), magic), des(crypto, key.subarray(7, 14), magic));
}

/** `NTOWFv2`. */
export function ntHashV2(crypto: NtlmCrypto, user: string, password: string, domain: string): Uint8Array {
  return crypto.hmac("md5", ntHash(crypto, password), encodeUtf16(user.toUpperCase() + domain));
}

/** What version 1 is computed from. */
export interface ResponseV1Input {
  readonly password: string;
  readonly flags: number;
  readonly serverChallenge: Uint8Array;
  readonly clientChallenge: Uint8Array;
  /** Also answer with the LM hash, which gives the password away. Default false: `NoLMResponseNTLMv1`. */
  readonly lm?: boolean | undefined;
}

/** Section 3.3.1 and, for the key, 3.4.5.1. */
export function responsesV1(crypto: NtlmCrypto, input: ResponseV1Input): NtlmResponses {
  const { flags, serverChallenge, clientChallenge } = input;
  const hash = ntHash(crypto, input.password);
  const sessionBaseKey = crypto.md4(hash);
  if (hasFlag(flags, NTLM_FLAGS.EXTENDED_SESSION_SECURITY)) {
    const mixed = crypto.hash("md5", concatOctets(serverChallenge, clientChallenge)).slice(0, 8);
    return {
      ntResponse: desLong(crypto, hash, mixed),
      lmResponse: concatOctets(clientChallenge, new Uint8Array(16)),
      keyExchangeKey: crypto.hmac("md5", sessionBaseKey, concatOctets(serverChallenge, clientChallenge)),
    };
  }
  const ntResponse = desLong(crypto, hash, serverChallenge);
  if (input.lm !== true) return { ntResponse, lmResponse: ntResponse, keyExchangeKey: sessionBaseKey };
  const lm = lmHash(crypto, input.password);
  const lmResponse = desLong(crypto, lm, serverChallenge);
  return {
    ntResponse,
    lmResponse,
    keyExchangeKey: lmSessionKey(crypto, flags, lm, lmResponse, sessionBaseKey),
  };
}

function lmSessionKey(
  crypto: NtlmCrypto,
  flags: number,
  lm: Uint8Array,
  lmResponse: Uint8Array,
  sessionBaseKey: Uint8Array,
): Uint8Array {
  if (hasFlag(flags, NTLM_FLAGS.LM_KEY)) {
    const start = lmResponse.slice(0, 8);
    const tail = concatOctets(lm.slice(7, 8), new Uint8Array(6).fill(0xbd));
    return concatOctets(des(crypto, lm.slice(0, 7), start), des(crypto, tail, start));
  }
  return hasFlag(flags, NTLM_FLAGS.REQUEST_NON_NT_SESSION_KEY)
    ? concatOctets(lm.slice(0, 8), new Uint8Array(8))
    : sessionBaseKey;
}

/** What version 2 is computed from. */
export interface ResponseV2Input {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  readonly serverChallenge: Uint8Array;
  readonly clientChallenge: Uint8Array;
  /** Eight octets: tenths of microseconds since 1601, little end first. */
  readonly timestamp: Uint8Array;
  /** AV pairs as they are to be sent back. */
  readonly targetInfo: Uint8Array;
  /** The server told the time; then the LM response is not to be computed (section 3.1.5.1.2). */
  readonly serverTimestamp: boolean;
}

/** Section 3.3.2. */
export function responsesV2(crypto: NtlmCrypto, input: ResponseV2Input): NtlmResponses {
  const { serverChallenge, clientChallenge } = input;
  const key = ntHashV2(crypto, input.user, input.password, input.domain);
  const temp = concatOctets(
    Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0),
    input.timestamp,
    clientChallenge,
    new Uint8Array(4),
    input.targetInfo,
    new Uint8Array(4),
  );
  const proof = crypto.hmac("md5", key, concatOctets(serverChallenge, temp));
  const lmProof = crypto.hmac("md5", key, concatOctets(serverChallenge, clientChallenge));
  return {
    ntResponse: concatOctets(proof, temp),
    lmResponse: input.serverTimestamp ? new Uint8Array(24) : concatOctets(lmProof, clientChallenge),
    keyExchangeKey: crypto.hmac("md5", key, proof),
  };
}

/** The key of the session, and how it is told to the server (section 3.1.5.1.2). */
export interface SessionKey {
  readonly exported: Uint8Array;
  /** Empty where both sides know the key already. */
  readonly encrypted: Uint8Array;
}

export function sessionKey(
  crypto: NtlmCrypto,
  flags: number,
  keyExchangeKey: Uint8Array,
  random: () => Uint8Array,
): SessionKey {
  const exchanged =
    hasFlag(flags, NTLM_FLAGS.KEY_EXCHANGE) && hasFlag(flags, allFlags(NTLM_FLAGS.SIGN, NTLM_FLAGS.SEAL));
  if (!exchanged) return { exported: keyExchangeKey, encrypted: EMPTY };
  const exported = random();
  return { exported, encrypted: crypto.rc4(keyExchangeKey, exported) };
}

/** `DESL`: three blocks under the three thirds of a hash padded to 21 octets. */
function desLong(crypto: NtlmCrypto, hash: Uint8Array, data: Uint8Array): Uint8Array {
  const key = new Uint8Array(21);
  key.set(hash);
  return concatOctets(...[0, 7, 14].map((start) => des(crypto, key.subarray(start, start + 7), data)));
}

/** A key of 56 bits, spread over eight octets with room for the parity that DES ignores. */
function des(crypto: NtlmCrypto, key: Uint8Array, block: Uint8Array): Uint8Array {
  const spread = new Uint8Array(8);
  for (let index = 0; index < 8; index++) {
    const before = index === 0 ? 0 : key[index - 1]!;
    spread[index] = ((before << (8 - index)) | ((key[index] ?? 0) >> index)) & 0xfe;
  }
  return crypto.desEncryptBlock(spread, block);
}

/** Little end first, as everything of Windows. */
export function encodeUtf16(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2);
  const view = new DataView(octets.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), true);
  return octets;
}

export function decodeUtf16(octets: Uint8Array): string {
  let text = "";
  for (let index = 0; index + 1 < octets.length; index += 2) {
    text += String.fromCharCode(octets[index]! | (octets[index + 1]! << 8));
  }
  return text;
}
