import { SteppedMechanism } from "./mechanism.js";

/** A mechanism whose whole exchange is one message from the client: any challenge is one too many. */
export class SingleMessage extends SteppedMechanism {
  readonly #message: Uint8Array;

  constructor(name: string, message: Uint8Array) {
    super(name, 0);
    this.#message = message;
  }

  protected override first(): Uint8Array {
    this.setDone(true);
    return this.#message;
  }

  protected override step(): Uint8Array {
    throw this.error("ERR_SASL_UNEXPECTED_CHALLENGE");
  }
}
