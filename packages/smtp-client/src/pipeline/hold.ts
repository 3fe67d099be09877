import type { Capabilities } from "@wirepost/smtp-protocol";
import { SendError } from "../outcome/send-error.js";
import type { SendOptions } from "./send-options.js";

/** date-time of RFC 3339 5.6, the form in which RFC 4865 has servers announce it. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * What the server says it holds, and no longer (RFC 4865 4.1); and never beyond the time by which the message is to be delivered
 * (RFC 4865 5.2.1). A limit that cannot be read is none.
 * @throws SendError ERR_CLIENT_HOLD
 */
export function checkHold(options: SendOptions, capabilities: Capabilities): void {
  const { holdForSeconds, holdUntil, deliverBy } = options;
  const [interval = "", dateTime = ""] = capabilities.get("FUTURERELEASE") ?? [];
  // What is no number and no date is refused where the command is made.
  const seconds = typeof holdForSeconds === "number" ? holdForSeconds : Number.NaN;
  if (/^[1-9][0-9]{0,8}$/.test(interval) && seconds > Number(interval)) {
    throw tooLong(`${seconds} seconds, the server holds for ${interval}`);
  }
  // HOLDUNTIL is written in whole seconds.
  const until = holdUntil instanceof Date ? Math.floor(holdUntil.getTime() / 1000) * 1000 : Number.NaN;
  const latest = RFC_3339.test(dateTime) ? Date.parse(dateTime) : Number.NaN;
  if (until > latest) {
    throw tooLong(`until ${new Date(until).toISOString()}, the server holds until ${dateTime}`);
  }
  const heldSeconds = holdForSeconds === undefined ? (until - Date.now()) / 1000 : seconds;
  const deliverSeconds = deliverBy?.seconds ?? Number.POSITIVE_INFINITY;
  if (deliverSeconds <= heldSeconds) throw tooLong(`beyond the ${deliverSeconds} seconds of deliverBy`);
}

function tooLong(what: string): SendError {
  return new SendError("ERR_CLIENT_HOLD", `the message would be held ${what}`, { phase: "mail" });
}
