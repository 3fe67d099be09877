// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { NumberedError } from "../../failure.js";

/** What methods throw. Numbers and their meanings: ERROR_CODES. `IPWorksException.is()` holds across copies of the package. */
export class IPWorksException extends NumberedError {
  /**
   * @param code the number; 0 unless given
   * @param message the text
   * @param cause the error behind it
   */
  constructor(code = 0, message = "", cause: unknown = undefined) {
    super(code, message, cause);
  }
}
