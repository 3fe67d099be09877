import { expect, it } from "vitest";
import { a, FakeDns, type Zone } from "../../test/fake-dns.js";
import { discoverSubmission } from "./discover-submission.js";
import { orderServices } from "./srv-order.js";

const srv = (target: string, port: number, priority = 0, weight = 0): object => ({
  target,
  port,
  priority,
  weight,
});

const ROWS: [string, string, Zone, unknown][] = [
  [
    "implicit TLS goes first among equals",
    "ann@example.org",
    {
      "SRV _submission._tcp.example.org": [srv("mail.example.org", 587)],
      "SRV _submissions._tcp.example.org": [srv("mail.example.org", 465)],
    },
    ["mail.example.org:465 implicit", "mail.example.org:587 required"],
  ],
  [
    "priorities hold over both kinds",
    "example.org",
    {
      "SRV _submission._tcp.example.org": [srv("a.example.org", 587, 1)],
      "SRV _submissions._tcp.example.org": [srv("b.example.org", 465, 2)],
    },
    ["a.example.org:587 required", "b.example.org:465 implicit"],
  ],
  [
    "a host outside the domain needs the user's word",
    "ann@example.org",
    {
      "SRV _submissions._tcp.example.org": [
        srv("smtp.provider.test", 465),
        srv("smtp.evilexample.org", 465, 1),
      ],
    },
    ["smtp.provider.test:465 implicit ?", "smtp.evilexample.org:465 implicit ?"],
  ],
  [
    "not offered",
    "ann@example.org",
    { "SRV _submission._tcp.example.org": [srv("", 0)], "A smtp.example.org": [a("192.0.2.1")] },
    "ERR_DELIVERY_NO_SUBMISSION",
  ],
  [
    "usual names where nothing is published",
    "ann@bücher.example",
    { "A mail.xn--bcher-kva.example": [a("192.0.2.1")] },
    ["mail.xn--bcher-kva.example:465 implicit", "mail.xn--bcher-kva.example:587 required"],
  ],
  ["nothing at all", "ann@example.org", {}, "ERR_DELIVERY_NO_SUBMISSION"],
  ["DNS fails", "ann@example.org", { "SRV _submission._tcp.example.org": "servfail" }, "ERR_DELIVERY_DNS"],
  ["no address", "ann@@example.org", {}, "ERR_ADDRESS_DOMAIN"],
];
it.each(ROWS)("%s", async (_, address, zone, expected) => {
  const found = discoverSubmission(address, { resolver: new FakeDns(zone) }).then(
    (servers) =>
      servers.map(
        ({ host, port, tls, needsConfirmation }) => `${host}:${port} ${tls}${needsConfirmation ? " ?" : ""}`,
      ),
    (error) => error.code,
  );
  if (expected === "ERR_ADDRESS_DOMAIN") expect(await found).toMatch(/^ERR_ADDRESS_/);
  else expect(await found).toEqual(expected);
});

it("a table of providers counts where the domain publishes nothing, and before names are guessed", async () => {
  const provider = { host: "smtp.provider.test", port: 587, tls: "required" } as const;
  const providers = (domain: string) => (domain === "xn--bcher-kva.example" ? provider : undefined);
  const found = (zone: Zone) =>
    discoverSubmission("ann@bücher.example", { resolver: new FakeDns(zone), providers }).then(
      (servers) => servers.map(({ host, source }) => `${host} ${source}`),
      ({ code }) => code,
    );
  const named = { "A smtp.xn--bcher-kva.example": [a("192.0.2.1")] };
  expect(await found(named)).toEqual(["smtp.provider.test provider"]);
  const published = (target: string): Zone => ({
    "SRV _submissions._tcp.xn--bcher-kva.example": [srv(target, 465)],
  });
  expect(await found(published("mail.example"))).toEqual(["mail.example srv"]);
  expect(await found(published(""))).toBe("ERR_DELIVERY_NO_SUBMISSION");
});

it("DNSSEC vouches for a host outside the domain only where it is trusted", async () => {
  const zone = { "SRV _submissions._tcp.example.org": [srv("smtp.provider.test", 465)] };
  const resolver = new FakeDns(zone, { authenticated: true });
  for (const trustDnssec of [true, false]) {
    const [server] = await discoverSubmission("example.org", { resolver, trustDnssec });
    expect(server?.needsConfirmation).toBe(!trustDnssec);
  }
});

it("weights are shares", () => {
  const records = [
    { priority: 1, weight: 30, name: "a" },
    { priority: 1, weight: 10, name: "b" },
    { priority: 0, weight: 0, name: "first" },
  ];
  let wins = 0;
  for (let round = 0; round < 2000; round++) {
    const [first, second] = orderServices(records, Math.random);
    expect(first?.name).toBe("first");
    if (second?.name === "a") wins++;
  }
  expect(wins / 2000).toBeGreaterThan(0.65);
  expect(wins / 2000).toBeLessThan(0.85);
});
