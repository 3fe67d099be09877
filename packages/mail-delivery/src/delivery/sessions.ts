import { SendError, SmtpConnection } from "@wirepost/smtp-client";
import type { CertificateInfo, LookupFunction } from "@wirepost/socket-core";
import { DeliveryError } from "../errors.js";
import { clientTls, mayGoOnInPlaintext, type TlsPlan } from "../tls/tls-plan.js";
import type { DeliverySettings } from "./delivery-options.js";
import { IdleSessions } from "./idle-sessions.js";
import type { Limiter } from "./limiter.js";

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

/** Opens sessions, and keeps those that are done with for the next message to the same server under the same plan. */
export class Sessions {
  readonly #settings: DeliverySettings;
  readonly #servers: Limiter;
  readonly #idle: IdleSessions;

  /** @param servers whoever opens a session has a place at its address */
  constructor(settings: DeliverySettings, servers: Limiter) {
    this.#settings = settings;
    this.#servers = servers;
    this.#idle = new IdleSessions(settings.idleTimeoutMs, settings.maxConnections);
  }

  /** A kept session, or a new one. @throws SendError, DeliveryError ERR_DELIVERY_LOOP */
  async open(target: Target, signal: AbortSignal, onlyNew = false): Promise<OpenSession> {
    const kept = onlyNew ? undefined : this.#idle.take(keyOf(target));
    if (kept !== undefined) return { connection: kept, reused: true, handshakeFailure: undefined };
    await this.#makeRoom(target.address);
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
    this.#idle.keep(keyOf(target), target.address, connection);
  }

  /** Takes leave of all that are kept. Never throws. */
  close(): Promise<void> {
    return this.#idle.close();
  }

  destroy(): void {
    this.#idle.destroy();
  }

  /** Sessions that wait count too: a server sees no more connections than it is to see. */
  async #makeRoom(address: string): Promise<void> {
    const { maxConnectionsPerServer } = this.#settings;
    while (this.#idle.at(address) > 0) {
      if (this.#idle.at(address) + this.#servers.inside(address) <= maxConnectionsPerServer) return;
      await this.#idle.leaveOne(address);
    }
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
