import { guardSpelling } from "./spelling.js";

/** Which way a port is opened. */
const Direction = Object.freeze({ Incoming: 0, Outgoing: 1 });

/** Opens nothing: no firewall of a vendor's cloud is in the way here. Open succeeds at once. */
class FirewallPort {
  static readonly Direction = Direction;
  static {
    guardSpelling(FirewallPort);
  }

  readonly port: number;
  readonly direction: number;
  #open = false;

  constructor(port = 0, direction: number = Direction.Outgoing) {
    this.port = port;
    this.direction = direction;
  }

  get IsOpen(): boolean {
    return this.#open;
  }

  /** As one of Xojo's own samples spells it. */
  get isOpen(): boolean {
    return this.#open;
  }

  Open(): void {
    this.#open = true;
  }

  Close(): void {
    this.#open = false;
  }
}

/** Stand-ins for the vendor's cloud, so that ported lines run. */
export const XojoCloud = Object.freeze({ FirewallPort });
