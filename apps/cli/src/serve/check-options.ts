// A test server that starts with an option it cannot mean tells its author nothing until the test fails somewhere else.
import { invalidOption, refuseUnknownOptions } from "../errors.js";
import type { ServerCertificate } from "./certificate.js";
import { type EmbeddedServerOptions, HIDEABLE, OPTION_NAMES, TLS_MODES } from "./options.js";

/** Timers count no further. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** @throws CliError `ERR_CLI_INVALID_OPTION`, `ERR_CLI_UNKNOWN_OPTION` */
export function checkServerOptions(options: EmbeddedServerOptions): void {
  checkObject("the options", options);
  refuseUnknownOptions(options, OPTION_NAMES);
  const { host, tls, certificate, users, name, simulate, hide, store, onMessage, onProblem } = options;
  if (host !== undefined && !(typeof host === "string" && /^[\x21-\x7e]+$/.test(host))) {
    throw invalidOption("host must be a name or an address", host);
  }
  checkNumber("port", options.port, 0, 65_535);
  if (tls !== undefined && !TLS_MODES.includes(tls))
    throw invalidOption(`tls must be ${either(TLS_MODES)}`, tls, true);
  if (certificate !== undefined) checkCertificate(certificate);
  if (users !== undefined) checkUsers(users);
  if (name !== undefined && !(typeof name === "string" && /^[\x21-\x7e]+$/.test(name))) {
    throw invalidOption("name must be a name of one word", name);
  }
  checkNumber("maxMessageBytes", options.maxMessageBytes, 1);
  checkNumber("maxRecipients", options.maxRecipients, 1);
  if (simulate !== undefined && typeof simulate !== "boolean") {
    throw invalidOption("simulate must be true or false", simulate);
  }
  if (hide !== undefined) checkHidden(hide);
  checkNumber("keepMessages", options.keepMessages, 0);
  if (store !== undefined && typeof (store as { save?: unknown } | null)?.save !== "function") {
    throw invalidOption("store must have a function save, as that of openMessageStore() has", store);
  }
  for (const [listener, value] of Object.entries({ onMessage, onProblem })) {
    if (value !== undefined && typeof value !== "function") {
      throw invalidOption(`${listener} must be a function`, value);
    }
  }
  checkNumber("closeTimeoutMs", options.closeTimeoutMs, 0, MAX_TIMEOUT_MS);
}

/** @throws CliError `ERR_CLI_INVALID_OPTION`, `ERR_CLI_UNKNOWN_OPTION` */
export function checkWaitOptions(count: number, options: { timeoutMs?: number | undefined }): void {
  if (count === undefined) throw invalidOption("the count of messages is missing", count);
  checkNumber("the count of messages", count, 0);
  checkObject("the options of waitForMessages()", options);
  refuseUnknownOptions(options, ["timeoutMs"]);
  checkNumber("timeoutMs", options.timeoutMs, 0, MAX_TIMEOUT_MS);
}

function checkCertificate(certificate: ServerCertificate): void {
  checkObject("certificate", certificate);
  refuseUnknownOptions(certificate, ["certificate", "key", "ca"], "certificate.");
  for (const name of ["certificate", "key", "ca"] as const) {
    const pem: unknown = certificate[name];
    if (pem === undefined && name === "ca") continue;
    if (typeof pem !== "string" || pem === "")
      throw invalidOption(`certificate.${name} must be text, PEM`, pem);
  }
}

function checkUsers(users: NonNullable<EmbeddedServerOptions["users"]>): void {
  if (!Array.isArray(users)) throw invalidOption("users must be an array of { username, password }", users);
  for (const [index, user] of users.entries()) {
    checkObject(`users[${index}]`, user);
    refuseUnknownOptions(user, ["username", "password"], `users[${index}].`);
    for (const name of ["username", "password"] as const) {
      // What was given may be the password.
      if (typeof user[name] !== "string")
        throw invalidOption(`users[${index}].${name} must be text`, user[name]);
    }
  }
}

function checkHidden(hide: readonly string[]): void {
  if (!Array.isArray(hide)) throw invalidOption("hide must be an array of extensions", hide);
  for (const extension of hide) {
    if (!HIDEABLE.includes(extension as never)) {
      throw invalidOption(`hide takes ${HIDEABLE.join(", ")}`, extension, true);
    }
  }
}

function checkNumber(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return;
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const limits = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw invalidOption(`${name} must be a whole number ${limits}`, value);
}

function checkObject(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidOption(`${name} must be an object`, value);
  }
}

function either(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
