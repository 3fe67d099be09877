// Properties and settings as the options of one connection.
import { helloDomain } from "@wirepost/mail-address";
import type { ConnectOptions } from "@wirepost/socket-core";
import { certificateStates } from "./certificate/certificate-state.js";
import type { Dialing } from "./connection/dialing.js";
import { firewallStates } from "./connection/firewall-state.js";
import { loginOptions } from "./connection/login.js";
import { tlsChoice } from "./connection/tls-choice.js";
import type { Fail } from "./failure.js";
import type { Mailer } from "./mailer.js";
import type { Settings } from "./settings.js";

const KEEP_ALIVE_MS = 7_200_000;

/** @throws 118, 270 to 273, 10022 */
export async function makeDialing(mailer: Mailer): Promise<Dialing> {
  const { settings, fail, setup } = mailer;
  const { start } = setup;
  const unresolved = setup.serverName.startsWith("*");
  const host = unresolved ? setup.serverName.slice(1) : setup.serverName;
  const port = setup.mailPort;
  const exceptions = settings
    .text("ProxyExceptionsList")
    .split(";")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const proxy = await firewallStates.of(setup.firewall).proxy(host, port, exceptions, unresolved);
  const client = certificateStates.of(setup.sslCert);
  await certificateStates.of(setup.sslAcceptServerCert).ready();
  const tls = start === "none" ? {} : await tlsChoice(settings, client, mailer.link.sessions, fail);
  const own = settings.number("ConnectionTimeout");
  const connectTimeoutMs = own > 0 ? own * 1000 : Math.max(0, setup.timeout) * 1000;
  const connect: ConnectOptions = {
    host,
    port,
    ...family(host, settings.number("UseIPv6")),
    connectTimeoutMs,
    idleTimeoutMs: mailer.silenceMs,
    maxBytesPerSecond: Math.max(0, settings.number("MaxTransferRate")),
    noDelay: !settings.chosen("TcpNoDelay") || settings.truth("TcpNoDelay"),
    ...(setup.localHostWish === "" ? {} : { localAddress: setup.localHostWish }),
    ...(settings.number("LocalPort") === 0 ? {} : { localPort: settings.number("LocalPort") }),
    ...(proxy === undefined ? {} : { proxy }),
  };
  return {
    host,
    port,
    connect,
    proxyName: proxy === undefined ? "" : `${proxy.host}:${proxy.port ?? ""}`,
    keepAliveMs: settings.truth("TCPKeepAlive")
      ? settings.number("KeepAliveTime") || KEEP_ALIVE_MS
      : undefined,
    start,
    tls,
    extensions: setup.allowExtensions,
    hello: helloOf(settings, fail),
    maxLineBytes: settings.number("MaxLineLength"),
    cipherBits: settings.number("SSLCipherStrength"),
    wholeChain: settings.truth("SSLIncludeCertChain"),
    timeoutMs: mailer.silenceMs,
    auth: () =>
      loginOptions(
        {
          mechanism: setup.authMechanism,
          user: setup.user,
          password: setup.password,
          authorizationIdentity: settings.text("AuthorizationIdentity"),
          ntlmVersion: settings.truth("UseNTLMv2") ? 2 : 1,
        },
        fail,
      ),
    // Behind a proxy the address is the proxy's, and the server's is not known here.
    onAddress: (address) => {
      if (proxy === undefined) setup.noteAddress(address);
    },
  };
}

/** What was set is said. Unset, the core says the host's name, or an address where that is no domain. @throws 10022 */
function helloOf(settings: Settings, fail: Fail): string {
  if (!settings.chosen("Hello")) return "";
  const name = settings.text("Hello");
  try {
    helloDomain(name);
    return name;
  } catch (error) {
    throw fail(10022, "[10022] the setting Hello takes a domain or an address literal", error);
  }
}

/** 0: IPv4 alone, 1: IPv6 alone, 2: IPv6 first. An address is what it is. */
function family(host: string, wish: number): Pick<ConnectOptions, "family" | "preferFamily"> {
  if (host.includes(":") || /^\d+(?:\.\d+){3}$/.test(host)) return { family: 0 };
  if (wish === 1) return { family: 6 };
  return wish === 2 ? { family: 0, preferFamily: 6 } : { family: 4 };
}
