// The server's part of SCRAM-SHA-256, written from RFC 5802 section 3 and RFC 7677; it shares no code with the client.
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

const SALT = Buffer.from("0123456789abcdef");
export const ITERATIONS = 4096;
const keys = new Map<string, Buffer>();

/** Hashed once per password: a session is begun thousands of times. */
function saltedPassword(password: string): Buffer {
  let salted = keys.get(password);
  if (salted === undefined) {
    salted = pbkdf2Sync(password, SALT, ITERATIONS, 32, "sha256");
    keys.set(password, salted);
  }
  return salted;
}

const hmac = (key: Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

export class ScramServer {
  #clientFirst = "";
  #serverFirst = "";

  /** `undefined`: the client's message is none. */
  first(message: Buffer): string | undefined {
    this.#clientFirst = message.toString("latin1");
    const match = /^[nyp][^,]*,[^,]*,(n=[^,]*,r=([!-+\--~]+))$/.exec(this.#clientFirst);
    if (match === null) return undefined;
    this.#serverFirst = `r=${match[2]}servernonce,s=${SALT.toString("base64")},i=${ITERATIONS}`;
    return this.#serverFirst;
  }

  /** `v=…` when the proof is right, else `undefined`. */
  final(message: Buffer, password: string): string | undefined {
    const match = /^(c=[^,]+,r=([^,]+)),p=([^,]+)$/.exec(message.toString("latin1"));
    const header = /^[^,]*,[^,]*,/.exec(this.#clientFirst)?.[0] ?? "";
    if (match === null || match[1]?.split(",")[0] !== `c=${Buffer.from(header).toString("base64")}`) {
      return undefined;
    }
    if (!this.#serverFirst.startsWith(`r=${match[2]},`)) return undefined;
    const salted = saltedPassword(password);
    const auth = `${this.#clientFirst.slice(header.length)},${this.#serverFirst},${match[1]}`;
    const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest();
    const signature = hmac(storedKey, auth);
    const proof = Buffer.from(match[3] as string, "base64");
    if (proof.length !== 32) return undefined;
    const clientKey = Buffer.from(proof.map((octet, i) => octet ^ (signature[i] as number)));
    if (!createHash("sha256").update(clientKey).digest().equals(storedKey)) return undefined;
    return `v=${hmac(hmac(salted, "Server Key"), auth).toString("base64")}`;
  }
}
