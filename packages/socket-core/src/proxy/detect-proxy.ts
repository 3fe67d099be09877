import { isException } from "./exceptions.js";
import { type ProxyOptions, parseProxyUrl } from "./proxy-options.js";

/**
 * The proxy that the environment names for a destination: `HTTPS_PROXY`, else `ALL_PROXY`, unless `NO_PROXY` covers the
 * destination. Lower-case names go first, as they do elsewhere. Undefined: connect directly.
 *
 * @throws SocketError ERR_SOCKET_BAD_OPTION for a URL that cannot be read: going round a proxy that somebody meant would
 *   be worse than stopping
 */
export function detectProxy(
  host: string,
  port: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProxyOptions | undefined {
  const read = (name: string): string => environment[name.toLowerCase()] || environment[name] || "";
  const url = read("HTTPS_PROXY") || read("ALL_PROXY");
  if (url === "") return undefined;
  const exceptions = read("NO_PROXY")
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  if (isException(exceptions, host, port)) return undefined;
  return parseProxyUrl(url);
}
