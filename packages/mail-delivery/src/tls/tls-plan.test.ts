import { describe, expect, it } from "vitest";
import { a, cname, FakeDns, mx, type Zone } from "../../test/fake-dns.js";
import { DeliveryError } from "../errors.js";
import { findRoute } from "../routing/find-route.js";
import { hostAddresses } from "../routing/host-addresses.js";
import { planTls } from "./tls-plan.js";

const record = (usage = 3) => ({ usage, selector: 1, matchingType: 1, data: new Uint8Array(32) });

/** `kind: names`, or the code of what is wrong. The plan is the one for the first exchanger. */
async function planned(zone: Zone, authenticated: boolean | string[] = true): Promise<string> {
  const resolver = new FakeDns(zone, { authenticated });
  try {
    const route = await findRoute("example.org", resolver);
    const host = route.exchangers[0]?.host ?? "";
    const plan = await planTls({
      route,
      host,
      port: 25,
      addresses: await hostAddresses(host, resolver, { family: 4 }),
      policy: undefined,
      policyMayDiffer: false,
      trustDnssec: true,
      requireTls: false,
      tlsOptional: async () => false,
      resolver,
      signal: undefined,
    });
    return [`${plan.kind}:`, ...plan.names].join(" ");
  } catch (error) {
    if (!DeliveryError.is(error)) throw error;
    return error.code;
  }
}

const DIRECT: Zone = { "MX example.org": [mx("mx.test")], "A mx.test": [a("192.0.2.1")] };
const ALIASED: Zone = {
  "MX example.org": [mx("mx.test")],
  "CNAME mx.test": cname("real.test"),
  "A real.test": [a("192.0.2.1")],
};
const at = (...names: string[]): Zone =>
  Object.fromEntries(names.map((name) => [`TLSA _25._tcp.${name}`, [record()]]));

describe("where TLSA records count, and the names that a certificate may have (SNI first)", () => {
  it.each<[string, Zone, boolean | string[], string]>([
    ["at the exchanger", { ...DIRECT, ...at("mx.test") }, true, "dane: mx.test example.org"],
    ["nowhere", DIRECT, true, "opportunistic:"],
    ["at the end of its alias", { ...ALIASED, ...at("real.test") }, true, "dane: real.test example.org"],
    [
      "at the end rather than at the beginning",
      { ...ALIASED, ...at("real.test", "mx.test") },
      true,
      "dane: real.test example.org",
    ],
    [
      "at the beginning when there are none at the end",
      { ...ALIASED, ...at("mx.test") },
      true,
      "dane: mx.test example.org",
    ],
    [
      "at the beginning when the alias is signed and leads to an unsigned zone",
      { ...ALIASED, ...at("mx.test", "real.test") },
      ["MX example.org", "CNAME mx.test", "TLSA _25._tcp.mx.test", "TLSA _25._tcp.real.test"],
      "dane: mx.test example.org",
    ],
    [
      "nowhere when the alias is not signed",
      { ...ALIASED, ...at("mx.test", "real.test") },
      ["MX example.org", "A real.test", "TLSA _25._tcp.mx.test", "TLSA _25._tcp.real.test"],
      "opportunistic:",
    ],
    [
      "TLSA behind an alias of its own",
      {
        ...DIRECT,
        "CNAME _25._tcp.mx.test": cname("_dane.example.net"),
        "TLSA _dane.example.net": [record()],
      },
      true,
      "dane: mx.test example.org",
    ],
    [
      "the domain itself is an alias",
      {
        "CNAME example.org": cname("example.net"),
        "MX example.net": [mx("mx.test")],
        "A mx.test": [a("192.0.2.1")],
        ...at("mx.test"),
      },
      true,
      "dane: mx.test example.org example.net",
    ],
    [
      "no MX, and the domain is an alias of a host",
      {
        "CNAME example.org": cname("real.test"),
        "A real.test": [a("192.0.2.1")],
        ...at("real.test"),
      },
      true,
      "dane: real.test example.org",
    ],
    [
      "no MX, and only the domain's own name has records",
      {
        "CNAME example.org": cname("real.test"),
        "A real.test": [a("192.0.2.1")],
        ...at("example.org"),
      },
      true,
      "dane: example.org",
    ],
    [
      "the lookup at the end of the alias fails: no leave to go back to the beginning",
      { ...ALIASED, ...at("mx.test"), "TLSA _25._tcp.real.test": "servfail" },
      true,
      "ERR_DELIVERY_DANE_LOOKUP",
    ],
    [
      "a signed alias into an unsigned zone, and no records",
      ALIASED,
      ["MX example.org", "CNAME mx.test"],
      "opportunistic:",
    ],
    [
      "records that SMTP cannot use",
      { ...DIRECT, "TLSA _25._tcp.mx.test": [record(1)] },
      true,
      "dane-unusable: mx.test",
    ],
    [
      "records that SMTP cannot use, at the end of an alias",
      { ...ALIASED, "TLSA _25._tcp.real.test": [record(0)] },
      true,
      "dane-unusable: real.test",
    ],
  ])("%s", async (_, zone, authenticated, expected) => {
    expect(await planned(zone, authenticated)).toBe(expected);
  });
});
