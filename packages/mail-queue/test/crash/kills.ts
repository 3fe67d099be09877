import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CrashLab } from "./harness.js";
import { SmtpTruth, type Step } from "./smtp-truth.js";

const WANTS = ["", "defer-", "refuse-", "early-refuse-", "early-defer-", ""];

/** Labels of so many letters that ask for all that a server can do. */
export function labels(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${WANTS[i % WANTS.length]}${name}-${i}`);
}

/** What every store must survive: processes that deliver by SMTP are killed, and the server's log is the truth. */
export function describeKills(
  kind: string,
  openLab: () => Promise<CrashLab>,
  /** Whether the only message is marked as one whose content may have gone out. */
  isMarked: (lab: CrashLab) => Promise<boolean>,
): void {
  describe(`${kind}, delivering by SMTP`, () => {
    let lab: CrashLab;
    let server: SmtpTruth;
    const labs: CrashLab[] = [];
    beforeEach(async () => {
      lab = await openLab();
      labs.push(lab);
      server = await new SmtpTruth(lab.accepted).listen();
    });
    afterEach(() => server.close());
    afterAll(async () => {
      await Promise.all(labs.map((one) => one.close()));
    });

    async function killedAt(step: Step): Promise<void> {
      // Long enough that a server which has begun to read it has not read its end.
      await lab.run({ queue: ["letter"], textBytes: 2_000_000 });
      server.onStep = async (now) => {
        if (now !== step) return undefined;
        await lab.killAll();
        return true;
      };
      const { signal } = await lab.run({ drain: true, smtp: server.url });
      expect(signal).toBe("SIGKILL");
      server.onStep = () => undefined;
    }

    it.each(["connect", "EHLO", "MAIL", "RCPT", "DATA"] as const)(
      "Q2 killed at %s: not in doubt, and sent once by the next",
      async (step) => {
        await killedAt(step);
        expect(await isMarked(lab)).toBe(false);
        const messages = await lab.settleAndCheck({ smtp: server.url });
        const letter = messages.get("letter");
        expect(letter).toMatchObject({ state: "sent", attempts: 2 });
        expect(letter?.journal).toMatchObject([{ type: "attempt", attempt: 2 }]);
        expect(lab.accepted).toEqual(["letter"]);
      },
    );

    it.each([
      { step: "content", inDoubt: "hold", state: "in-doubt", times: 0 },
      { step: "end of data", inDoubt: "hold", state: "in-doubt", times: 1 },
      { step: "content", inDoubt: "resend", state: "sent", times: 1 },
      { step: "end of data", inDoubt: "resend", state: "sent", times: 2 },
      { step: "end of data", inDoubt: "fail", state: "failed", times: 1 },
    ] as const)("Q2 killed at $step, policy $inDoubt: $state", async ({ step, inDoubt, state, times }) => {
      await killedAt(step);
      expect(await isMarked(lab)).toBe(true);
      while ((await lab.messages()).get("letter")?.state === "sending") {
        await lab.run({ drain: true, smtp: server.url, inDoubt });
      }
      await lab.run({ drain: true, smtp: server.url, inDoubt });
      expect((await lab.messages()).get("letter")).toMatchObject({ state });
      expect(lab.accepted).toEqual(Array.from({ length: times }, () => "letter"));
    });

    it("Q9 a message that kills its worker each time is given up", async () => {
      await lab.run({ queue: ["letter"] });
      let deaths = 0;
      server.onStep = async (step) => {
        if (step !== "RCPT") return undefined;
        deaths++;
        await lab.killAll();
        return true;
      };
      const states = ["queued", "sending"];
      for (let runs = 0; runs < 60; runs++) {
        const letter = (await lab.messages()).get("letter");
        if (!states.includes(letter?.state ?? "")) break;
        await lab.run({ drain: true, smtp: server.url, maxAttempts: 3 });
      }
      expect((await lab.messages()).get("letter")).toMatchObject({
        state: "failed",
        error: { code: "ERR_QUEUE_ATTEMPTS" },
      });
      expect(deaths).toBe(3);
      expect(lab.accepted).toEqual([]);
    });

    it.each(["hold", "resend"] as const)(
      "Q3 killed at any moment under load, policy %s: nothing lost, nothing twice that was not in doubt",
      async (inDoubt) => {
        const smtp = server.url;
        for (let round = 0; round < 4; round++) {
          await Promise.all(
            [0, 1].map((worker) =>
              lab.run(
                { queue: labels(`r${round}w${worker}`, 12), drain: true, smtp, inDoubt },
                { killAfterMs: Math.random() * 300 },
              ),
            ),
          );
        }
        const messages = await lab.settleAndCheck({ smtp, inDoubt });
        const states = new Set([...messages.values()].map(({ state }) => state));
        if (inDoubt === "resend") expect(states).not.toContain("in-doubt");
        expect(lab.accepted.length).toBeGreaterThan(0);
      },
    );

    it.each([2, 5])("Q4 %i processes side by side send each message once", async (count) => {
      const smtp = server.url;
      const all = labels("many", 60);
      await lab.run({ queue: all });
      await Promise.all(Array.from({ length: count }, () => lab.run({ drain: true, smtp })));
      const messages = await lab.settleAndCheck({ smtp });
      expect(messages.size).toBe(60);
      const wanted = all.filter((label) => !label.includes("refuse"));
      expect(lab.accepted.toSorted()).toEqual(wanted.toSorted());
    });
  });
}
