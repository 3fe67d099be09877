import type { AuthOptions, TlsSettings } from "@wirepost/smtp-client";
import type { ConnectOptions } from "@wirepost/socket-core";

/** Everything that a connection is made with, read from properties and settings when it is begun. */
export interface Dialing {
  readonly host: string;
  readonly port: number;
  readonly connect: ConnectOptions;
  readonly proxyName: string;
  readonly keepAliveMs: number | undefined;
  readonly start: "none" | "explicit" | "implicit";
  readonly tls: TlsSettings;
  /** EHLO first; false: HELO alone. */
  readonly extensions: boolean;
  /** Empty: the host's own name. */
  readonly hello: string;
  readonly maxLineBytes: number;
  readonly cipherBits: number;
  readonly wholeChain: boolean;
  /** Silence allowed while a method runs; 0: any. */
  readonly timeoutMs: number;
  /** @throws 161 */
  auth(): AuthOptions | undefined;
  onAddress(address: string): void;
}
