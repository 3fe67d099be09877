import { SaslError } from "./errors.js";
import { checkOptionNames } from "./option-names.js";

/** What a token function is told. */
export interface TokenRequest {
  /** The token that the server has just refused; a cached copy of it must not be given again. */
  readonly refused?: string | undefined;
}

/** Gives a bearer token; a plain `async () => token` fits. */
export type TokenFunction = (request: TokenRequest) => string | Promise<string>;

/** How NTLM is to be spoken. */
export interface NtlmOptions {
  /** Default 2. Version 1 can be broken in hours once it was overheard; some old servers verify nothing else. */
  readonly version?: 1 | 2 | undefined;
  /** `MsvAvTargetName`; default: `SMTPSVC/host` for service `smtp`, else `service/host`. */
  readonly servicePrincipalName?: string | undefined;
  /** Negotiate a session key of its own. Default false: no message is signed after the login. */
  readonly keyExchange?: boolean | undefined;
}

/** How Kerberos is to be spoken. */
export interface GssapiOptions {
  /** Default: the default of the credential cache. */
  readonly principal?: string | undefined;
  /** Service name for the ticket; default: the service that the caller of the choice named, e.g. `smtp`. */
  readonly service?: string | undefined;
  /** Host name for the ticket; default: the host that was connected to. */
  readonly host?: string | undefined;
}

/** Everything by which a client may prove who it is. Give what you have; the choice takes what it can use. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Act as this user; absent or empty: as the one who logs in. */
  readonly authorizationId?: string | undefined;
  /** A bearer token, or a function that gets one (see `createTokenSource`). Selects XOAUTH2 and OAUTHBEARER. */
  readonly token?: string | TokenFunction | undefined;
  /** For DIGEST-MD5, when the server offers several. */
  readonly realm?: string | undefined;
  /** For NTLM; `DOMAIN\user` as username does the same. */
  readonly domain?: string | undefined;
  /** For NTLM; default: none. */
  readonly workstation?: string | undefined;
  readonly ntlm?: NtlmOptions | undefined;
  /** Use what the connection itself proves, usually a TLS client certificate. Selects EXTERNAL. */
  readonly external?: boolean | undefined;
  /** Use Kerberos. Selects GSSAPI. */
  readonly gssapi?: boolean | GssapiOptions | undefined;
  /** Log in as nobody; a text is sent as trace information (RFC 4505). Selects ANONYMOUS. */
  readonly anonymous?: boolean | string | undefined;
}

const NAMES: readonly (keyof Credentials)[] = [
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
];
const SECRETS: readonly (keyof Credentials)[] = ["password", "token"];
const INSPECT = Symbol.for("nodejs.util.inspect.custom");
const HIDDEN = "[hidden]";

/** @throws SaslError `ERR_SASL_UNKNOWN_OPTION` */
export function checkCredentials(credentials: Credentials): void {
  checkOptionNames(credentials, NAMES, "credentials");
  if (credentials.ntlm !== undefined) {
    checkOptionNames(
      credentials.ntlm,
      ["version", "servicePrincipalName", "keyExchange"],
      "credentials.ntlm",
    );
  }
  if (typeof credentials.gssapi === "object") {
    checkOptionNames(credentials.gssapi, ["principal", "service", "host"], "credentials.gssapi");
  }
}

/**
 * The same credentials in an object that may be held by something that is logged: `inspect()`, `JSON.stringify()` and
 * `{...spread}` do not show the password and the token, though reading `.password` gives it.
 * @throws SaslError `ERR_SASL_UNKNOWN_OPTION`
 */
export function protectCredentials(credentials: Credentials): Credentials {
  checkCredentials(credentials);
  const shown: Record<string, unknown> = {};
  const holder: object = {};
  for (const name of NAMES) {
    const value = credentials[name];
    if (value === undefined) continue;
    const secret = SECRETS.includes(name);
    shown[name] = secret ? HIDDEN : value;
    Object.defineProperty(holder, name, { value, enumerable: !secret });
  }
  const show = (): Record<string, unknown> => ({ ...shown });
  Object.defineProperty(holder, "toJSON", { value: show });
  Object.defineProperty(holder, INSPECT, { value: show });
  return Object.freeze(holder);
}

/** @throws SaslError when the credential is absent, empty, or holds a NUL or half a surrogate pair. */
export function requireCredential(credentials: Credentials, name: "username" | "password"): string {
  const value = credentials[name];
  if (value === undefined || value === "") {
    throw new SaslError("ERR_SASL_CREDENTIALS_MISSING", `no ${name} was given`);
  }
  return checkCredentialText(value, name);
}

/** Absent and empty are the same: an empty `a=` is refused by servers and means nothing. */
export function authorizationIdOf(credentials: Credentials): string | undefined {
  const value = credentials.authorizationId;
  return value === undefined || value === "" ? undefined : checkCredentialText(value, "authorizationId");
}

/** No mechanism can carry a NUL (RFC 4616 section 2, RFC 5802 section 7); the text of the error names, never shows. */
export function checkCredentialText(value: string, name: string): string {
  if (typeof value !== "string") {
    throw new SaslError("ERR_SASL_CREDENTIALS_INVALID", `the ${name} is not a string`);
  }
  if (value.includes("\0")) {
    throw new SaslError("ERR_SASL_CREDENTIALS_INVALID", `the ${name} holds a NUL character`);
  }
  if (/\p{Surrogate}/u.test(value)) {
    throw new SaslError("ERR_SASL_CREDENTIALS_INVALID", `the ${name} is not well-formed Unicode`);
  }
  return value;
}
