import { type Receipt, SendError } from "../src/index.js";

/** What a promise came to, whichever way it went. */
export function settled<T>(promise: Promise<T>): Promise<T | SendError> {
  return promise.catch((error: unknown) => {
    if (SendError.is(error)) return error;
    throw error;
  });
}

/** `address outcome reason` of each recipient; the reason is a reply code or an error code. */
export function fates(result: Receipt | SendError): string[] {
  return result.recipients.map(
    ({ address, outcome, reply, error }) => `${address} ${outcome} ${reply?.code ?? error?.code}`,
  );
}

/** The code and the state of an error, then its recipients' fates; of a receipt the fates alone. */
export function told(result: Receipt | SendError): string[] {
  return SendError.is(result) ? [`${result.code} ${result.state}`, ...fates(result)] : fates(result);
}

/** The error of something that must fail. */
export async function failure(promise: Promise<unknown>): Promise<SendError> {
  const result = await settled(promise);
  if (SendError.is(result)) return result;
  throw new Error("it should have failed");
}
