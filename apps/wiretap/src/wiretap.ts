import { type Listener, listen, type Socket } from "@wirepost/socket-core";
import { type CertifiedIdentity, createIdentity, type Identity } from "./authority.js";
import type { ConnectionInfo } from "./connection-info.js";
import type { EntryKind, TranscriptEntry } from "./entry.js";
import { type ResolvedOptions, resolveOptions, type WiretapOptions } from "./options.js";
import { Recorder } from "./recorder.js";
import { Session } from "./session.js";

/**
 * Starts a proxy.
 * @throws WiretapError `ERR_WIRETAP_UNKNOWN_OPTION`, `ERR_WIRETAP_OPTION`; SocketError when it cannot listen there
 */
export async function startWiretap(options: WiretapOptions): Promise<Wiretap> {
  const resolved = resolveOptions(options);
  const made: CertifiedIdentity | undefined =
    resolved.tls === "none" || options.identity !== undefined
      ? undefined
      : await createIdentity([
          "localhost",
          "127.0.0.1",
          "::1",
          resolved.host,
          resolved.server.host,
          ...(options.names ?? []),
        ]);
  const wiretap = new Wiretap(resolved, options.identity ?? made, made?.ca);
  await wiretap.listen(options.signal);
  return wiretap;
}

/** A proxy that listens. Made by `startWiretap`. */
export class Wiretap {
  /** The certificate that clients must trust, PEM; undefined without TLS and with an identity of the caller. */
  readonly ca: string | undefined;
  readonly #options: ResolvedOptions;
  readonly #identity: Identity | undefined;
  readonly #sessions = new Map<Session, Promise<void>>();
  #listener: Listener | undefined;
  #count = 0;

  constructor(options: ResolvedOptions, identity: Identity | undefined, ca: string | undefined) {
    this.#options = options;
    this.#identity = identity;
    this.ca = ca;
  }

  /** @internal */
  async listen(signal: AbortSignal | undefined): Promise<void> {
    const { host, port, idleTimeoutMs, observer } = this.#options;
    const onError = (error: Error): void => observer.onProblem?.(error);
    this.#listener = await listen(
      { host, port, idleTimeoutMs, allowHalfOpen: true, signal, onError },
      (client) => this.#accept(client),
    );
    signal?.addEventListener("abort", () => this.destroy(), { once: true });
  }

  get host(): string {
    return this.#listener?.address ?? this.#options.host;
  }

  get port(): number {
    return this.#listener?.port ?? this.#options.port;
  }

  /** Conversations under way. */
  get openConnections(): number {
    return this.#sessions.size;
  }

  /** Accepts nobody more, waits for the conversations as long as `closeTimeoutMs`, and closes those that are left. */
  async close(): Promise<void> {
    this.#listener?.stopListening();
    const timer = setTimeout(() => this.destroy(), this.#options.closeTimeoutMs);
    await Promise.all(this.#sessions.values());
    clearTimeout(timer);
  }

  /** Closes everything at once. */
  destroy(): void {
    this.#listener?.stopListening();
    for (const session of this.#sessions.keys()) session.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(client: Socket): void {
    const { observer, server, recordTo } = this.#options;
    const connection: ConnectionInfo = {
      number: ++this.#count,
      client: client.target ?? "unknown",
      server: `${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`,
      startedAt: new Date(),
    };
    const recorder = recordTo === undefined ? undefined : this.#record(recordTo, connection);
    const begin = performance.now();
    const onEntry = (kind: EntryKind, text: string): void => {
      const entry: TranscriptEntry = {
        atMs: Math.round((performance.now() - begin) * 10) / 10,
        kind,
        text,
      };
      recorder?.add(entry);
      observer.onEntry?.(connection, entry);
    };
    observer.onOpen?.(connection);
    const session = new Session(client, this.#options, this.#identity, onEntry);
    const done = session.run().then(() => {
      this.#sessions.delete(session);
      recorder?.close();
      observer.onClose?.(connection);
    });
    this.#sessions.set(session, done);
  }

  #record(directory: string, connection: ConnectionInfo): Recorder | undefined {
    const onFault = (error: Error): void => this.#options.observer.onProblem?.(error);
    try {
      return new Recorder(directory, connection, onFault);
    } catch (error) {
      onFault(error as Error);
      return undefined;
    }
  }
}
