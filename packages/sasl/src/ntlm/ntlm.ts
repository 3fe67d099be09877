import { type Credentials, checkCredentialText, requireCredential } from "../credentials.js";
import type { LegacyCrypto, SaslEnvironment } from "../environment.js";
import { SaslError } from "../errors.js";
import { type Mechanism, SteppedMechanism } from "../mechanism.js";
import { concatOctets } from "../octets.js";
import { decodeLatin1, encodeLatin1, encodeUtf8 } from "../text.js";
import { allFlags, hasFlag, NTLM_FLAGS } from "./flags.js";
import {
  isNtlmMessage,
  MIC_BYTES,
  MIC_OFFSET,
  type NtlmChallenge,
  readChallenge,
  writeAuthenticate,
  writeNegotiate,
} from "./messages.js";
import {
  decodeUtf16,
  encodeUtf16,
  type NtlmCrypto,
  type NtlmResponses,
  responsesV1,
  responsesV2,
  sessionKey,
} from "./responses.js";
import { AV_FLAG_MIC, AV_ID, readTargetInfo, type TargetInfo, writeTargetInfo } from "./target-info.js";

/** What the exchange knows of the connection. */
export interface NtlmTarget {
  readonly host: string;
  /** E.g. `smtp`. */
  readonly service: string;
  /** The octets of `tls-server-end-point`, the only binding that NTLM knows (extended protection). */
  readonly serverEndPoint?: Uint8Array | undefined;
}

const REQUESTED = allFlags(
  NTLM_FLAGS.UNICODE,
  NTLM_FLAGS.OEM,
  NTLM_FLAGS.REQUEST_TARGET,
  NTLM_FLAGS.NTLM,
  NTLM_FLAGS.ALWAYS_SIGN,
  NTLM_FLAGS.EXTENDED_SESSION_SECURITY,
  NTLM_FLAGS.TARGET_INFO,
  NTLM_FLAGS.BITS_128,
  NTLM_FLAGS.BITS_56,
);
/** Only with a session key: there is nothing to sign once the login is done. */
const KEY_EXCHANGE = allFlags(NTLM_FLAGS.KEY_EXCHANGE, NTLM_FLAGS.SIGN);
/** From 1601 to 1970. */
const FILETIME_EPOCH_MS = 11_644_473_600_000n;

/**
 * NTLM (MS-NLMP) as SMTP carries it (MS-SMTPNTLM): version 2 with integrity code, target name and channel binding where
 * the server gives what they need; version 1, with session security where offered, only by `ntlm: { version: 1 }`.
 * @throws SaslError `ERR_SASL_CREDENTIALS_MISSING`, `ERR_SASL_CREDENTIALS_INVALID`, `ERR_SASL_INVALID_OPTION`
 */
export function createNtlm(
  credentials: Credentials,
  target: NtlmTarget,
  environment: SaslEnvironment,
  legacyCrypto: LegacyCrypto,
): Mechanism {
  return new Ntlm(credentials, target, environment, legacyCrypto);
}

class Ntlm extends SteppedMechanism {
  readonly #account: Account;
  readonly #password: string;
  readonly #workstation: string;
  readonly #version: 1 | 2;
  readonly #requested: number;
  readonly #principal: string;
  readonly #serverEndPoint: Uint8Array | undefined;
  readonly #environment: SaslEnvironment;
  readonly #crypto: NtlmCrypto;
  #negotiate: Uint8Array | undefined;
  #repeated = false;

  constructor(
    credentials: Credentials,
    { host, service, serverEndPoint }: NtlmTarget,
    environment: SaslEnvironment,
    { md4, desEncryptBlock, rc4 }: LegacyCrypto,
  ) {
    super("NTLM", 2);
    const { version = 2, servicePrincipalName, keyExchange = false } = credentials.ntlm ?? {};
    if (version !== 1 && version !== 2)
      throw this.error("ERR_SASL_INVALID_OPTION", "ntlm.version is not 1 or 2");
    this.#account = accountOf(credentials);
    this.#password = requireCredential(credentials, "password");
    this.#workstation = checkCredentialText(credentials.workstation ?? "", "workstation");
    this.#version = version;
    this.#requested = keyExchange ? allFlags(REQUESTED, KEY_EXCHANGE) : REQUESTED;
    this.#principal = servicePrincipalName ?? `${service === "smtp" ? "SMTPSVC" : service}/${host}`;
    this.#serverEndPoint = serverEndPoint;
    this.#environment = environment;
    const { hash, hmac } = environment;
    this.#crypto = { md4, desEncryptBlock, rc4, hash, hmac };
  }

  protected override first(): Uint8Array {
    this.#negotiate = writeNegotiate(this.#requested);
    return this.#negotiate;
  }

  protected override step(challenge: Uint8Array): Uint8Array {
    if (this.done) throw this.error("ERR_SASL_UNEXPECTED_CHALLENGE");
    // Servers that ignore the initial response say `334 NTLM supported` or an empty 334, and want it now.
    if (!this.#repeated && !isNtlmMessage(challenge)) {
      this.#repeated = true;
      return this.#negotiate!;
    }
    const message = this.#authenticate(challenge);
    this.setDone(true);
    return message;
  }

