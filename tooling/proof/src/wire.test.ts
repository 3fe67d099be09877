import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Accident, Wire } from "./wire.js";

/** What arrives at each end when both sides say six octets. */
async function arriving(accident?: Accident): Promise<{ server: string; client: string }> {
  const wire = new Wire(accident);
  const arrived = { server: "", client: "" };
  for (const side of ["server", "client"] as const) {
    wire[side].on("data", (octets: Buffer) => {
      arrived[side] += octets.toString("latin1");
    });
    wire[side].on("end", () => {
      arrived[side] += "|";
    });
    wire[side].on("error", () => {
      arrived[side] += "!";
    });
  }
  wire.client.write("abc");
  wire.server.write("uvw");
  for (let i = 0; i < 4; i++) await turn();
  if (!wire.client.destroyed) wire.client.write("def");
  if (!wire.server.destroyed) wire.server.write("xyz");
  for (let i = 0; i < 6; i++) await turn();
  return arrived;
}

describe("a wire", () => {
  it.each([
    { name: "nothing", accident: undefined, server: "abcdef", client: "uvwxyz" },
    {
      name: "cut",
      accident: { side: "client", afterBytes: 4, action: "cut" },
      server: "abcd|",
      client: "uvwxyz",
    },
    {
      name: "cut",
      accident: { side: "server", afterBytes: 0, action: "cut" },
      server: "abcdef",
      client: "|",
    },
    {
      name: "stall",
      accident: { side: "client", afterBytes: 4, action: "stall" },
      server: "abcd",
      client: "uvwxyz",
    },
    {
      name: "reset",
      accident: { side: "client", afterBytes: 2, action: "reset" },
      server: "ab!",
      client: "uvw!",
    },
    {
      name: "invert",
      accident: { side: "client", afterBytes: 2, action: "invert" },
      server: "ab\x9cdef",
      client: "uvwxyz",
    },
    {
      name: "flip",
      accident: { side: "server", afterBytes: 4, action: "flip" },
      server: "abcdef",
      client: "uvwxxz",
    },
  ] as const)(
    "$name behind $accident.afterBytes octets of the $accident.side",
    async ({ accident, ...arrived }) => {
      expect(await arriving(accident)).toEqual({ server: arrived.server, client: arrived.client });
    },
  );
});
