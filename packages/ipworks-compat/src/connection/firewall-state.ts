import type { ProxyOptions, ProxyType } from "@wirepost/socket-core";
import { Registry } from "../registry.js";

const TYPES: Readonly<Record<number, { readonly type: ProxyType; readonly port: number }>> = {
  1: { type: "http", port: 80 },
  2: { type: "socks4", port: 1080 },
  3: { type: "socks5", port: 1080 },
  10: { type: "socks4a", port: 1080 },
};

export const FIREWALL_TYPES: readonly number[] = [0, 1, 2, 3, 10];

/** The proxy that connections go through. */
export class FirewallState {
  autoDetect = false;
  host = "";
  user = "";
  password = "";
  port = 0;
  #type = 0;

  get firewallType(): number {
    return this.#type;
  }

  /** Sets the port too. */
  set firewallType(type: number) {
    this.#type = type;
    const known = TYPES[type];
    if (known !== undefined) this.port = known.port;
  }

  /** @param unresolved the name is left to the proxy (SOCKS) */
  async proxy(
    server: string,
    port: number,
    exceptions: readonly string[],
    unresolved: boolean,
  ): Promise<ProxyOptions | undefined> {
    const known = TYPES[this.#type];
    if (known !== undefined && this.host !== "") {
      return {
        type: known.type,
        host: this.host,
        port: this.port,
        ...(this.user === "" ? {} : { username: this.user, password: this.password }),
        ...(known.type === "socks5" ? { remoteDns: unresolved } : {}),
        exceptions,
      };
    }
    if (!this.autoDetect) return undefined;
    const { detectProxy } = await import("@wirepost/socket-core/proxy");
    const found = detectProxy(server, port);
    return found === undefined
      ? undefined
      : { ...found, exceptions: [...(found.exceptions ?? []), ...exceptions] };
  }
}

export const firewallStates: Registry<FirewallState> = new Registry("Firewall");