  #authenticate(challengeMessage: Uint8Array): Uint8Array {
    const challenge = readChallenge(challengeMessage);
    const flags = (challenge.flags & this.#requested) >>> 0;
    const unicode = hasFlag(flags, NTLM_FLAGS.UNICODE);
    const user = this.#account.user;
    const domain = this.#account.domain ?? decodeTarget(challenge.targetName, unicode);
    const serverInfo = readTargetInfo(challenge.targetInfo);
    const withMic = this.#version === 2 && serverInfo.has(AV_ID.TIMESTAMP);
    const responses = this.#responses(challenge, flags, { user, domain }, serverInfo);
    const { exported, encrypted } = sessionKey(this.#crypto, flags, responses.keyExchangeKey, () =>
      this.#environment.randomBytes(16),
    );
    const message = writeAuthenticate({
      flags,
      ntResponse: responses.ntResponse,
      lmResponse: responses.lmResponse,
      domain: this.#encode(domain, unicode),
      user: this.#encode(user, unicode),
      workstation: this.#encode(this.#workstation, unicode),
      encryptedSessionKey: encrypted,
    });
    if (withMic) {
      const mic = this.#crypto.hmac(
        "md5",
        exported,
        concatOctets(this.#negotiate!, challengeMessage, message),
      );
      message.set(mic.subarray(0, MIC_BYTES), MIC_OFFSET);
    }
    return message;
  }

  #responses(
    { serverChallenge }: NtlmChallenge,
    flags: number,
    { user, domain }: { user: string; domain: string },
    serverInfo: TargetInfo,
  ): NtlmResponses {
    const clientChallenge = this.#environment.randomBytes(8);
    const password = this.#password;
    if (this.#version === 1) {
      return responsesV1(this.#crypto, { password, flags, serverChallenge, clientChallenge });
    }
    const serverTime = serverInfo.get(AV_ID.TIMESTAMP);
    return responsesV2(this.#crypto, {
      user,
      password,
      domain,
      serverChallenge,
      clientChallenge,
      timestamp: serverTime ?? fileTime(this.#environment.now()),
      targetInfo: writeTargetInfo(this.#answerTo(serverInfo)),
      serverTimestamp: serverTime !== undefined,
    });
  }

  /** What the server said of itself, and what the client adds (section 3.1.5.1.2); nothing comes back to nothing. */
  #answerTo(serverInfo: TargetInfo): TargetInfo {
    if (serverInfo.size === 0) return serverInfo;
    const pairs = new Map(serverInfo);
    if (serverInfo.has(AV_ID.TIMESTAMP)) {
      const flags = serverInfo.get(AV_ID.FLAGS) ?? new Uint8Array(4);
      pairs.set(
        AV_ID.FLAGS,
        Uint8Array.of((flags[0] ?? 0) | AV_FLAG_MIC, flags[1] ?? 0, flags[2] ?? 0, flags[3] ?? 0),
      );
    }
    pairs.set(AV_ID.CHANNEL_BINDINGS, this.#bindingHash());
    pairs.set(AV_ID.TARGET_NAME, encodeUtf16(this.#principal));
    return pairs;
  }

  /** MD5 over a `gss_channel_bindings_struct` without addresses (RFC 4121 section 4.1.1.2); zeros without a binding. */
  #bindingHash(): Uint8Array {
    if (this.#serverEndPoint === undefined) return new Uint8Array(16);
    const data = concatOctets(encodeUtf8("tls-server-end-point:"), this.#serverEndPoint);
    const header = new Uint8Array(20);
    new DataView(header.buffer).setUint32(16, data.length, true);
    return this.#crypto.hash("md5", concatOctets(header, data));
  }

  #encode(text: string, unicode: boolean): Uint8Array {
    if (unicode) return encodeUtf16(text);
    // The code page of an OEM server is not known; ASCII is common to all of them.
    if (!/^[\x00-\x7f]*$/.test(text)) {
      throw this.error("ERR_SASL_CREDENTIALS_INVALID", "the server cannot take a name outside ASCII");
    }
    return encodeLatin1(text);
  }
}

interface Account {
  readonly user: string;
  /** Absent: the server's own, as its challenge names it. */
  readonly domain: string | undefined;
}

/** `DOMAIN\user`, `user@domain` (whole, with no domain beside it), or a plain name. */
function accountOf(credentials: Credentials): Account {
  const username = requireCredential(credentials, "username");
  const domain =
    credentials.domain === undefined ? undefined : checkCredentialText(credentials.domain, "domain");
  const backslash = username.indexOf("\\");
  if (backslash === -1)
    return { user: username, domain: domain ?? (username.includes("@") ? "" : undefined) };
  const user = username.slice(backslash + 1);
  if (user === "") {
    throw new SaslError("ERR_SASL_CREDENTIALS_INVALID", "the username ends after the domain", {
      mechanism: "NTLM",
    });
  }
  return { user, domain: domain ?? username.slice(0, backslash) };
}

function decodeTarget(name: Uint8Array, unicode: boolean): string {
  return unicode ? decodeUtf16(name) : decodeLatin1(name);
}

function fileTime(nowMs: number): Uint8Array {
  const octets = new Uint8Array(8);
  const ticks = (BigInt(Math.trunc(nowMs)) + FILETIME_EPOCH_MS) * 10_000n;
  new DataView(octets.buffer).setBigUint64(0, ticks, true);
  return octets;
}
