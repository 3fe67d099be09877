import { networkInterfaces } from "node:os";
import { RuntimeException } from "../errors.js";
import { guardSpelling } from "./spelling.js";

/** An address of this machine. */
export class NetworkInterface {
  static {
    guardSpelling(NetworkInterface);
  }

  readonly #facts: { name: string; address: string; mac: string; mask: string };

  constructor(name = "", address = "", mac = "", mask = "") {
    this.#facts = { name, address, mac, mask };
  }

  /** IPv4 or IPv6. */
  get IPAddress(): string {
    return this.#facts.address;
  }

  /** Six pairs of hexadecimal digits with colons. */
  get MACAddress(): string {
    return this.#facts.mac;
  }

  /** In the form of an address. */
  get SubnetMask(): string {
    return this.#facts.mask;
  }

  /** As the system calls it: eth0. */
  get Name(): string {
    return this.#facts.name;
  }

  /** The interface that reaches this machine alone. */
  Loopback(): NetworkInterface {
    return NetworkInterface.Loopback();
  }

  /** The interface that reaches this machine alone. */
  static Loopback(): NetworkInterface {
    return new NetworkInterface("lo", "127.0.0.1", "", "255.0.0.0");
  }
}

/** Addresses of the machine in the system's order, those that reach other machines first. */
function all(): NetworkInterface[] {
  const rows = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map((one) => ({ name, ...one })),
  );
  rows.sort((a, b) => Number(a.internal) - Number(b.internal));
  return rows.map(({ name, address, mac, netmask }) => new NetworkInterface(name, address, mac, netmask));
}

function at(index: number): NetworkInterface {
  const found = all()[index];
  if (found === undefined)
    throw new RuntimeException(`there is no network interface ${index}`, { code: "ERR_XOJO_BOUNDS" });
  return found;
}

/** The part of Xojo's System module that sockets need. */
export const System: {
  /** The address with this index, from 0. @throws RuntimeException ERR_XOJO_BOUNDS */
  readonly NetworkInterface: (index: number) => NetworkInterface;
  /** The same, as the manual's text calls it. */
  readonly GetNetworkInterface: (index: number) => NetworkInterface;
  /** How many addresses the machine has. */
  readonly NetworkInterfaceCount: () => number;
} = Object.freeze({
  NetworkInterface: at,
  GetNetworkInterface: at,
  NetworkInterfaceCount: () => all().length,
});
