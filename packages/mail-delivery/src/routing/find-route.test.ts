import { expect, it } from "vitest";
import { a, FakeDns, mx, type Zone } from "../../test/fake-dns.js";
import { DeliveryError } from "../errors.js";
import { orderExchangers } from "./exchanger-order.js";
import { findRoute, type Route } from "./find-route.js";
import { hostAddresses } from "./host-addresses.js";

async function found(domain: string, zone: Zone, ownNames: string[] = []): Promise<unknown> {
  try {
    const route: Route = await findRoute(domain, new FakeDns(zone), {
      ownNames: new Set(ownNames),
      random: () => 0.999,
    });
    return [route.source, ...route.exchangers.map(({ host }) => host)];
  } catch (error) {
    if (!DeliveryError.is(error)) throw error;
    return [error.code, error.retryable];
  }
}

it.each<[string, string, Zone, unknown]>([
  [
    "the lowest preference goes first",
    "example.org",
    { "MX example.org": [mx("b.test", 20), mx("a.test", 10)] },
    ["mx", "a.test", "b.test"],
  ],
  [
    "no MX but the name exists",
    "example.org",
    { "A example.org": [a("192.0.2.1")] },
    ["implicit", "example.org"],
  ],
  ["NXDOMAIN", "example.org", {}, ["ERR_DELIVERY_NO_SUCH_DOMAIN", false]],
  ["SERVFAIL is temporary", "example.org", { "MX example.org": "servfail" }, ["ERR_DELIVERY_DNS", true]],
  [
    "SERVFAIL is no leave to use the address",
    "example.org",
    { "MX example.org": "servfail", "A example.org": [a("192.0.2.1")] },
    ["ERR_DELIVERY_DNS", true],
  ],
  ["null MX", "example.org", { "MX example.org": [mx("", 0)] }, ["ERR_DELIVERY_NULL_MX", false]],
  [
    "null MX although it has an address",
    "example.org",
    { "MX example.org": [mx("", 0)], "A example.org": [a("192.0.2.1")] },
    ["ERR_DELIVERY_NULL_MX", false],
  ],
  [
    "null MX beside a host says nothing",
    "example.org",
    { "MX example.org": [mx("", 0), mx("a.test", 10)] },
    ["mx", "a.test"],
  ],
  [
    "addresses are no hosts",
    "example.org",
    { "MX example.org": [mx("192.0.2.7", 0)], "A example.org": [a("192.0.2.1")] },
    ["ERR_DELIVERY_NO_EXCHANGER", false],
  ],
  [
    "an internationalised domain is asked for in A-labels",
    "bücher.example",
    { "MX xn--bcher-kva.example": [mx("mx.xn--bcher-kva.example")] },
    ["mx", "mx.xn--bcher-kva.example"],
  ],
  ["case does not matter", "EXAMPLE.org", { "MX example.org": [mx("A.Test.")] }, ["mx", "a.test"]],
  ["an IPv4 literal", "[192.0.2.1]", {}, ["literal", "192.0.2.1"]],
  ["an IPv6 literal", "[IPv6:2001:db8::1]", {}, ["literal", "2001:db8::1"]],
  ["another literal", "[x:y]", {}, ["ERR_DELIVERY_NO_EXCHANGER", false]],
])("%s", async (_, domain, zone, expected) => {
  expect(await found(domain, zone)).toEqual(expected);
});

it.each<[string, string[], unknown]>([
  ["we are the best", ["a.test"], ["ERR_DELIVERY_LOOP", false]],
  ["we are in the middle: equals and worse ones are left out", ["c.test"], ["mx", "a.test"]],
  ["we are the worst", ["d.test"], ["mx", "a.test", "b.test", "c.test"]],
])("loops: %s", async (_, own, expected) => {
  const zone = { "MX example.org": [mx("a.test", 1), mx("b.test", 5), mx("c.test", 5), mx("d.test", 9)] };
  expect(await found("example.org", zone, own)).toEqual(expected);
  const ourselves = { "A example.org": [a("192.0.2.1")] };
  expect(await found("example.org", ourselves, ["example.org"])).toEqual(["ERR_DELIVERY_LOOP", false]);
});

it("shares the load among equals", () => {
  const records = ["a", "b", "c"].map((exchange) => ({ exchange, preference: 5, ttlSeconds: 1 }));
  const firsts = new Map<string, number>();
  for (let round = 0; round < 3000; round++) {
    const first = orderExchangers(records, Math.random)[0]?.host ?? "";
    firsts.set(first, (firsts.get(first) ?? 0) + 1);
  }
  for (const host of ["a", "b", "c"]) expect(firsts.get(host)).toBeGreaterThan(700);
});

const ADDRESSES: Zone = {
  "A both.test": [a("192.0.2.1"), a("192.0.2.2")],
  "AAAA both.test": [a("2001:db8::1")],
  "A four.test": [a("192.0.2.4")],
  "AAAA four.test": "servfail",
  "AAAA doubt.test": "servfail",
};
it.each<[string, object, unknown]>([
  ["both.test", {}, ["2001:db8::1", "192.0.2.1", "192.0.2.2"]],
  ["both.test", { preferFamily: 4 }, ["192.0.2.1", "2001:db8::1", "192.0.2.2"]],
  ["both.test", { family: 4 }, ["192.0.2.1", "192.0.2.2"]],
  ["four.test", {}, ["192.0.2.4"]],
  ["doubt.test", {}, "ERR_DELIVERY_DNS"],
  ["none.test", {}, "ERR_DELIVERY_NO_EXCHANGER"],
  ["192.0.2.9", {}, ["192.0.2.9"]],
])("addresses of %s with %j", async (host, options, expected) => {
  const addresses = hostAddresses(host, new FakeDns(ADDRESSES), options).then(
    (answer) => answer.addresses,
    (error) => error.code,
  );
  expect(await addresses).toEqual(expected);
});
