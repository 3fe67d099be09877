import { type AbortSignalLike, checkSignal, type SignableSource } from "./content.js";
import { type MessageDigest, MessageDigester, readSource } from "./digest.js";
import type { DkimEnvironment, DkimKey } from "./environment.js";
import { DkimError } from "./errors.js";
import { type HeaderField, signedHeader, splitHeader } from "./header-fields.js";
import { headerList } from "./header-list.js";
import { base64, concatenate, equalOctets, latin1, octetsOf } from "./octets.js";
import { type DkimSignerOptions, planSigner, type SignaturePlan, type SignerPlan } from "./options.js";
import { signedField, unsignedField } from "./signature-field.js";

/** A signed message that is read when it is sent: the signature fields, then the content. */
export interface SignedSource {
  /** Total octets with the signature fields; known always, as the content has been read once. */
  readonly sizeBytes: number;
  readonly repeatable: true;
  /** @throws (while reading) DkimError ERR_DKIM_CONTENT_CHANGED, _CONTENT, _ABORTED */
  open(signal?: AbortSignalLike): AsyncIterable<Uint8Array>;
}

/** Options of one call. */
export interface SignOptions {
  readonly signal?: AbortSignalLike | undefined;
}

/** What {@link DkimSigner} can do; take this as a parameter type, so that copies of the package mix. */
export interface MessageSigner {
  /** The message with its signature fields on top. */
  sign(content: Uint8Array, options?: SignOptions): Promise<Uint8Array>;
  /** The same for content that is read when needed, in constant memory: it is read here, and again when sent. */
  sign(content: SignableSource, options?: SignOptions): Promise<SignedSource>;
  sign(content: Uint8Array | SignableSource, options?: SignOptions): Promise<Uint8Array | SignedSource>;
  /** The signature fields alone, each ending in CRLF: what goes directly before the message. */
  signatureFields(content: Uint8Array | SignableSource, options?: SignOptions): Promise<Uint8Array>;
}

interface Signed {
  readonly fields: Uint8Array;
  readonly digest: MessageDigest;
}

/**
 * Signs messages (RFC 6376, RFC 8463). Options are checked once, here; messages must be as they will be sent: CRLF line
 * ends, before dot-stuffing. Signing gives a message with every signature that was asked for, or throws.
 */
export class DkimSigner implements MessageSigner {
  readonly #plan: SignerPlan;
  readonly #environment: DkimEnvironment;

  /** @throws DkimError ERR_DKIM_INVALID_ARGUMENT, _UNKNOWN_OPTION, _DOMAIN, _SELECTOR, _IDENTITY, _HEADER_NAME, _KEY, _WEAK_KEY */
  constructor(options: DkimSignerOptions, environment: DkimEnvironment) {
    this.#plan = planSigner(options, environment);
    this.#environment = environment;
  }

  /** @throws DkimError */
  sign(content: Uint8Array, options?: SignOptions): Promise<Uint8Array>;
  sign(content: SignableSource, options?: SignOptions): Promise<SignedSource>;
  sign(content: Uint8Array | SignableSource, options?: SignOptions): Promise<Uint8Array | SignedSource>;
  async sign(
    content: Uint8Array | SignableSource,
    options: SignOptions = {},
  ): Promise<Uint8Array | SignedSource> {
    const signed = await this.#sign(content, options);
    if (content instanceof Uint8Array) return concatenate([signed.fields, content]);
    return {
      sizeBytes: signed.fields.length + signed.digest.sizeBytes,
      repeatable: true,
      open: (signal) => this.#open(content, signed, signal),
    };
  }

