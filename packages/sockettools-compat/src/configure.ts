// What JavaScript needs beside the control's members.
import { type ClientOptions, checkOptionNames, type DnsOptions } from "./client/client-options.js";
import { smtpStates } from "./client/smtp-state.js";
import { dnsStates } from "./dns/dns-state.js";
import { mailStates } from "./mail/mail-state.js";

/**
 * Sets what has no member in the control, for the next connection of an SmtpClient.
 *
 * @throws SocketToolsError ERR_SOCKETTOOLS_UNKNOWN_OPTION, ERR_SOCKETTOOLS_FOREIGN_OBJECT
 */
export function configureClient(client: object, options: ClientOptions): void {
  checkOptionNames(options, ["tls", "timeouts", "delivery"]);
  const state = smtpStates.of(client);
  state.options = { ...state.options, ...options };
}

/**
 * Sets what has no member in the control, for a DnsClient.
 *
 * @throws SocketToolsError ERR_SOCKETTOOLS_UNKNOWN_OPTION, ERR_SOCKETTOOLS_FOREIGN_OBJECT
 */
export function configureDns(client: object, options: DnsOptions): void {
  checkOptionNames(options, ["resolver"]);
  const state = dnsStates.of(client);
  state.options = { ...state.options, ...options };
  state.forget();
}

/** Resolves when an SmtpClient has no call under way or waiting: for programs with Blocking False. */
export function whenIdle(client: object): Promise<void> {
  return smtpStates.of(client).whenIdle();
}

/** The core's error behind LastError, with its stable `code`; undefined where there is none. */
export function lastCause(object: object): unknown {
  const state = smtpStates.find(object) ?? mailStates.find(object) ?? dnsStates.of(object);
  return state.outcome.cause;
}
