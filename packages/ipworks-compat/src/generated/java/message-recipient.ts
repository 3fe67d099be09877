// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { choice, text } from "../../coerce.js";
import { RecipientState, recipientStates } from "../../message/recipient.js";

/** Somebody whom a message is sent to. */
export class MessageRecipient {
  /** EmailRecipientTypes: To. */
  static readonly ertTo = 0;
  /** EmailRecipientTypes: Cc. */
  static readonly ertCc = 1;
  /** EmailRecipientTypes: BCc: in the envelope alone. */
  static readonly ertBCc = 2;

  constructor();
  constructor(address: string);
  constructor(address: string, recipientType: number);
  constructor(address?: string, recipientType?: number) {
    recipientStates.attach(this, new RecipientState(address, recipientType));
  }

  /** The address, without the name. */
  getAddress(): string {
    return recipientStates.of(this).address;
  }
  /** Sets what getAddress() gives. */
  setAddress(address: string): void {
    recipientStates.of(this).address = text("Address", address);
  }

  /** The name for the header. */
  getName(): string {
    return recipientStates.of(this).name;
  }
  /** Sets what getName() gives. */
  setName(name: string): void {
    recipientStates.of(this).name = text("Name", name);
  }

  /**
   * What stands behind RCPT TO: `NOTIFY=SUCCESS,FAILURE,DELAY`, `ORCPT=…`; a space in place of the equals
   * sign is taken too. NOTIFY and ORCPT are sent only to a server that announces DSN.
   */
  getOptions(): string {
    return recipientStates.of(this).options;
  }
  /** Sets what getOptions() gives. */
  setOptions(options: string): void {
    recipientStates.of(this).options = text("Options", options);
  }

  /** To, Cc or BCc. Default ertTo. */
  getRecipientType(): number {
    return recipientStates.of(this).recipientType;
  }
  /** Sets what getRecipientType() gives. */
  setRecipientType(recipientType: number): void {
    recipientStates.of(this).recipientType = choice("RecipientType", recipientType, [0, 1, 2]);
  }
}
