import { SendError } from "../outcome/send-error.js";
import { Deadline } from "./deadline.js";
import type { Session } from "./session.js";

/**
 * A step of a login that is taken on this side, such as a token that the caller's function gets from elsewhere. Waited for no longer
 * than `timeouts.commandMs`, and no longer than the session lives; what comes of the step later is dropped.
 * @throws SendError ERR_CLIENT_TIMEOUT, or what ended the session; whatever the step throws
 */
export async function ownStep<Result>(
  session: Session,
  name: string,
  step: () => Result | Promise<Result>,
): Promise<Result> {
  if (session.failure !== undefined) throw session.failure;
  let giveUp: (error: SendError) => void = () => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  // A step that ends the session and throws is not waited for.
  givenUp.catch(() => undefined);
  const forget = session.whenOver(giveUp);
  const deadline = new Deadline(() => giveUp(tooLate(name)));
  deadline.set(performance.now() + session.options.times.commandMs);
  try {
    return await Promise.race([step(), givenUp]);
  } finally {
    forget();
    deadline.stop();
  }
}

function tooLate(name: string): SendError {
  return new SendError("ERR_CLIENT_TIMEOUT", `waited too long for what ${name} needs of the caller`, {
    phase: "auth",
    retryable: true,
  });
}
