import type { TranscriptEntry } from "../session/transcript.js";
import { type Phase, SendError } from "./send-error.js";

interface Scrubber {
  scrub(text: string): string;
}

interface Context {
  readonly secrets?: Scrubber | undefined;
  readonly transcript?: readonly TranscriptEntry[] | undefined;
}

/** Failures of the network and of name resolution that may be gone in a minute. */
const PASSING =
  /^ERR_SOCKET_(REFUSED|RESET|TIMEOUT|CONNECT_TIMEOUT|TLS_TIMEOUT|UNREACHABLE|HOST_UNREACHABLE|NETWORK|RESOLVE_TEMPORARY|CLOSED|BROKEN_PIPE|PROXY)/;

/** An error of a floor below as a `SendError` with the same code: callers have one class to look for. */
export function fromLowerError(error: unknown, phase: Phase, context: Context = {}): SendError {
  if (SendError.is(error)) return error;
  const code = lowerCode(error);
  const text = error instanceof Error ? error.message : String(error);
  const failure = new SendError(code ?? "ERR_CLIENT_CONNECTION_LOST", context.secrets?.scrub(text) ?? text, {
    phase: code?.startsWith("ERR_SOCKET_RESOLVE") ? "resolve" : phase,
    retryable: code !== undefined && PASSING.test(code),
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
