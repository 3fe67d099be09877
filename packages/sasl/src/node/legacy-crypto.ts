import type { LegacyCrypto } from "../environment.js";
import { desEncryptBlock } from "./des.js";
import { md4 } from "./md4.js";
import { rc4 } from "./rc4.js";

/** What OpenSSL 3 no longer carries by default. For NTLM alone. */
export const legacyCrypto: LegacyCrypto = Object.freeze({ md4, desEncryptBlock, rc4 });
