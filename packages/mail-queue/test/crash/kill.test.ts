import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashLab } from "./harness.js";
import { describeKills, labels } from "./kills.js";

const ROUNDS = 8;

describe("a process that is killed at any moment", () => {
  let lab: CrashLab;
  beforeAll(async () => {
    lab = await CrashLab.open();
  });
  afterAll(() => lab.close());

  it("Q1 loses nothing and sends nothing twice, alone", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await lab.run({ queue: labels(`r${round}`, 12), drain: true }, { killAfterMs: Math.random() * 120 });
    }
    await lab.settleAndCheck();
    expect(lab.accepted.length).toBeGreaterThan(0);
  });

  it("and beside others that live on", async () => {
    await lab.clear();
    await lab.run({ queue: labels("first", 40) });
    await Promise.all(
      Array.from({ length: 4 }, (_, worker) =>
        lab.run(
          { queue: labels(`w${worker}`, 10), drain: true },
          worker === 0 ? {} : { killAfterMs: Math.random() * 150 },
        ),
      ),
    );
    await lab.settleAndCheck();
  });

  it("a key that was being used by a process that died is used again, once", async () => {
    await lab.clear();
    for (let round = 0; round < 4; round++) {
      await lab.run({ queue: labels("key", 8), keyed: true }, { killAfterMs: Math.random() * 30 });
    }
    const { lines } = await lab.run({ queue: labels("key", 8), keyed: true });
    expect(lines.filter((line) => line.startsWith("queued"))).toHaveLength(8);
    await lab.settleAndCheck();
  });
});

describeKills(
  "a directory",
  () => CrashLab.open(),
  async ({ directory }) => {
    const names = await readdir(join(directory, "live"));
    expect(names).toHaveLength(1);
    return names[0]?.endsWith(".content") === true;
  },
);
