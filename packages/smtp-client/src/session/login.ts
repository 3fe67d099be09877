import type { Credentials } from "@wirepost/sasl";
import {
  callback,
  checkOptions,
  either,
  flag,
  listOf,
  type OptionChecks,
  object,
  text,
} from "./check-options.js";

export interface AuthOptions extends Credentials {
  /** Only these mechanisms, in this order. Default: all that the credentials allow, strongest first. */
  readonly mechanisms?: readonly string[] | undefined;
  /** Mechanisms that may show the secret without TLS: all of them, or those named. Default: none. */
  readonly allowClearText?: boolean | readonly string[] | undefined;
}

const texts = listOf(text);

const CHECKS: OptionChecks<AuthOptions> = {
  username: text,
  password: text,
  authorizationId: text,
  token: either("text or a function", text, callback),
  realm: text,
  domain: text,
  workstation: text,
  ntlm: object,
  external: flag,
  gssapi: either("true, false or an object", flag, object),
  anonymous: either("true, false or text", flag, text),
  mechanisms: texts,
  allowClearText: either("true, false or a list of mechanisms", flag, texts),
};

/** How to log in, held so that `inspect()`, JSON and a spread of the options around it show nothing of it. */
export class Login {
  readonly #auth: AuthOptions;

  /** @throws SendError ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_OPTION */
  constructor(auth: AuthOptions) {
    checkOptions("auth", auth, CHECKS, "auth.");
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
