import { SendError, SmtpConnection } from "@wirepost/smtp-client";
import type { CertificateInfo, LookupFunction } from "@wirepost/socket-core";
import { DeliveryError } from "../errors.js";
import { clientTls, mayGoOnInPlaintext, type TlsPlan } from "../tls/tls-plan.js";
import type { DeliverySettings } from "./delivery-options.js";

/** Which server, and how. */
export interface Target {
  readonly host: string;
  readonly address: string;
  readonly plan: TlsPlan;
}

/** A session that is open. */
export interface OpenSession {
  readonly connection: SmtpConnection;
  readonly reused: boolean;
  /** Why the handshake failed that came before this connection in plaintext. */
  readonly handshakeFailure: SendError | undefined;
}

interface Idle {
  readonly connection: SmtpConnection;
  readonly timer: NodeJS.Timeout;
}

/** Opens sessions, and keeps those that are done with for the next message to the same server under the same plan. */
export class Sessions {
  readonly #settings: DeliverySettings;
  readonly #idle = new Map<string, Idle[]>();

  constructor(settings: DeliverySettings) {
    this.#settings = settings;
  }

  /** A kept session, or a new one. @throws SendError, DeliveryError ERR_DELIVERY_LOOP */
  async open(target: Target, signal: AbortSignal, onlyNew = false): Promise<OpenSession> {
    const kept = onlyNew ? undefined : this.#take(target);
    if (kept !== undefined) return { connection: kept, reused: true, handshakeFailure: undefined };
    let connection: SmtpConnection;
    let handshakeFailure: SendError | undefined;
    try {
      connection = await this.#connect(target, signal, false);
    } catch (error) {
      if (
        !SendError.is(error) ||
        error.phase !== "tls" ||
        !mayGoOnInPlaintext(target.plan.kind, error.code)
      ) {
        throw error;
      }
      // TLS that cannot be had is no worse than none (RFC 7435 section 3): once more, without.
      handshakeFailure = error;
      connection = await this.#connect(target, signal, true);
    }
    const { greetingDomain } = connection.capabilities;
    if (greetingDomain.toLowerCase() === this.#settings.clientName) {
      void connection.quit();
      throw new DeliveryError(
        "ERR_DELIVERY_LOOP",
        `${target.host} calls itself ${this.#settings.clientName}`,
      );
    }
    return { connection, reused: false, handshakeFailure };
  }

  /** Done with: kept for a while when it still stands. */
  release(target: Target, connection: SmtpConnection): void {
    const { idleTimeoutMs } = this.#settings;
    if (connection.closed) return;
    if (idleTimeoutMs === 0) {
      void connection.quit();
      return;
    }
    const key = keyOf(target);
    const timer = setTimeout(() => {
      if (this.#remove(key, connection)) void connection.quit();
    }, idleTimeoutMs).unref();
    const line = this.#idle.get(key);
    if (line === undefined) this.#idle.set(key, [{ connection, timer }]);
    else line.push({ connection, timer });
  }

  /** Takes leave of all that are kept. Never throws. */
  async close(): Promise<void> {
    await Promise.all(this.#clear().map((connection) => connection.quit()));
  }

  destroy(): void {
    for (const connection of this.#clear()) connection.destroy();
  }

  #clear(): SmtpConnection[] {
    const all = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const { timer } of all) clearTimeout(timer);
    return all.map(({ connection }) => connection);
  }

  #take(target: Target): SmtpConnection | undefined {
    const key = keyOf(target);
    for (;;) {
      // The one used last is the likeliest to stand.
      const idle = this.#idle.get(key)?.at(-1);
      if (idle === undefined) return undefined;
      clearTimeout(idle.timer);
      this.#remove(key, idle.connection);
      if (!idle.connection.closed) return idle.connection;
    }
  }

  #remove(key: string, connection: SmtpConnection): boolean {
    const line = this.#idle.get(key);
    const at = line?.findIndex((idle) => idle.connection === connection) ?? -1;
    if (line === undefined || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#idle.delete(key);
    return true;
  }

  #connect(
    { host, address, plan }: Target,
    signal: AbortSignal,
    plaintext: boolean,
  ): Promise<SmtpConnection> {
    const { clientName, port, localAddress, timeouts, tls, now } = this.#settings;
    const { policy, verify, judge } = clientTls(plan, now);
    return SmtpConnection.connect({
      host,
      port,
      lookup: only(address),
      clientName,
      localAddress,
      timeouts,
      signal,
      // Under DANE the server is asked for the certificate of the name that has the records (RFC 7672 section 8.1).
      tls: plaintext ? "none" : { ...tls, policy, verify, servername: plan.names[0] },
      observer:
        judge === undefined
          ? undefined
          : // DANE vouches for the peer in place of the authorities.
            { onCertificate: (certificate: CertificateInfo) => judge(certificate) && "verified" },
    });
  }
}

function keyOf({ host, address, plan }: Target): string {
  return [host, address, plan.kind, ...plan.names].join(" ");
}

/** The one address that this attempt is for; the name still serves SNI and the certificate. */
function only(address: string): LookupFunction {
  return (_host, _options, callback) => callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
}
