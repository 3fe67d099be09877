import { Receipt, type ReceiptInit, type SendError } from "@wirepost/smtp-client";
import type { TlsPlan } from "../tls/tls-plan.js";

/** One server that was tried for one domain. */
export interface DeliveryAttempt {
  /** In A-labels, or an address literal. */
  readonly domain: string;
  /** The exchanger's name, or the address of a literal. */
  readonly host: string;
  /** Undefined: it did not come to a connection. */
  readonly address: string | undefined;
  /** The TLS that was owed; undefined where that could not be found out. */
  readonly tls: TlsPlan["kind"] | undefined;
  /** `verified`: by the plan's rules. `plaintext`: without TLS. Undefined: no session was opened. */
  readonly secured: "verified" | "encrypted" | "plaintext" | undefined;
  /** A session of an earlier send was used. */
  readonly reused: boolean;
  /** Why it did not come to a transaction, or what came of it. Undefined: somebody was accepted. */
  readonly error: SendError | undefined;
}

/** What a direct delivery came to: at least one recipient was accepted. */
export class DeliveryReceipt extends Receipt {
  /** Every server that was tried, in order, the domains mixed as they went along. */
  readonly attempts: readonly DeliveryAttempt[];

  constructor(init: ReceiptInit & { readonly attempts: readonly DeliveryAttempt[] }) {
    super(init);
    this.attempts = init.attempts;
  }
}
