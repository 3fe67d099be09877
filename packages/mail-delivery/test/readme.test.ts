import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { DELIVERY_ERROR_CODES, DirectDelivery, type DirectDeliveryOptions } from "../src/index.js";
import { FakeDns } from "./fake-dns.js";
import { Internet } from "./internet.js";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const net = new Internet();
afterAll(() => net.close());

it("names every error code with its meaning, and no other", () => {
  const rows = [...README.matchAll(/^\| `(ERR_DELIVERY_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ]);
  expect(Object.fromEntries(rows)).toEqual(DELIVERY_ERROR_CODES);
});

it("begins with an example that runs", async () => {
  await net.server("mx.example.org", "127.0.0.2");
  net.domain("example.org", "mx.example.org");
  net.domain("example.net", "mx.example.org");
  // The example's domains are not ours to write to; everything else is as printed.
  class Loopback extends DirectDelivery {
    constructor(options: DirectDeliveryOptions) {
      super({ ...options, resolver: new FakeDns(net.zone), port: net.port, isOwnAddress: () => false });
    }
  }
  const example = /```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
  const shown: unknown[][] = [];
  const AsyncFunction = (async () => {}).constructor as new (
    ...parameters: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction("DirectDelivery", "console", example.replace(/^import .*\n/, ""))(Loopback, {
    log: (...words: unknown[]) => shown.push(words),
  });
  expect(shown).toEqual([
    ["bob@example.org", "accepted", 250],
    ["cy@example.net", "accepted", 250],
  ]);
});
