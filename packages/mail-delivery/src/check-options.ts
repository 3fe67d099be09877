import { DeliveryError } from "./errors.js";

/** A typing error must not switch a protection off. @throws DeliveryError ERR_DELIVERY_UNKNOWN_OPTION */
export function checkNames(what: string, given: object, known: ReadonlySet<string>): void {
  for (const name of Object.keys(given)) {
    if (!known.has(name)) {
      throw new DeliveryError("ERR_DELIVERY_UNKNOWN_OPTION", `${what} has no option named "${name}"`);
    }
  }
}

/** A whole number within bounds, or the default. @throws DeliveryError ERR_DELIVERY_OPTION */
export function checkNumber(
  name: string,
  value: number | undefined,
  fallback: number,
  least: number,
  most = 2_147_483_647,
): number {
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new DeliveryError("ERR_DELIVERY_OPTION", `${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}
