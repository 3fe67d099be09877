import { notLoaded } from "../outcome/not-loaded.js";
import type { ResolvedConnectionOptions } from "./connection-options.js";
import type { HiddenForms } from "./secrets.js";

/** What hides the secrets of a login; who sends without one loads nothing of it. @throws SendError ERR_CLIENT_NOT_LOADED */
export async function hiddenForms({ login }: ResolvedConnectionOptions): Promise<HiddenForms | undefined> {
  if (login === undefined) return undefined;
  const { SecretForms } = await import("./secret-forms.js").catch((cause: unknown) => {
    throw notLoaded(cause);
  });
  return new SecretForms();
}
