import { SendError } from "../outcome/send-error.js";
import { Deadline } from "./deadline.js";
import type { Session } from "./session.js";

/**
 * A step of a login that is taken on this side, such as a token that the caller's function gets from elsewhere. Waited for no longer
 * than `timeouts.commandMs`, and no longer than the session lives.
 * @throws SendError ERR_CLIENT_TIMEOUT, or what ended the session; whatever the step throws
 */
export function ownStep<Result>(
  session: Session,
  name: string,
  step: () => Result | Promise<Result>,
): Promise<Result> {
  return untilOver(session, step, () => tooLate(name));
}

/**
 * Work that is waited for no longer than the session lives, and with `late` no longer than `timeouts.commandMs`; what comes of it
 * later is dropped.
 * @throws SendError what ended the session, or what `late` makes; whatever the work throws
 */
export async function untilOver<Result>(
  session: Session,
  work: () => Result | Promise<Result>,
  late?: () => SendError,
): Promise<Result> {
  if (session.failure !== undefined) throw session.failure;
  let giveUp: (error: SendError) => void = () => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  // Work that ends the session and throws is not waited for.
  givenUp.catch(() => undefined);
  const forget = session.whenOver(giveUp);
  const deadline = late && new Deadline(() => giveUp(late()));
  deadline?.set(performance.now() + session.options.times.commandMs);
  try {
    return await Promise.race([work(), givenUp]);
  } finally {
    forget();
    deadline?.stop();
  }
}

function tooLate(name: string): SendError {
  return new SendError("ERR_CLIENT_TIMEOUT", `waited too long for what ${name} needs of the caller`, {
    phase: "auth",
    retryable: true,
  });
}
