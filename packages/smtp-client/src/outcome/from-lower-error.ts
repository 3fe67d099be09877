import type { TranscriptEntry } from "../session/transcript.js";
import { type Phase, SendError } from "./send-error.js";

interface Scrubber {
  scrub(text: string): string;
}

interface Context {
  readonly secrets?: Scrubber | undefined;
  readonly transcript?: readonly TranscriptEntry[] | undefined;
}

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
  const failure = new SendError(code ?? "ERR_CLIENT_CONNECTION_LOST", context.secrets?.scrub(text) ?? text, {
    phase: code !== undefined && RESOLVING.test(code) ? "resolve" : phase,
    retryable: code?.startsWith(SOCKET_PREFIX) === true && PASSING.has(code.slice(SOCKET_PREFIX.length)),
    cause: error,
  });
  failure.transcript = context.transcript;
  return failure;
}

function lowerCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : undefined;
}
