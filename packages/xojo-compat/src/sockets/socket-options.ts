import type { Timeouts, TlsSettings } from "@wirepost/smtp-client";
import { RuntimeException } from "../errors.js";
import { socketStates } from "./socket-state.js";

/** What Xojo's sockets have no member for. */
export interface SocketOptions {
  /** SSLConnectionType means exactly that version of TLS, and not "that version or newer". Default false. */
  readonly strictConnectionType?: boolean | undefined;
  /** Trusted authorities, ciphers, pins and whatever else the core's TLS takes; certificates are always verified unless it says otherwise. */
  readonly tls?: Omit<TlsSettings, "policy"> | undefined;
  /** The name for EHLO. Default: this host's name. */
  readonly clientName?: string | undefined;
  /** Milliseconds for each step, in the names of the core. */
  readonly timeouts?: Partial<Timeouts> | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof SocketOptions>([
  "strictConnectionType",
  "tls",
  "clientName",
  "timeouts",
]);

/**
 * Sets what has no member in Xojo, for the next connection of a socket.
 *
 * @throws RuntimeException ERR_XOJO_UNKNOWN_OPTION, ERR_XOJO_FOREIGN_OBJECT
 */
export function configureSocket(socket: object, options: SocketOptions): void {
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name)) {
      throw new RuntimeException(`there is no socket option named "${name}"`, {
        code: "ERR_XOJO_UNKNOWN_OPTION",
      });
    }
  }
  const state = socketStates.of(socket);
  state.options = { ...state.options, ...options };
}

/** Resolves when a socket has nothing under way: no run, no connection being made or ended. A connection that just stands is no work. */
export function whenIdle(socket: object): Promise<void> {
  return socketStates.of(socket).whenIdle();
}
