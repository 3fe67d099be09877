// Command, ExpandAddress, VerifyAddress, Read.
import { stErrorOperationNotSupported } from "../error-numbers.js";
import type { Given } from "../language/arguments.js";
import type { Holder } from "../language/by-ref.js";
import { failureOf } from "../outcome.js";
import { sayCommand } from "./command-line.js";
import { putListing, putMailbox } from "./listing.js";
import type { SmtpState } from "./smtp-state.js";

type Code = Promise<number>;

export class QuestionCalls {
  constructor(private readonly state: SmtpState) {}

  // ---- Questions -------------------------------------------------------------------------------------------------------

  command(given: Given<readonly [command: string, parameters: string | undefined]>): Code {
    return this.state.operations.code(given, async ([command, parameters], running) => {
      const session = this.state.connected();
      const line = parameters === undefined || parameters === "" ? command : `${command} ${parameters}`;
      await this.state.interruptible(running, session, () =>
        sayCommand(line, {
          session,
          message: this.state.message,
          signal: running.signal,
          reset: () => this.state.resetNow(running),
          disconnect: () => this.state.disconnectNow(),
        }),
      );
      this.state.noteExtended(session);
    });
  }

  /** With a holder the number of the failure, without one the addresses themselves. */
  expandAddress(
    given: Given<readonly [address: string, holder: Holder<string> | undefined]>,
  ): Promise<number | string> {
    let withHolder = false;
    const noting: typeof given = {
      method: given.method,
      read: () => {
        const values = given.read();
        withHolder = values[1] !== undefined;
        return values;
      },
    };
    const results = {
      failed: (number: number): number | string => (withHolder ? number : ""),
      atOnce: (): number | string => (withHolder ? 0 : ""),
    };
    return this.state.operations.run(noting, results, async ([address, holder], { signal }) =>
      putListing(holder, await this.state.connected().connection.expand(address, { signal })),
    );
  }

  verifyAddress(given: Given<readonly [address: string, holder: Holder<string> | undefined]>): Code {
    return this.state.operations.code(given, async ([address, holder], { signal }) => {
      const reply = await this.state.connected().connection.verify(address, { signal });
      putMailbox(holder, reply);
    });
  }

  read(given: Given<readonly [buffer: Holder<string> | undefined, length: number | undefined]>): Code {
    return this.state.operations.run(given, { failed: () => -1, atOnce: () => -1 }, () => {
      throw failureOf(
        stErrorOperationNotSupported,
        "there is nothing to read: ResultCode and ResultString have the reply",
      );
    });
  }
}
