import { describe, expect, it } from "vitest";
import { CLI_ERRORS, CliError, type CliErrorCode } from "./errors.js";
import { EXIT_CODES, exitCodeForError, exitCodeForOutcomes } from "./exit-code.js";

const CASES: { name: string; error: object; exit: number }[] = [
  { name: "a bad address", error: { code: "ERR_ADDRESS_NO_DOMAIN", phase: "compose" }, exit: 65 },
  {
    name: "a line break in a header",
    error: { code: "ERR_MIME_INVALID_FIELD_VALUE", phase: "compose" },
    exit: 65,
  },
  { name: "a line break in a parameter", error: { code: "ERR_SMTP_ARGUMENT", phase: "compose" }, exit: 65 },
  {
    name: "an unreadable attachment",
    error: { code: "ERR_MIME_FILE_UNREADABLE", phase: "compose" },
    exit: 66,
  },
  { name: "no recipient", error: { code: "ERR_CLIENT_NO_RECIPIENTS", phase: "compose" }, exit: 64 },
  { name: "no such host", error: { code: "ERR_SOCKET_HOST_NOT_FOUND", phase: "resolve" }, exit: 68 },
  {
    name: "a name server that is away",
    error: { code: "ERR_SOCKET_RESOLVE_TRY_AGAIN", phase: "resolve", retryable: true },
    exit: 75,
  },
  {
    name: "nobody listens",
    error: { code: "ERR_SOCKET_REFUSED", phase: "connect", retryable: true },
    exit: 75,
  },
  { name: "a refused login", error: { code: "ERR_CLIENT_AUTH_REFUSED", phase: "auth" }, exit: 77 },
  {
    name: "a login refused for now (454)",
    error: { code: "ERR_CLIENT_AUTH_REFUSED", phase: "auth", retryable: true },
    exit: 75,
  },
  { name: "clear text refused", error: { code: "ERR_SASL_CLEAR_TEXT_REFUSED", phase: "auth" }, exit: 77 },
  {
    name: "an untrusted certificate",
    error: { code: "ERR_SOCKET_CERTIFICATE_SELF_SIGNED", phase: "tls" },
    exit: 76,
  },
  { name: "TLS missing", error: { code: "ERR_CLIENT_TLS_NOT_OFFERED", phase: "tls" }, exit: 76 },
  { name: "nonsense from the server", error: { code: "ERR_SMTP_MIXED_CODES", phase: "rcpt" }, exit: 76 },
  {
    name: "every recipient refused for good",
    error: { code: "ERR_CLIENT_RECIPIENTS_REFUSED", state: "rejected" },
    exit: 67,
  },
  {
    name: "every recipient refused for now",
    error: { code: "ERR_CLIENT_RECIPIENTS_REFUSED", state: "rejected", retryable: true },
    exit: 75,
  },
  {
    name: "content refused",
    error: { code: "ERR_CLIENT_CONTENT_REFUSED", phase: "end-of-data", state: "rejected" },
    exit: 69,
  },
  { name: "SMTPUTF8 missing", error: { code: "ERR_CLIENT_SMTPUTF8_NEEDED", phase: "mail" }, exit: 69 },
  {
    name: "SMTPUTF8 missing, found while composing",
    error: { code: "ERR_MIME_SMTPUTF8_REQUIRED", phase: "compose" },
    exit: 69,
  },
  {
    name: "no final reply",
    error: { code: "ERR_CLIENT_CONNECTION_LOST", phase: "end-of-data", state: "unknown" },
    exit: 80,
  },
  {
    name: "a broken final reply",
    error: { code: "ERR_SMTP_REPLY_SYNTAX", phase: "end-of-data", state: "unknown" },
    exit: 80,
  },
  {
    name: "lost before the content",
    error: { code: "ERR_CLIENT_CONNECTION_LOST", phase: "rcpt", state: "not-sent", retryable: true },
    exit: 75,
  },
  { name: "a fault of ours", error: new TypeError("x is not a function"), exit: 70 },
];

describe("exit codes", () => {
  it.each(CASES)("$name: $exit", ({ error, exit }) => {
    expect(exitCodeForError(error)).toBe(exit);
  });

  it.each(Object.keys(CLI_ERRORS) as CliErrorCode[])("%s has one of its own", (code) => {
    expect(Object.values(EXIT_CODES)).toContain(exitCodeForError(new CliError(code, "x")));
  });

  it.each([
    [["accepted", "accepted"], 0],
    [["accepted", "rejected"], 81],
    [["accepted", "not-sent"], 81],
    [["accepted", "unknown", "rejected"], 80],
  ] as const)("outcomes %j: %d", (outcomes, exit) => {
    expect(exitCodeForOutcomes(outcomes.map((outcome) => ({ outcome })))).toBe(exit);
  });

  it.each([undefined, null, "text", 7])("anything thrown has one: %j", (thrown) => {
    expect(exitCodeForError(thrown)).toBe(EXIT_CODES.software);
  });
});
