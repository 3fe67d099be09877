import { type Canonicalization, createBodyCanonicalizer } from "./body-canonicalization.js";
import { type AbortSignalLike, checkSignal, MessageSplitter, type SignableSource } from "./content.js";
import type { DkimEnvironment, Sha256 } from "./environment.js";
import { DkimError } from "./errors.js";

/** What one reading of a message leaves: its header, and the hash of its body in each form that was asked for. */
export interface MessageDigest {
  readonly header: Uint8Array;
  readonly bodyHashes: ReadonlyMap<Canonicalization, Uint8Array>;
  readonly sizeBytes: number;
}

/** Reads a message in pieces. */
export class MessageDigester {
  readonly #hashes: {
    kind: Canonicalization;
    hash: Sha256;
    body: ReturnType<typeof createBodyCanonicalizer>;
  }[];
  readonly #splitter: MessageSplitter;
  #sizeBytes = 0;

  constructor(kinds: Iterable<Canonicalization>, environment: DkimEnvironment, maxHeaderBytes: number) {
    this.#hashes = [...new Set(kinds)].map((kind) => {
      const hash = environment.createSha256();
      return { kind, hash, body: createBodyCanonicalizer(kind, hash) };
    });
    this.#splitter = new MessageSplitter(maxHeaderBytes, (chunk) => {
      for (const { body } of this.#hashes) body.update(chunk);
    });
  }

  update(chunk: Uint8Array): void {
    this.#splitter.update(chunk);
    this.#sizeBytes += chunk.length;
  }

  async finish(): Promise<MessageDigest> {
    const header = this.#splitter.finish();
    const bodyHashes = new Map<Canonicalization, Uint8Array>();
    for (const { kind, hash, body } of this.#hashes) {
      body.finish();
      bodyHashes.set(kind, await hash.digest());
    }
    return { header, bodyHashes, sizeBytes: this.#sizeBytes };
  }
}

/** Reads all of a source into a digester. Whatever goes wrong ends as a DkimError. */
export async function readSource(
  source: SignableSource,
  digester: MessageDigester,
  signal: AbortSignalLike | undefined,
): Promise<MessageDigest> {
  checkSignal(signal);
  try {
    for await (const chunk of source.open(signal)) {
      checkSignal(signal);
      digester.update(chunk);
    }
  } catch (error) {
    checkSignal(signal);
    if (DkimError.is(error)) throw error;
    throw new DkimError("ERR_DKIM_CONTENT", "The content could not be read", { cause: error });
  }
  checkSignal(signal);
  return digester.finish();
}
