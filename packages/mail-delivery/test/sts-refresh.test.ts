import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createTestAuthority } from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type KeptPolicy, type PolicyStore, StsPolicies, type StsPolicy } from "../src/index.js";
import { a, FakeDns, txt, type Zone } from "./fake-dns.js";
import { Internet, LETTER } from "./internet.js";

const DAY_MS = 86_400_000;
const BEGIN = Date.UTC(2026, 0, 1);
const authority = await createTestAuthority();
const web = await authority.issue({ hosts: ["mta-sts.example.org"] });

let website: Server;
let fetches = 0;
let mx: string;
let status: number;
beforeAll(async () => {
  website = createServer({ key: web.key, cert: web.certificate }, (_request, response) => {
    fetches++;
    if (status === 0) return; // no answer at all
    response.writeHead(status, { "Content-Type": "text/plain" });
    response.end(`version: STSv1\nmode: enforce\nmx: ${mx}\nmax_age: 864000\n`);
  });
  await new Promise<void>((resolve) => website.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  website.close();
  website.closeAllConnections();
});

let now: number;
let zone: Zone;
let store: Map<string, KeptPolicy>;
beforeEach(() => {
  [fetches, mx, status, now] = [0, "new.example.org", 200, BEGIN];
  zone = { "A mta-sts.example.org": [a("127.0.0.1")], "TXT _mta-sts.example.org": [txt("v=STSv1; id=one")] };
  store = new Map();
});

function keep(mode: StsPolicy["mode"] = "enforce", days = 10): void {
  const policy = { mode, mx: ["old.example.org"], maxAgeSeconds: days * 86_400, lines: [] };
  store.set("example.org", { id: "one", policy, fetchedAtMs: BEGIN });
}

function policies(options: { retryAfterMs?: number; store?: PolicyStore } = {}): StsPolicies {
  const { port } = website.address() as AddressInfo;
  return new StsPolicies(new FakeDns(zone), {
    port,
    tls: { ca: authority.certificate },
    store,
    now: () => now,
    ...options,
  });
}

const names = async (one: StsPolicies) => (await one.find("example.org")).policy?.mx;

describe("a kept policy is fetched again in the background", () => {
  it.each<[string, number, number, boolean]>([
    ["not on its first day", 10, DAY_MS - 1, false],
    ["after a day", 10, DAY_MS, true],
    ["not in the first half of a short life", 1, DAY_MS / 2 - 1, false],
    ["after half of a short life", 1, DAY_MS / 2, true],
  ])("%s", async (_, days, ageMs, again) => {
    keep("enforce", days);
    now += ageMs;
    const one = policies();
    // Nobody waits for it: the kept one counts.
    expect(await one.find("example.org")).toMatchObject({
      policy: { mx: ["old.example.org"] },
      failure: undefined,
    });
    if (again) {
      await vi.waitFor(() => expect(store.get("example.org")?.fetchedAtMs).toBe(now));
      expect(store.get("example.org")).toMatchObject({ id: "one", policy: { mx: ["new.example.org"] } });
    }
    await one.find("example.org");
    await one.close();
    expect(fetches).toBe(again ? 1 : 0);
  });

  it.each<[string, Zone[string]]>([
    ["gone", "no-data"],
    ["out of reach", "servfail"],
  ])("while its record is %s too (RFC 8461 section 10.2)", async (_, record) => {
    keep();
    now += DAY_MS;
    zone["TXT _mta-sts.example.org"] = record;
    const one = policies();
    expect(await names(one)).toEqual(["old.example.org"]);
    await vi.waitFor(async () => expect(await names(one)).toEqual(["new.example.org"]));
    await one.close();
  });

  it("once for all who ask meanwhile", async () => {
    keep();
    now += DAY_MS;
    const one = policies();
    await Promise.all(Array.from({ length: 20 }, () => one.find("example.org")));
    await vi.waitFor(async () => expect(await names(one)).toEqual(["new.example.org"]));
    await one.close();
    expect(fetches).toBe(1);
  });
});

describe("a refresh that fails", () => {
  it("leaves the kept policy in force until its life ends, is told, and is tried again after a while", async () => {
    keep();
    status = 503;
    now += DAY_MS;
    const one = policies();
    expect(await one.find("example.org")).toMatchObject({ failure: undefined });
    const told = { policy: { mx: ["old.example.org"] }, failure: { code: "ERR_DELIVERY_STS_FETCH" } };
    await vi.waitFor(async () => expect(await one.find("example.org")).toMatchObject(told));
    expect(fetches).toBe(1);
    expect(store.get("example.org")?.fetchedAtMs).toBe(BEGIN);
    now += 300_000;
    expect(await one.find("example.org")).toMatchObject(told);
    await vi.waitFor(() => expect(fetches).toBe(2));
    now = BEGIN + 10 * DAY_MS - 1;
    expect(await names(one)).toEqual(["old.example.org"]);
    now++;
    expect(await names(one)).toBeUndefined();
    await one.close();
  });

  it("is forgotten when one succeeds", async () => {
    keep();
    status = 503;
    now += DAY_MS;
    const one = policies({ retryAfterMs: 0 });
    await vi.waitFor(async () => expect((await one.find("example.org")).failure).toBeDefined());
    status = 200;
    await vi.waitFor(async () => expect(await names(one)).toEqual(["new.example.org"]));
    now += DAY_MS;
    expect((await one.find("example.org")).failure).toBeUndefined();
    await one.close();
  });

  it("is not told of a policy of mode none, whose server may go (RFC 8461 section 8.3)", async () => {
    keep("none");
    status = 404;
    now += DAY_MS;
    const one = policies();
    await one.find("example.org");
    await vi.waitFor(() => expect(fetches).toBe(1));
    await one.close();
    const { policy, failure } = await one.find("example.org");
    expect([policy?.mode, failure]).toEqual(["none", undefined]);
  });
});

it("close() gives up a refresh that nobody waits for, and none begins afterwards", async () => {
  keep();
  status = 0;
  now += DAY_MS;
  const one = policies();
  await one.find("example.org");
  await vi.waitFor(() => expect(fetches).toBe(1));
  await one.close();
  expect(await one.find("example.org")).toMatchObject({ policy: { mx: ["old.example.org"] } });
  await one[Symbol.asyncDispose]();
  expect(fetches).toBe(1);
});

it.each(["close", "destroy"] as const)("%s() of the delivery gives it up too", async (end) => {
  const net = new Internet();
  net.domain("example.org", "mx.example.org");
  await net.server("mx.example.org", "127.0.0.2");
  Object.assign(net.zone, zone);
  keep("none");
  status = 0;
  now += DAY_MS;
  const { port } = website.address() as AddressInfo;
  const sts = { port, tls: { ca: authority.certificate }, store };
  const delivery = net.delivery({ now: () => now, sts });
  await delivery.send({ ...LETTER, to: "bob@example.org" });
  await vi.waitFor(() => expect(fetches).toBe(1));
  await delivery[end]();
  const connections = () =>
    new Promise((resolve) => website.getConnections((_error, count) => resolve(count)));
  await vi.waitFor(async () => expect(await connections()).toBe(0));
  await net.close();
});
