import type { CaughtMessage } from "./caught-message.js";
import type { ServerCertificate } from "./certificate.js";
import type { MessageStore } from "./message-store.js";

/** How the embedded server offers TLS. */
export type ServerTls = "none" | "starttls" | "implicit";

/** Every way of {@link ServerTls}. */
export const TLS_MODES = ["none", "starttls", "implicit"] as const satisfies readonly ServerTls[];

/** A service extension that can be left out of the answer to EHLO. */
export type HideableExtension = "PIPELINING" | "8BITMIME" | "SMTPUTF8" | "ENHANCEDSTATUSCODES" | "DSN";

/** Every extension of {@link HideableExtension}. */
export const HIDEABLE = [
  "PIPELINING",
  "8BITMIME",
  "SMTPUTF8",
  "ENHANCEDSTATUSCODES",
  "DSN",
] as const satisfies readonly HideableExtension[];

/** Something that went wrong without ending the server: a failed handshake, a store that cannot write. */
export interface ServerProblem {
  readonly at: "connection" | "store";
  readonly remoteAddress: string | null;
  readonly error: Error;
}

export interface EmbeddedServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Port to listen on. Default 0: any free one. */
  readonly port?: number | undefined;
  /** Default `starttls`. */
  readonly tls?: ServerTls | undefined;
  /** Default: generated for this run, its authority is `server.ca`. */
  readonly certificate?: ServerCertificate | undefined;
  /** When given, a login is required (PLAIN, LOGIN, CRAM-MD5, or XOAUTH2 with the password as token). */
  readonly users?: readonly { readonly username: string; readonly password: string }[] | undefined;
  /** The name in the greeting. Default `localhost`. */
  readonly name?: string | undefined;
  /** A larger message is refused with 552. Default 64 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** Further recipients of one message are refused with 452. Default 1,000. */
  readonly maxRecipients?: number | undefined;
  /** Lets addresses ask for refusals, delays and dropped connections, see `readSimulation`. Default false. */
  readonly simulate?: boolean | undefined;
  /** Extensions not to announce. */
  readonly hide?: readonly HideableExtension[] | undefined;
  /** How many messages `messages` keeps, the newest ones. Default 100. */
  readonly keepMessages?: number | undefined;
  /** Where each message is written before it is acknowledged. */
  readonly store?: MessageStore | undefined;
  /** Called before the message is acknowledged; when it throws, the message is refused with 451. */
  readonly onMessage?:
    | ((message: CaughtMessage, location: string | undefined) => void | Promise<void>)
    | undefined;
  readonly onProblem?: ((problem: ServerProblem) => void) | undefined;
  /** How long `close()` lets a running transaction go on. Default 2,000 ms. */
  readonly closeTimeoutMs?: number | undefined;
}

/** Every name above; anything else is refused. */
export const OPTION_NAMES = [
  "host",
  "port",
  "tls",
  "certificate",
  "users",
  "name",
  "maxMessageBytes",
  "maxRecipients",
  "simulate",
  "hide",
  "keepMessages",
  "store",
  "onMessage",
  "onProblem",
  "closeTimeoutMs",
] as const satisfies readonly (keyof EmbeddedServerOptions)[];
