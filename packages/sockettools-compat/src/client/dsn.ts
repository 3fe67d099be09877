// Notices of delivery (RFC 3461) from flags. The numbers of SmtpDelivery and those of the InternetMail control do not meet, so
// that both are understood.
import type { DsnOptions } from "@wirepost/smtp-client";
import { stErrorInvalidOption } from "../error-numbers.js";
import {
  mailNotifyDelay,
  mailNotifyFailure,
  mailNotifySuccess,
  mailOptionNotify,
  mailReturnHeaders,
  smtpNotifyDelay,
  smtpNotifyFailure,
  smtpNotifyNever,
  smtpNotifySuccess,
  smtpReturnHeaders,
  smtpReturnMessage,
} from "../generated/constants.js";
import { failureOf } from "../outcome.js";

const KNOWN =
  smtpNotifyNever |
  smtpNotifySuccess |
  smtpNotifyFailure |
  smtpNotifyDelay |
  smtpReturnHeaders |
  smtpReturnMessage |
  mailOptionNotify;

/** Undefined where nothing is asked for. @throws SocketToolsError stErrorInvalidOption for a flag without a meaning */
export function dsnOptions(flags: number): DsnOptions | undefined {
  if ((flags & ~KNOWN) !== 0) {
    throw failureOf(stErrorInvalidOption, `${flags & ~KNOWN} is no flag of SmtpDelivery`);
  }
  const has = (...bits: readonly number[]): boolean => bits.some((bit) => (flags & bit) !== 0);
  const events = [
    ...(has(smtpNotifySuccess, mailNotifySuccess) ? (["success"] as const) : []),
    ...(has(smtpNotifyFailure, mailNotifyFailure) ? (["failure"] as const) : []),
    ...(has(smtpNotifyDelay, mailNotifyDelay) ? (["delay"] as const) : []),
  ];
  const notify = has(smtpNotifyNever) ? "never" : events.length > 0 ? events : undefined;
  const headers = has(smtpReturnHeaders, mailReturnHeaders);
  const whole = has(smtpReturnMessage);
  if (notify === undefined && !headers && !whole) return undefined;
  return {
    ...(notify === undefined ? {} : { notify, originalRecipient: true }),
    ...(headers ? { return: "headers" } : whole ? { return: "full" } : {}),
  };
}
