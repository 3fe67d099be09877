import type { Capabilities } from "@wirepost/smtp-protocol";
import { SendError } from "../outcome/send-error.js";
import type { SendOptions } from "./send-options.js";

/**
 * What the server says it holds, and no longer (RFC 4865 4.1); and never beyond the time by which the message is to be delivered
 * (RFC 4865 5.2.1). A limit that cannot be read is none.
 * @throws SendError ERR_CLIENT_HOLD
 */
export function checkHold(options: SendOptions, capabilities: Capabilities): void {
  const { holdForSeconds, holdUntil, deliverBy } = options;
  const [interval = "", dateTime = ""] = capabilities.get("FUTURERELEASE") ?? [];
  if (
    holdForSeconds !== undefined &&
    /^[1-9][0-9]{0,8}$/.test(interval) &&
    holdForSeconds > Number(interval)
  ) {
    throw tooLong(`${holdForSeconds} seconds, the server holds for ${interval}`);
  }
  // NaN where there is none.
  const latest = Date.parse(dateTime);
  // What is no date is refused where the command is made.
  const until = holdUntil instanceof Date ? holdUntil.getTime() : Number.NaN;
  if (until > latest) {
    throw tooLong(
      `until ${new Date(until).toISOString()}, the server holds until ${new Date(latest).toISOString()}`,
    );
  }
  const heldSeconds = holdForSeconds ?? (until - Date.now()) / 1000;
  const deliverSeconds = deliverBy?.seconds ?? Number.POSITIVE_INFINITY;
  if (deliverSeconds <= heldSeconds) throw tooLong(`beyond the ${deliverSeconds} seconds of deliverBy`);
}

function tooLong(what: string): SendError {
  return new SendError("ERR_CLIENT_HOLD", `the message would be held ${what}`, { phase: "mail" });
}
