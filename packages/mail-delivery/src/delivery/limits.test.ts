import { setMaxListeners } from "node:events";
import { expect, it } from "vitest";
import { Backoff } from "./backoff.js";
import { Limiter } from "./limiter.js";

const never = new AbortController().signal;

it("lets so many in at a time, in order, each key by itself", async () => {
  const limiter = new Limiter(2);
  const order: string[] = [];
  const leaves = [await limiter.enter("a", never), await limiter.enter("a", never)];
  const enter = async (name: string) => {
    const leave = await limiter.enter("a", never);
    order.push(name);
    return leave;
  };
  const [third, fourth] = [enter("third"), enter("fourth")];
  await limiter.enter("b", never);
  expect(order).toEqual([]);
  leaves[0]?.();
  leaves[0]?.(); // leaving twice counts once
  (await third)();
  await fourth;
  expect(order).toEqual(["third", "fourth"]);
});

it("who gives up leaves the line", async () => {
  const limiter = new Limiter(1);
  const leave = await limiter.enter("a", never);
  const controller = new AbortController();
  const impatient = limiter.enter("a", controller.signal);
  const patient = limiter.enter("a", never);
  controller.abort(new Error("enough"));
  await expect(impatient).rejects.toThrow("enough");
  leave();
  (await patient)();
  (await limiter.enter("a", never))();
  await expect(limiter.enter("a", controller.signal)).rejects.toThrow("enough");
});

it("doubles the wait of a domain that goes on failing, and forgets with the first success", () => {
  let now = 0;
  const backoff = new Backoff(1000, 5000, () => now);
  const waits: number[] = [];
  for (let round = 0; round < 5; round++) {
    const until = backoff.failed("a.test");
    expect([backoff.failed("a.test"), backoff.blockedUntil("a.test")]).toEqual([until, until]);
    waits.push(until - now);
    now = until;
    expect(backoff.blockedUntil("a.test")).toBeUndefined();
  }
  expect(waits).toEqual([1000, 2000, 4000, 5000, 5000]);
  backoff.succeeded("a.test");
  expect(backoff.failed("a.test") - now).toBe(1000);
});

it("many wait, every other gives up, and the rest go in order", async () => {
  const limiter = new Limiter(1);
  let leave = await limiter.enter("a", never);
  const impatient = new AbortController();
  setMaxListeners(0, never, impatient.signal);
  const order: number[] = [];
  const all: Promise<unknown>[] = [];
  for (let number = 0; number < 10_000; number++) {
    const signal = number % 2 === 0 ? never : impatient.signal;
    const entering = limiter.enter("a", signal).then((next) => {
      order.push(number);
      leave = next;
    });
    all.push(entering.catch(() => undefined));
  }
  impatient.abort();
  for (let left = 0; left < 5000; left++) {
    leave();
    await all[left * 2];
  }
  expect(order).toEqual(Array.from({ length: 5000 }, (_, index) => index * 2));
  leave();
  expect(limiter.inside("a")).toBe(0);
});
