import { SendError } from "../outcome/send-error.js";
import type { ConnectionOptions, TlsPolicy } from "./connection-options.js";

const SCHEMES: Readonly<Record<string, Pick<ConnectionOptions, "protocol" | "tls">>> = {
  "smtp:": {},
  "smtps:": { tls: "implicit" },
  "lmtp:": { protocol: "lmtp" },
};

/**
 * Reads `smtp://user:password@host:port?tls=required&auth=PLAIN&name=client.example`; `smtps:` is implicit TLS, `lmtp:` LMTP.
 * User and password are percent-encoded. The error never repeats the URL, which may hold a password.
 * @throws SendError ERR_CLIENT_URL, ERR_CLIENT_UNKNOWN_OPTION
 */
export function parseConnectionUrl(given: string | URL): ConnectionOptions {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw urlError("it is not a URL");
  }
  const scheme = Object.hasOwn(SCHEMES, url.protocol) ? SCHEMES[url.protocol] : undefined;
  if (scheme === undefined) throw urlError("the scheme must be smtp:, smtps: or lmtp:");
  if (url.hostname === "") throw urlError("the host is missing");
  if ((url.pathname !== "" && url.pathname !== "/") || url.hash !== "")
    throw urlError("a path or fragment has no meaning");
  const query = readQuery(url);
  const username = decode(url.username, "user");
  const password = decode(url.password, "password");
  const mechanisms = query.auth === undefined ? undefined : query.auth.split(",");
  if (username === "" && (password !== "" || mechanisms !== undefined)) throw urlError("a user is missing");
  if (scheme.tls !== undefined && query.tls !== undefined && query.tls !== scheme.tls) {
    throw urlError("smtps: and another tls= contradict each other");
  }
  return {
    ...scheme,
    // Other schemes than http: keep percent-encoding in host names; brackets of IPv6 are not part of the address.
    host: decode(url.hostname, "host").replace(/^\[(.*)\]$/, "$1"),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    ...(query.tls === undefined ? {} : { tls: query.tls as TlsPolicy }),
    ...(query.name === undefined ? {} : { clientName: query.name }),
    ...(username === "" ? {} : { auth: { username, password, mechanisms } }),
  };
}

function readQuery(url: URL): Partial<Record<"tls" | "auth" | "name", string>> {
  const query: Partial<Record<"tls" | "auth" | "name", string>> = {};
  for (const [name, value] of url.searchParams) {
    if (name !== "tls" && name !== "auth" && name !== "name") {
      // Its name is not repeated: behind a "?" that was not encoded it is a piece of a password.
      throw new SendError(
        "ERR_CLIENT_UNKNOWN_OPTION",
        "the connection URL has a parameter other than tls, auth and name",
        { phase: "compose" },
      );
    }
    if (query[name] !== undefined) throw urlError(`the parameter "${name}" stands twice`);
    query[name] = value;
  }
  return query;
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw urlError(`the percent-encoding of the ${what} is broken`);
  }
}

function urlError(why: string): SendError {
  return new SendError("ERR_CLIENT_URL", `the connection URL cannot be read: ${why}`, { phase: "compose" });
}
