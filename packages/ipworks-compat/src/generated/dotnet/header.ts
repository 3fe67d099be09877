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
  get Field(): string {
    return headerStates.of(this).field;
  }
  set Field(value: string) {
    headerStates.of(this).field = text("Field", value);
  }

  /** The content. */
  get Value(): string {
    return headerStates.of(this).value;
  }
  set Value(value: string) {
    headerStates.of(this).value = text("Value", value);
  }
}
