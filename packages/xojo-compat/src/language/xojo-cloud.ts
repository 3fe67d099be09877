import { guardSpelling } from "./spelling.js";

/** Which way a port is opened. */
const Direction = Object.freeze({ Incoming: 0, Outgoing: 1 });

/** Opens nothing: no firewall of a vendor's cloud is in the way here. Open succeeds at once. */
export class FirewallPort {
  /** Incoming or Outgoing. */
  static readonly Direction = Direction;
  static {
    guardSpelling(FirewallPort);
  }

  /** Kept, and not opened. */
  readonly port: number;
  /** One of Direction. */
  readonly direction: number;
  #open = false;

  constructor(port = 0, direction: number = Direction.Outgoing) {
    this.port = port;
    this.direction = direction;
  }

  /** True between Open and Close. */
  get IsOpen(): boolean {
    return this.#open;
  }

  /** As one of Xojo's own samples spells it. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Succeeds at once. */
  Open(): void {
    this.#open = true;
  }

  /** The end of Open. */
  Close(): void {
    this.#open = false;
  }
}

/** Stand-ins for the vendor's cloud, so that ported lines run. */
export const XojoCloud = Object.freeze({ FirewallPort });
