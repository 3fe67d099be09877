import { type Credentials, requireCredential } from "./credentials.js";
import { type Mechanism, SteppedMechanism } from "./mechanism.js";
import { encodeUtf8 } from "./text.js";

/**
 * LOGIN (never standardised; draft-murchison-sasl-login): two prompts, two answers. The texts of the prompts differ
 * between servers and languages, so the order alone counts. Shows the password: TLS only.
 */
export function createLogin(credentials: Credentials): Mechanism {
  return new Login(credentials);
}

class Login extends SteppedMechanism {
  readonly #answers: Uint8Array[];

  constructor(credentials: Credentials) {
    super("LOGIN", 2);
    this.#answers = [
      encodeUtf8(requireCredential(credentials, "username")),
      encodeUtf8(requireCredential(credentials, "password")),
    ];
  }

  // No initial response: what it would hold was never agreed on, and some servers take it for the password.
  protected override first(): null {
    return null;
  }

  protected override step(): Uint8Array {
    const answer = this.#answers.shift()!;
    if (this.#answers.length === 0) this.setDone(true);
    return answer;
  }
}
