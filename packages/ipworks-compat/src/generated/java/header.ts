// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { text } from "../../coerce.js";
import { HeaderState, headerStates } from "../../message/recipient.js";

/** A header of a message. */
export class Header {
  constructor();
  constructor(field: string, value: string);
  constructor(field?: string, value?: string) {
    headerStates.attach(this, new HeaderState(field, value));
  }

  /** The name, as written. */
  getField(): string {
    return headerStates.of(this).field;
  }
  /** Sets what getField() gives. */
  setField(field: string): void {
    headerStates.of(this).field = text("Field", field);
  }

  /** The content. */
  getValue(): string {
    return headerStates.of(this).value;
  }
  /** Sets what getValue() gives. */
  setValue(value: string): void {
    headerStates.of(this).value = text("Value", value);
  }
}
