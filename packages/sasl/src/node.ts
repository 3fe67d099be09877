import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { SaslEnvironment } from "./environment.js";

const derive = promisify(pbkdf2);

/** Node's crypto and clock. PBKDF2 runs on the thread pool; what NTLM and Kerberos need is loaded when they are used. */
export const nodeEnvironment: SaslEnvironment = Object.freeze({
  hash: (algorithm, octets) => new Uint8Array(createHash(algorithm).update(octets).digest()),
  hmac: (algorithm, key, octets) => new Uint8Array(createHmac(algorithm, key).update(octets).digest()),
  pbkdf2: async (algorithm, password, salt, iterations, lengthBytes) =>
    new Uint8Array(await derive(password, salt, iterations, lengthBytes, algorithm)),
  randomBytes: (lengthBytes) => new Uint8Array(randomBytes(lengthBytes)),
  now: () => Date.now(),
  legacyCrypto: async () => (await import("./node/legacy-crypto.js")).legacyCrypto,
  gssapi: async (request) => (await import("./gssapi.js")).kerberosContext(request),
} satisfies SaslEnvironment);
