import { hostname } from "node:os";
import { domainToAscii, isAddressLiteral } from "@wirepost/mail-address";
import { DeliveryError } from "../errors.js";

/** Names that mean something at home only (RFC 6761, RFC 6762, RFC 8375 and habit). */
const HOME = /(?:^|\.)(?:localhost|local|localdomain|lan|home|internal|intranet|home\.arpa|invalid|onion)$/;
const LOOPBACK_LITERAL = /^\[(?:127\.|0\.|ipv6:::1\])/i;

/**
 * The name for EHLO: a domain name of more than one label that may exist in public DNS, or an address literal. Servers refuse
 * mail from others (RFC 5321 section 4.1.4 forbids it, practice does not).
 *
 * @throws DeliveryError ERR_DELIVERY_CLIENT_NAME
 */
export function checkClientName(given: string | undefined): string {
  const name = given ?? hostname();
  if (name.startsWith("[") && isAddressLiteral(name) && !LOOPBACK_LITERAL.test(name)) return name;
  const ascii = toAscii(name);
  if (ascii === undefined || !ascii.includes(".") || HOME.test(ascii) || /^[\d.]+$/.test(ascii)) {
    throw new DeliveryError(
      "ERR_DELIVERY_CLIENT_NAME",
      `${given === undefined ? "this host is called" : "clientName is"} ${JSON.stringify(name.slice(0, 64))}; give a full public host name`,
    );
  }
  return ascii;
}

function toAscii(name: string): string | undefined {
  try {
    const ascii = domainToAscii(name).toLowerCase();
    return /^[a-z0-9.-]+$/.test(ascii) ? ascii : undefined;
  } catch {
    return undefined;
  }
}
