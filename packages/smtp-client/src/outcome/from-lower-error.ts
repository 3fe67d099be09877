import type { TranscriptEntry } from "../session/transcript.js";
import type { ClientErrorCode } from "./client-error-codes.js";
import { type Phase, SendError } from "./send-error.js";

interface Secrets {
  readonly any: boolean;
  scrub(text: string): string;
}

interface Context {
  /** What must not be shown; a server may have put it into what broke. */
  readonly secrets?: Secrets | undefined;
  readonly transcript?: readonly TranscriptEntry[] | undefined;
  /** The code for an error that is none of ours. Default `ERR_CLIENT_CONNECTION_LOST`. */
  readonly otherwise?: ClientErrorCode | undefined;
}

const OURS = /^ERR_(SOCKET|SMTP|SASL|MIME|ADDRESS|DKIM)_/;

/** Failures of the network, of name resolution and of a proxy that may be gone in a minute. */
const PASSING: ReadonlySet<string> = new Set([
  "ADDRESS_IN_USE",
  "BROKEN_PIPE",
  "CLOSED",
  "CONNECTION_ABORTED",
  "CONNECT_TIMEOUT",
  "DNS_SERVFAIL",
  "DNS_TIMEOUT",
  "HOST_DOWN",
  "HOST_UNREACHABLE",
  "IDLE_TIMEOUT",
  "NETWORK_DOWN",
  "NETWORK_RESET",
  "NETWORK_UNREACHABLE",
  "NO_BUFFERS",
  "PROXY_CLOSED",
  "PROXY_HOST_UNREACHABLE",
  "PROXY_NETWORK_UNREACHABLE",
  "PROXY_REFUSED",
  "PROXY_TARGET_REFUSED",
  "PROXY_TARGET_TIMEOUT",
  "PROXY_TIMEOUT",
  "REFUSED",
  "RESET",
  "RESOLVE_FAILED",
  "RESOLVE_TRY_AGAIN",
  "TIMED_OUT",
  "TLS_CLOSED",
  "TLS_TIMEOUT",
  "TOO_MANY_OPEN",
  "TOTAL_TIMEOUT",
]);
const SOCKET_PREFIX = "ERR_SOCKET_";
const RESOLVING = /^ERR_SOCKET_(RESOLVE_|HOST_NOT_FOUND$|HOST_NO_ADDRESS$)/;

/** An error of a floor below as a `SendError` with the same code: callers have one class to look for. */
export function fromLowerError(error: unknown, phase: Phase, context: Context = {}): SendError {
  if (SendError.is(error)) return error;
  const code = lowerCode(error);
  const text = error instanceof Error ? error.message : String(error);
  // A protocol error repeats what the server sent, cut where it is long: a secret in it could slip through any scrubbing.
  const quotesServer = context.secrets?.any === true && code?.startsWith("ERR_SMTP_") === true;
  const message = quotesServer
    ? `the server broke the protocol (${code})`
    : (context.secrets?.scrub(text) ?? text);
  // The error itself shows what was scrubbed.
  const showsSecret = quotesServer || message !== text;
  const failure = new SendError(code ?? context.otherwise ?? "ERR_CLIENT_CONNECTION_LOST", message, {
    phase: code !== undefined && RESOLVING.test(code) ? "resolve" : phase,
    retryable: code?.startsWith(SOCKET_PREFIX) === true && PASSING.has(code.slice(SOCKET_PREFIX.length)),
    cause: showsSecret ? undefined : error,
  });
  failure.transcript = context.transcript;
  return failure;
}

/** The code of an error of the floors below; undefined for Node's and everybody else's. */
function lowerCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && OURS.test(code) ? code : undefined;
}
