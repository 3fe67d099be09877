import type { DnsResolver } from "@wirepost/socket-core/dns";
import { expect, it } from "vitest";
import { a, FakeDns } from "../../test/fake-dns.js";
import { CachingResolver } from "./caching-resolver.js";

it("keeps answers and denials as long as they may be kept", async () => {
  let now = 0;
  const dns = new FakeDns({ "A a.test": [a("192.0.2.1")] }, { ttlSeconds: 60 });
  const resolver = new CachingResolver(dns, { now: () => now });
  for (let round = 0; round < 3; round++) {
    expect((await resolver.resolve("a.test", "A")).records).toHaveLength(1);
    expect((await resolver.resolve("b.test", "A")).status).toBe("no-such-name");
  }
  expect(dns.asked).toEqual(["A a.test", "A b.test"]);
  now = 60_000;
  await resolver.resolve("A.TEST", "A");
  expect(dns.asked).toHaveLength(3);
});

it("asks once for those who ask together, and again after a failure", async () => {
  const dns = new FakeDns({ "A a.test": "servfail" });
  const resolver = new CachingResolver(dns);
  const both = await Promise.allSettled([resolver.resolve("a.test", "A"), resolver.resolve("a.test", "A")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(dns.asked).toHaveLength(1);
  await resolver.resolve("a.test", "A").catch(() => undefined);
  expect(dns.asked).toHaveLength(2);
});

it("stays within its bound, and drops what was used longest ago", async () => {
  const dns = new FakeDns({});
  const resolver = new CachingResolver(dns, { maxAnswers: 2 });
  for (const name of ["a.test", "b.test", "a.test", "c.test", "a.test", "b.test"])
    await resolver.resolve(name, "A");
  expect(dns.asked).toEqual(["A a.test", "A b.test", "A c.test", "A b.test"]);
  expect(() => new CachingResolver(dns, { maxAnswer: 2 } as object)).toThrow(/maxAnswer/);
});

it("one question serves all who ask it at once; who gives up leaves it to the others, and the last one ends it", async () => {
  let asked = 0;
  const signals: AbortSignal[] = [];
  const answers: ((answer: unknown) => void)[] = [];
  const slow = {
    resolve: (_name: string, _type: string, options?: { signal?: AbortSignal | undefined }) => {
      asked++;
      if (options?.signal !== undefined) signals.push(options.signal);
      return new Promise((resolve, reject) => {
        answers.push(resolve);
        options?.signal?.addEventListener("abort", () => reject(options.signal?.reason));
      });
    },
  } as unknown as DnsResolver;
  const resolver = new CachingResolver(slow);
  const [one, two] = [new AbortController(), new AbortController()];
  const first = resolver.resolve("mx.test", "A", { signal: one.signal });
  const second = resolver.resolve("MX.test", "A", { signal: two.signal });
  one.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  expect([asked, signals[0]?.aborted]).toEqual([1, false]);
  const answer = { records: [], ttlSeconds: 60 };
  answers[0]?.(answer);
  expect(await second).toBe(answer);
  expect(await resolver.resolve("mx.test", "A")).toBe(answer);
  expect(asked).toBe(1);
  const alone = resolver.resolve("other.test", "A", { signal: two.signal });
  two.abort(new Error("me too"));
  await expect(alone).rejects.toThrow("me too");
  expect(signals[1]?.aborted).toBe(true);
  // What was ended is nobody's answer.
  const again = resolver.resolve("other.test", "A");
  answers.at(-1)?.(answer);
  expect(await again).toBe(answer);
  expect(asked).toBe(3);
});
