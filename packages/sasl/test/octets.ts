import type { SaslEnvironment } from "../src/index.js";
import { nodeEnvironment } from "../src/node.js";

export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
export const textOf = (octets: Uint8Array | null): string | null =>
  octets === null ? null : Buffer.from(octets).toString();
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s/g, ""), "hex"));
export const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

/** Node's crypto, but each draw gives the next of these values, whatever length was asked for. */
export function withRandom(...values: readonly Uint8Array[]): SaslEnvironment {
  let next = 0;
  return { ...nodeEnvironment, randomBytes: () => values[next++ % values.length]! };
}

/** The code of what an action throws or rejects with; anything that is not a SaslError fails the test. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return (error as { code?: string }).code ?? `not ours: ${String(error)}`;
  }
  return "no error";
}
