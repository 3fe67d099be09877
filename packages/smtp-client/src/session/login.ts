import type { Credentials } from "@wirepost/sasl";
import { checkNames } from "./check-names.js";

export interface AuthOptions extends Credentials {
  /** Only these mechanisms, in this order. Default: all that the credentials allow, strongest first. */
  readonly mechanisms?: readonly string[] | undefined;
  /** Mechanisms that may show the secret without TLS: all of them, or those named. Default: none. */
  readonly allowClearText?: boolean | readonly string[] | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof AuthOptions>([
  "username",
  "password",
  "authorizationId",
  "token",
  "realm",
  "domain",
  "workstation",
  "ntlm",
  "external",
  "gssapi",
  "anonymous",
  "mechanisms",
  "allowClearText",
]);

/** How to log in, held so that `inspect()`, JSON and a spread of the options around it show nothing of it. */
export class Login {
  readonly #auth: AuthOptions;

  /** @throws SendError ERR_CLIENT_UNKNOWN_OPTION */
  constructor(auth: AuthOptions) {
    checkNames("auth", auth, NAMES);
    this.#auth = { ...auth };
  }

  reveal(): AuthOptions {
    return this.#auth;
  }

  /** The secrets as text, for those who must keep them out of transcripts. */
  get secrets(): readonly string[] {
    const { password, token } = this.#auth;
    return [password, token].filter((secret) => typeof secret === "string");
  }
}
