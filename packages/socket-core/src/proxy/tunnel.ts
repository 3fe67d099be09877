import type { Duplex } from "node:stream";
import type { Begin, Guard } from "../connect-guard.js";
import { targetName } from "../options.js";
import { type HostAddress, type LookupFunction, resolveHost } from "../resolve-host.js";
import { beginHandshake } from "../tls/handshake.js";
import { tlsSettings } from "../tls/tls-settings.js";
import { httpConnect } from "./http-connect.js";
import type { CheckedProxy } from "./proxy-options.js";

/** From a connection to the proxy to a connection to the destination. */
export async function openTunnel(
  stream: Duplex,
  proxy: CheckedProxy,
  destination: { readonly host: string; readonly port: number; readonly lookup: LookupFunction | undefined },
  guard: Guard,
): Promise<Duplex> {
  const { port } = destination;
  const target = `${targetName(destination.host, port)} through ${proxy.type} proxy ${targetName(proxy.host, proxy.port)}`;
  guard.target = target;
  const host = await destinationHost(proxy, destination, guard, target);
  if (proxy.type === "http") return guard.step("proxy", httpConnect(stream, proxy, host, port, target));
  if (proxy.type === "https") {
    const secure = await guard.step("proxy", secured(stream, proxy));
    return guard.step("proxy", httpConnect(secure, proxy, host, port, target));
  }
  const { socksConnect } = await import("./socks-connect.js");
  return guard.step("proxy", socksConnect(stream, proxy, host, port, target));
}

async function destinationHost(
  proxy: CheckedProxy,
  { host, lookup }: { readonly host: string; readonly lookup: LookupFunction | undefined },
  guard: Guard,
  target: string,
): Promise<string> {
  const literal = /^[\d.]+$/.test(host) || host.includes(":");
  if (literal || proxy.remoteDns) return host;
  // SOCKS4 carries IPv4 alone; the others take whatever there is.
  const family = proxy.type.startsWith("socks4") ? 4 : 0;
  const addresses: HostAddress[] = await guard.step("resolve", resolveHost(host, family, lookup, target));
  return (addresses.find((entry) => entry.family === 4) ?? addresses[0]!).address;
}

function secured(stream: Duplex, proxy: CheckedProxy): Begin<Duplex> {
  return (resolve, reject) => {
    const settings = tlsSettings(proxy.tls ?? {}, proxy.host);
    const handshake = beginHandshake(stream, settings, "client", targetName(proxy.host, proxy.port));
    handshake.done.then(
      () => resolve(handshake.stream),
      (error: unknown) => {
        stream.destroy();
        reject(error);
      },
    );
    return () => {
      handshake.stream.destroy();
      stream.destroy();
    };
  };
}
