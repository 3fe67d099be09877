// The other side of SCRAM, written from RFC 5802 section 3 against node:crypto alone: it shares no code with the client.
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

export interface ScramServerOptions {
  readonly digest: "sha1" | "sha256" | "sha512";
  readonly password: string;
  readonly nonce?: string;
  readonly salt?: Buffer;
  readonly iterations?: number;
  /** What the server sees of the channel. */
  readonly binding?: Buffer;
}

export class ScramServer {
  readonly #options: Required<Omit<ScramServerOptions, "binding">> & { binding: Buffer };
  #clientFirst = "";
  #serverFirst = "";

  constructor(options: ScramServerOptions) {
    this.#options = {
      nonce: "serverpart",
      salt: Buffer.from("0123456789abcdef"),
      iterations: 4096,
      binding: Buffer.alloc(0),
      ...options,
    };
  }

  get clientFirst(): string {
    return this.#clientFirst;
  }

  first(clientFirst: Uint8Array): Uint8Array {
    this.#clientFirst = Buffer.from(clientFirst).toString();
    const clientNonce = /,r=([^,]+)/.exec(this.#clientFirst)![1]!;
    const { nonce, salt, iterations } = this.#options;
    this.#serverFirst = `r=${clientNonce}${nonce},s=${salt.toString("base64")},i=${iterations}`;
    return Buffer.from(this.#serverFirst);
  }

  /** `v=…` when the proof is right, else `e=…`. */
  final(clientFinal: Uint8Array): Uint8Array {
    const text = Buffer.from(clientFinal).toString();
    const match = /^c=([^,]+),r=([^,]+),p=([^,]+)$/.exec(text)!;
    const { digest, password, salt, iterations, binding } = this.#options;
    const header = /^[^,]*,[^,]*,/.exec(this.#clientFirst)![0];
    const seen = header.startsWith("p=") ? binding : Buffer.alloc(0);
    if (!Buffer.from(match[1]!, "base64").equals(Buffer.concat([Buffer.from(header), seen]))) {
      return Buffer.from("e=channel-bindings-dont-match");
    }
    const length = createHash(digest).update("").digest().length;
    const salted = pbkdf2Sync(password, salt, iterations, length, digest);
    const hmac = (key: Buffer, data: string): Buffer => createHmac(digest, key).update(data).digest();
    const storedKey = createHash(digest).update(hmac(salted, "Client Key")).digest();
    const bare = this.#clientFirst.slice(header.length);
    const auth = `${bare},${this.#serverFirst},c=${match[1]},r=${match[2]}`;
    const signature = hmac(storedKey, auth);
    const proof = Buffer.from(match[3]!, "base64");
    const clientKey = Buffer.from(proof.map((octet, index) => octet ^ signature[index]!));
    if (!createHash(digest).update(clientKey).digest().equals(storedKey))
      return Buffer.from("e=invalid-proof");
    return Buffer.from(`v=${hmac(hmac(salted, "Server Key"), auth).toString("base64")}`);
  }
}
