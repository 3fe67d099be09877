import { lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";
import type { Begin } from "./connect-guard.js";
import { SocketError } from "./errors.js";

/** One address of a host. */
export interface HostAddress {
  /** In text form. */
  readonly address: string;
  /** Its family. */
  readonly family: 4 | 6;
}

/**
 * Finds addresses, in the form that Node's own lookup functions have. Called with `all: true`; an answer of one
 * address is understood too.
 */
export type LookupFunction = (
  hostname: string,
  options: { readonly all: true; readonly family: 0 | 4 | 6 },
  callback: (
    error: Error | null,
    addresses: string | readonly { readonly address: string; readonly family: number }[],
    family?: number,
  ) => void,
) => void;

/** The addresses of a host, families in turn, the preferred one first (RFC 8305 section 4). */
export function resolveHost(
  host: string,
  family: 0 | 4 | 6,
  lookup: LookupFunction | undefined,
  target: string,
  preferFamily?: 4 | 6 | undefined,
): Begin<HostAddress[]> {
  return (resolve, reject) => {
    const find = lookup ?? (systemLookup as unknown as LookupFunction);
    try {
      find(host, { all: true, family }, (error, answer, answerFamily) => {
        if (error !== null && error !== undefined) {
          reject(error);
          return;
        }
        const found = addressesOf(answer, answerFamily).filter(
          (entry) => family === 0 || entry.family === family,
        );
        if (found.length === 0) reject(new SocketError("ERR_SOCKET_HOST_NO_ADDRESS", { target }));
        else resolve(inTurn(found, preferFamily));
      });
    } catch (error) {
      reject(error); // a lookup function that throws instead of calling back
    }
    // The system's resolver cannot be stopped; its late answer meets a settled step.
    return () => {};
  };
}

function addressesOf(
  answer: string | readonly { readonly address: string; readonly family: number }[] | undefined,
  family: number | undefined,
): HostAddress[] {
  const list = typeof answer === "string" ? [{ address: answer, family: family ?? 0 }] : (answer ?? []);
  const addresses: HostAddress[] = [];
  for (const { address } of list) {
    const kind = typeof address === "string" ? isIP(address) : 0;
    if (kind !== 0) addresses.push({ address, family: kind as 4 | 6 });
  }
  return addresses;
}

function inTurn(addresses: readonly HostAddress[], preferFamily: 4 | 6 | undefined): HostAddress[] {
  const first = preferFamily ?? addresses[0]!.family;
  const preferred = addresses.filter((entry) => entry.family === first);
  const others = addresses.filter((entry) => entry.family !== first);
  const result: HostAddress[] = [];
  for (let index = 0; index < Math.max(preferred.length, others.length); index++) {
    const one = preferred[index];
    const other = others[index];
    if (one !== undefined) result.push(one);
    if (other !== undefined) result.push(other);
  }
  return result;
}
