// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { choice, text } from "../../coerce.js";
import { RecipientState, recipientStates } from "../../message/recipient.js";
import type { EmailRecipientTypes } from "./enums.js";

/** Somebody whom a message is sent to. */
export class MessageRecipient {
  constructor();
  constructor(address: string);
  constructor(address: string, recipientType: EmailRecipientTypes);
  constructor(address?: string, recipientType?: EmailRecipientTypes) {
    recipientStates.attach(this, new RecipientState(address, recipientType));
  }

  /** The address, without the name. */
  get Address(): string {
    return recipientStates.of(this).address;
  }
  set Address(value: string) {
    recipientStates.of(this).address = text("Address", value);
  }

  /** The name for the header. */
  get Name(): string {
    return recipientStates.of(this).name;
  }
  set Name(value: string) {
    recipientStates.of(this).name = text("Name", value);
  }

  /**
   * What stands behind RCPT TO: `NOTIFY=SUCCESS,FAILURE,DELAY`, `ORCPT=…`; a space in place of the equals
   * sign is taken too. NOTIFY and ORCPT are sent only to a server that announces DSN.
   */
  get Options(): string {
    return recipientStates.of(this).options;
  }
  set Options(value: string) {
    recipientStates.of(this).options = text("Options", value);
  }

  /** To, Cc or BCc. Default ertTo. */
  get RecipientType(): EmailRecipientTypes {
    return recipientStates.of(this).recipientType as EmailRecipientTypes;
  }
  set RecipientType(value: EmailRecipientTypes) {
    recipientStates.of(this).recipientType = choice("RecipientType", value, [0, 1, 2]);
  }
}
