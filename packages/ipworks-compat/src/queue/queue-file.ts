// What stands in a queue file: one line of JSON, the message, and one line that closes it.
import { createHash } from "node:crypto";
import type { RecipientState } from "../message/recipient.js";

/** The first line without its braces; the number changes when old versions could not read new files. */
export const FORMAT = 1;

export interface QueueHead {
  readonly wirepostQueue: typeof FORMAT;
  /** Null: the null sender. */
  readonly from: string | null;
  readonly recipients: readonly Pick<RecipientState, "address" | "options" | "recipientType">[];
  /** Octets of the headers with their empty line; the body follows. */
  readonly headBytes: number;
  /** The body is not to be encoded. */
  readonly ready: boolean;
}

const CLOSING = /^\r\nwirepostQueueEnd (\d+) ([0-9a-f]{64})\r\n$/;
/** Longer than any closing line. */
export const CLOSING_MAX_BYTES = 128;

export function headLine(head: QueueHead): Buffer {
  return Buffer.from(`${JSON.stringify(head)}\r\n`, "utf8");
}

/** Counts and hashes content as it is written, and makes the line that closes the file. */
export class Closing {
  readonly #hash = createHash("sha256");
  #size = 0;

  /** @param head the first line, which is hashed and not counted */
  constructor(head: Uint8Array) {
    this.#hash.update(head);
  }

  push(octets: Uint8Array): void {
    this.#hash.update(octets);
    this.#size += octets.length;
  }

  get line(): Buffer {
    return Buffer.from(`\r\nwirepostQueueEnd ${this.#size} ${this.#hash.digest("hex")}\r\n`, "latin1");
  }
}

/** Where the closing line begins, and what it says. Undefined: the file is cut short. */
export function readClosing(
  tail: Uint8Array,
): { readonly lineBytes: number; readonly size: number; readonly sha256: string } | undefined {
  const text = Buffer.from(tail).toString("latin1");
  const at = text.lastIndexOf("\r\nwirepostQueueEnd ");
  const match = at < 0 ? null : CLOSING.exec(text.slice(at));
  if (match === null) return undefined;
  return { lineBytes: text.length - at, size: Number(match[1]), sha256: match[2] as string };
}

/** @throws SyntaxError, TypeError for what is no head of ours */
export function readHead(line: string): QueueHead {
  const head = JSON.parse(line) as QueueHead;
  const { wirepostQueue, from, recipients, headBytes } = head;
  const whole = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
  const good =
    wirepostQueue === FORMAT &&
    (from === null || typeof from === "string") &&
    Array.isArray(recipients) &&
    recipients.every(
      (one) => typeof one.address === "string" && typeof one.options === "string" && whole(one.recipientType),
    ) &&
    whole(headBytes);
  if (!good) throw new TypeError("not a queue file of this package");
  return head;
}
