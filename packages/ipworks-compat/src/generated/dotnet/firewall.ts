// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { choice, integer, text, truth } from "../../coerce.js";
import { FirewallState, firewallStates } from "../../connection/firewall-state.js";
import type { FirewallTypes } from "./enums.js";

/** The proxy that connections go through. */
export class Firewall {
  constructor() {
    firewallStates.attach(this, new FirewallState());
  }

  /** Takes the proxy from the environment: `ALL_PROXY`, `HTTPS_PROXY`, `NO_PROXY`. Default false. */
  get AutoDetect(): boolean {
    return firewallStates.of(this).autoDetect;
  }
  set AutoDetect(value: boolean) {
    firewallStates.of(this).autoDetect = truth("AutoDetect", value);
  }

  /** The kind of proxy. Setting it sets Port to 80 or 1080. Default fwNone. */
  get FirewallType(): FirewallTypes {
    return firewallStates.of(this).firewallType as FirewallTypes;
  }
  set FirewallType(value: FirewallTypes) {
    firewallStates.of(this).firewallType = choice("FirewallType", value, [0, 1, 2, 3, 10]);
  }

  /** The proxy's name or address. */
  get Host(): string {
    return firewallStates.of(this).host;
  }
  set Host(value: string) {
    firewallStates.of(this).host = text("Host", value);
  }

  /** The password for the proxy. */
  get Password(): string {
    return firewallStates.of(this).password;
  }
  set Password(value: string) {
    firewallStates.of(this).password = text("Password", value);
  }

  /** The proxy's port. */
  get Port(): number {
    return firewallStates.of(this).port;
  }
  set Port(value: number) {
    firewallStates.of(this).port = integer("Port", value);
  }

  /** The name for the proxy. */
  get User(): string {
    return firewallStates.of(this).user;
  }
  set User(value: string) {
    firewallStates.of(this).user = text("User", value);
  }
}
