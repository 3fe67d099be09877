// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { choice, integer, text, truth } from "../../coerce.js";
import { FirewallState, firewallStates } from "../../connection/firewall-state.js";

/** The proxy that connections go through. */
export class Firewall {
  /** FirewallTypes: no firewall. */
  static readonly fwNone = 0;
  /** FirewallTypes: HTTP CONNECT; Port becomes 80. */
  static readonly fwTunnel = 1;
  /** FirewallTypes: SOCKS 4; Port becomes 1080. */
  static readonly fwSOCKS4 = 2;
  /** FirewallTypes: SOCKS 5; Port becomes 1080. */
  static readonly fwSOCKS5 = 3;
  /** FirewallTypes: SOCKS 4A; Port becomes 1080. */
  static readonly fwSOCKS4A = 10;

  constructor() {
    firewallStates.attach(this, new FirewallState());
  }

  /** Takes the proxy from the environment: `ALL_PROXY`, `HTTPS_PROXY`, `NO_PROXY`. Default false. */
  isAutoDetect(): boolean {
    return firewallStates.of(this).autoDetect;
  }
  /** Sets what isAutoDetect() gives. */
  setAutoDetect(autoDetect: boolean): void {
    firewallStates.of(this).autoDetect = truth("AutoDetect", autoDetect);
  }

  /** The kind of proxy. Setting it sets Port to 80 or 1080. Default fwNone. */
  getFirewallType(): number {
    return firewallStates.of(this).firewallType;
  }
  /** Sets what getFirewallType() gives. */
  setFirewallType(firewallType: number): void {
    firewallStates.of(this).firewallType = choice("FirewallType", firewallType, [0, 1, 2, 3, 10]);
  }

  /** The proxy's name or address. */
  getHost(): string {
    return firewallStates.of(this).host;
  }
  /** Sets what getHost() gives. */
  setHost(host: string): void {
    firewallStates.of(this).host = text("Host", host);
  }

  /** The password for the proxy. */
  getPassword(): string {
    return firewallStates.of(this).password;
  }
  /** Sets what getPassword() gives. */
  setPassword(password: string): void {
    firewallStates.of(this).password = text("Password", password);
  }

  /** The proxy's port. */
  getPort(): number {
    return firewallStates.of(this).port;
  }
  /** Sets what getPort() gives. */
  setPort(port: number): void {
    firewallStates.of(this).port = integer("Port", port);
  }

  /** The name for the proxy. */
  getUser(): string {
    return firewallStates.of(this).user;
  }
  /** Sets what getUser() gives. */
  setUser(user: string): void {
    firewallStates.of(this).user = text("User", user);
  }
}