  /** @throws DkimError */
  async signatureFields(
    content: Uint8Array | SignableSource,
    options: SignOptions = {},
  ): Promise<Uint8Array> {
    return (await this.#sign(content, options)).fields;
  }

  async #sign(content: Uint8Array | SignableSource, { signal }: SignOptions): Promise<Signed> {
    checkSignal(signal);
    const digest = await this.#digest(content, signal).catch(asDkimError);
    const fields = splitHeader(latin1(digest.header));
    if (fields.filter((field) => field.name === "from").length !== 1) {
      // RFC 6376 3.8 and 8.15: which of two From fields a reader shows is anybody's guess.
      throw new DkimError("ERR_DKIM_NO_FROM", "The message must have one From field");
    }
    const now = this.#environment.now();
    const signatures: Uint8Array[] = [];
    for (const plan of this.#plan.signatures) {
      signatures.push(octetsOf(await this.#signatureField(plan, digest, fields, now)));
      checkSignal(signal);
    }
    return { fields: concatenate(signatures), digest };
  }

  async #digest(
    content: Uint8Array | SignableSource,
    signal: AbortSignalLike | undefined,
  ): Promise<MessageDigest> {
    const digester = this.#digester();
    if (content instanceof Uint8Array) {
      digester.update(content);
      return digester.finish();
    }
    if (typeof content?.open !== "function") {
      throw new DkimError(
        "ERR_DKIM_INVALID_ARGUMENT",
        "content must be a Uint8Array or a source with open()",
      );
    }
    if (content.repeatable !== true) {
      throw new DkimError(
        "ERR_DKIM_NOT_REPEATABLE",
        "The content can be read only once, and signing reads it before it is sent: give a stream as a function that opens it anew, a file by fromFile(), or octets",
      );
    }
    return readSource(content, digester, signal);
  }

  #digester(): MessageDigester {
    const kinds = this.#plan.signatures.map((plan) => plan.bodyCanonicalization);
    return new MessageDigester(kinds, this.#environment, this.#plan.maxHeaderBytes);
  }

  async #signatureField(
    plan: SignaturePlan,
    digest: MessageDigest,
    fields: readonly HeaderField[],
    now: number,
  ): Promise<string> {
    const made = plan.timestamp === "now" || plan.timestamp === false ? now : plan.timestamp;
    const seconds = Math.floor(made / 1000);
    const headers = headerList(fields, plan.headers, plan.oversignedHeaders);
    const unsigned = unsignedField({
      algorithm: plan.key.algorithm,
      headerCanonicalization: plan.headerCanonicalization,
      bodyCanonicalization: plan.bodyCanonicalization,
      domain: plan.domain,
      selector: plan.selector,
      identity: plan.identity,
      timestamp: plan.timestamp === false ? undefined : seconds,
      expiration:
        plan.expiresAfterMs === undefined ? undefined : seconds + Math.ceil(plan.expiresAfterMs / 1000),
      headers,
      bodyHash: base64(digest.bodyHashes.get(plan.bodyCanonicalization)!),
    });
    const own: HeaderField = { name: "dkim-signature", text: unsigned };
    const input = octetsOf(signedHeader(plan.headerCanonicalization, fields, headers, own));
    return signedField(unsigned, base64(await signInput(plan.key, input, this.#environment)));
  }

  /** The signature fields, then the content; the last chunk leaves only once all are known. */
  async *#open(
    content: SignableSource,
    { fields, digest }: Signed,
    signal: AbortSignalLike | undefined,
  ): AsyncGenerator<Uint8Array> {
    checkSignal(signal);
    yield fields.slice();
    const digester = this.#plan.checkWhileSending ? this.#digester() : undefined;
    let held: Uint8Array | undefined;
    let sizeBytes = 0;
    try {
      for await (const chunk of content.open(signal)) {
        checkSignal(signal);
        if (digester !== undefined) feedAgain(digester, chunk);
        if (chunk.length === 0) continue;
        sizeBytes += chunk.length;
        if (digester === undefined || sizeBytes < digest.sizeBytes) {
          yield chunk;
        } else {
          if (held !== undefined || sizeBytes > digest.sizeBytes) throw changed();
          // A copy, as the source may use its memory again when asked for more.
          held = chunk.slice();
        }
      }
    } catch (error) {
      checkSignal(signal);
      if (DkimError.is(error)) throw error;
      throw new DkimError("ERR_DKIM_CONTENT", "The content could not be read again", { cause: error });
    }
    if (digester !== undefined) checkSame(digest, await digester.finish().catch(rethrowAsChanged));
    if (held !== undefined) yield held;
  }
}

/** What the environment throws is ours to report. */
function asDkimError(error: unknown): never {
  if (DkimError.is(error)) throw error;
  throw new DkimError("ERR_DKIM_SIGNING_FAILED", "The message could not be hashed", { cause: error });
}

function changed(cause?: unknown): DkimError {
  return new DkimError("ERR_DKIM_CONTENT_CHANGED", "The content has changed since it was signed", { cause });
}

function rethrowAsChanged(error: unknown): never {
  throw changed(error);
}

/** What the first reading had no fault to find with has changed if this one has. */
function feedAgain(digester: MessageDigester, chunk: Uint8Array): void {
  try {
    digester.update(chunk);
  } catch (error) {
    rethrowAsChanged(error);
  }
}

function checkSame(signed: MessageDigest, sent: MessageDigest): void {
  const same =
    equalOctets(signed.header, sent.header) &&
    signed.sizeBytes === sent.sizeBytes &&
    [...signed.bodyHashes].every(([kind, hash]) => equalOctets(hash, sent.bodyHashes.get(kind)!));
  if (!same) throw changed();
}

/** @throws DkimError ERR_DKIM_SIGNING_FAILED */
export async function signInput(
  key: DkimKey,
  input: Uint8Array,
  environment: DkimEnvironment,
): Promise<Uint8Array> {
  let signature: Uint8Array;
  try {
    if (key.algorithm === "ed25519-sha256") {
      // RFC 8463 3: the message that Ed25519 signs is the hash.
      const hash = environment.createSha256();
      hash.update(input);
      signature = await key.sign(await hash.digest());
    } else {
      signature = await key.sign(input);
    }
  } catch (error) {
    throw new DkimError("ERR_DKIM_SIGNING_FAILED", "The message could not be signed", { cause: error });
  }
  if (!(signature instanceof Uint8Array) || signature.length < 64) {
    throw new DkimError("ERR_DKIM_SIGNING_FAILED", "The key gave no signature");
  }
  return signature;
}
