import type { CertificateInfo } from "../certificate/certificate-info.js";

/**
 * A TLS session together with what was found out about the peer when it was made. Plain data, so a store may keep it
 * anywhere; it holds key material and must be guarded like a password.
 */
export interface StoredTlsSession {
  /** OpenSSL's encoding. */
  readonly session: Uint8Array;
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** The verified certificate with its issuers: Node checks no host name when it resumes, so the facts travel along. */
  readonly certificate: CertificateInfo;
  /** `Date.now()` of the handshake that verified the peer. */
  readonly verifiedAtMs: number;
}

/**
 * Keeps sessions for resumption. Only sessions of fully verified peers arrive here; `key` covers the host, the SNI
 * name and the whole policy, so that no session serves a stricter policy than the one it was made under.
 */
export interface TlsSessionStore {
  /** Gives a session and, for TLS 1.3, forgets it: a ticket used twice lets an observer link connections (RFC 8446 C.4). */
  take(key: string): StoredTlsSession | undefined;
  /** Keeps a session of a verified peer. */
  put(key: string, session: StoredTlsSession): void;
}

/** A bounded store in memory: least recently used keys leave first, a few tickets per key. */
export class MemoryTlsSessionStore implements TlsSessionStore {
  readonly #sessions = new Map<string, StoredTlsSession[]>();
  readonly #maxKeys: number;
  readonly #maxPerKey: number;
  readonly #maxAgeMs: number;

  /**
   * @param limits maxKeys: 256. maxPerKey: 4. maxAgeMs: two hours; then the peer is verified anew.
   */
  constructor(
    limits: {
      maxKeys?: number | undefined;
      maxPerKey?: number | undefined;
      maxAgeMs?: number | undefined;
    } = {},
  ) {
    this.#maxKeys = limits.maxKeys ?? 256;
    this.#maxPerKey = limits.maxPerKey ?? 4;
    this.#maxAgeMs = limits.maxAgeMs ?? 7_200_000;
  }

  /** Gives the youngest session of the key that is not too old. */
  take(key: string): StoredTlsSession | undefined {
    const kept = this.#sessions.get(key);
    if (kept === undefined) return undefined;
    const oldest = Date.now() - this.#maxAgeMs;
    for (;;) {
      const session = kept.at(-1);
      if (session === undefined) {
        this.#sessions.delete(key);
        return undefined;
      }
      const fresh = session.verifiedAtMs >= oldest;
      if (!fresh || session.protocol === "TLSv1.3") kept.pop();
      if (fresh) return session;
    }
  }

  /** Keeps a session. */
  put(key: string, session: StoredTlsSession): void {
    const kept = this.#sessions.get(key) ?? [];
    this.#sessions.delete(key); // moves the key to the young end of the map
    kept.push(session);
    if (kept.length > this.#maxPerKey) kept.shift();
    this.#sessions.set(key, kept);
    if (this.#sessions.size > this.#maxKeys) {
      for (const eldest of this.#sessions.keys()) {
        this.#sessions.delete(eldest);
        break;
      }
    }
  }

  /** Forgets every session. */
  clear(): void {
    this.#sessions.clear();
  }
}
