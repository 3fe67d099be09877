import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openQueue } from "@wirepost/mail-queue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "../../test/run-command.js";
import { run } from "../run.js";

/** As much of a terminal as the view uses: lines that wrap and scroll, cursor up, erase below, colours. */
class ScreenTerminal {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  /** Everything that was written. */
  text = "";
  /** What scrolled away is in front of what can be seen. */
  #lines: string[] = [""];
  #at = 0;

  constructor(columns = 100, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.text += text;
    for (const [token, up] of text.matchAll(/\u001b\[(\d*)[A-Za-z]|./gsu)) {
      if (token === "\n") this.#down();
      else if (token.endsWith("A") && up !== undefined) {
        const top = Math.max(0, this.#lines.length - this.rows);
        this.#at = Math.max(top, this.#at - Number(up));
      } else if (token === "\u001b[J") this.#lines.splice(this.#at, this.#lines.length, "");
      else if (/^\u001b\[\d*m$/.test(token)) continue;
      else if (token.startsWith("\u001b")) throw new Error(`unknown sequence ${JSON.stringify(token)}`);
      else {
        if ((this.#lines[this.#at] as string).length >= this.columns) this.#down();
        this.#lines[this.#at] += token;
      }
    }
  }

  #down(): void {
    this.#at++;
    if (this.#at === this.#lines.length) this.#lines.push("");
  }

  /** All lines, those that scrolled away too. */
  get lines(): readonly string[] {
    return this.#lines.slice(0, -1);
  }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

describe("wirepost queue watch", () => {
  let folder: string;
  let directory: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "wirepost-cli-watch-"));
    directory = join(folder, "queue");
    env = { WIREPOST_QUEUE: directory };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Watches until the test ends it. */
  function watch(screen: ScreenTerminal) {
    const controller = new AbortController();
    const terminal = { stdout: screen, stderr: { write: () => {} }, env, signal: controller.signal };
    const ended = run(["queue", "watch", "--interval", "0.02"], {
      ...terminal,
      stdin: Object.assign((async function* () {})(), { isTTY: true }),
    });
    return {
      stop: () => {
        controller.abort("SIGINT");
        return ended;
      },
    };
  }

  async function add(to: string, notBefore?: number): Promise<void> {
    const queue = await openQueue(directory);
    const letter = { from: "ann@example.com", to, subject: "x", text: "x" };
    await queue.enqueue(undefined, letter, { notBefore });
    await queue.close();
  }

  async function deliver(): Promise<void> {
    const queue = await openQueue(directory);
    await queue.work(
      async ({ to }) => ({
        recipients: to.map((address) => ({ address, outcome: "accepted" as const })),
      }),
      { stopWhenIdle: true },
    ).done;
    await queue.close();
  }

  it("redraws one view in its place: counts, rate, next tries", async () => {
    const screen = new ScreenTerminal();
    const { stop } = watch(screen);
    await add("later@example.org", Date.now() + 3_600_000);
    await add("bob@example.org");
    await eventually(() => {
      expect(screen.lines[0]).toMatch(/ {2}queued 2 {3}sending 0 {3}sent 0 {3}failed 0 {3}in-doubt 0/);
      expect(screen.lines[1]).toMatch(/^ {3}60 min {2}[0-9a-z-]{26} {2}later@example\.org {2}attempt 1$/);
    });
    expect(screen.lines).toHaveLength(2);
    await deliver();
    await eventually(() => expect(screen.lines[0]).toMatch(/queued 1 .* sent 1 .* [\d.]+\/s$/));
    // One that has found nothing to do for a while says so.
    await eventually(() => expect(screen.lines[0]).toMatch(/ 0\/s$/));
    expect(screen.lines).toHaveLength(2);
    expect(await stop()).toBe(0);
    // Several views were drawn, all in the same place; the first went to a fresh line.
    expect(screen.text.split("\u001b[J").length).toBeGreaterThan(3);
    expect(screen.text.startsWith("\u001b[2m")).toBe(true);
  });

  it("takes back a view that became shorter, and one that met every edge of a small screen", async () => {
    const screen = new ScreenTerminal(40, 5);
    for (let i = 0; i < 8; i++) await add(`${"long-".repeat(8)}${i}@example.org`, Date.now() + 3_600_000);
    const { stop } = watch(screen);
    await eventually(() => expect(screen.text.split("\u001b[J").length).toBeGreaterThan(4));
    expect(screen.lines).toHaveLength(4);
    expect(screen.lines.join(" ")).toMatch(/queued 8 +sending 0 +sent 0 +failed 0 +in-doubt 0/);
    for (const line of screen.lines) expect(line.length).toBeLessThan(40);
    const queue = await openQueue(directory);
    const ids: string[] = [];
    for await (const { id } of queue.list()) ids.push(id);
    for (const id of ids) await queue.cancel(id);
    await queue.close();
    await eventually(() => expect(screen.lines[0]).toMatch(/queued 0/));
    // The counts alone, on as many lines as they take.
    expect(screen.lines.join(" ")).toMatch(/ queued 0 .* failed 8 .* in-doubt 0 +\d+\/s$/);
    expect(await stop()).toBe(0);
  });

  it("writes nothing but moves of the cursor beside text where NO_COLOR is set", async () => {
    env["NO_COLOR"] = "1";
    await add("bob@example.org", Date.now() + 3_600_000);
    const screen = new ScreenTerminal();
    const { stop } = watch(screen);
    await eventually(() => expect(screen.lines).toHaveLength(2));
    await stop();
    expect(screen.text.replaceAll(/\u001b\[\d+A\u001b\[J/g, "")).not.toContain("\u001b");
  });

  it("prints one view after the other where nobody looks", async () => {
    await add("bob@example.org", Date.now() + 3_600_000);
    const { stdout } = await runCommand(["queue", "watch", "--views", "3", "--interval", "0.01"], { env });
    expect(stdout).not.toContain("\u001b");
    expect(stdout.match(/queued 1 {3}sending 0/g)).toHaveLength(3);
  });

  it("prints one JSON object per look", async () => {
    await add("later@example.org", Date.now() + 3_600_000);
    await add("bob@example.org");
    const argv = ["queue", "watch", "--json", "--views", "2", "--interval", "0.01"];
    const { stdout, exitCode } = await runCommand(argv, { env });
    expect(exitCode).toBe(0);
    const counts = { queued: 2, sending: 0, sent: 0, failed: 0, "in-doubt": 0 };
    const next = [{ state: "queued", recipients: [{ address: "later@example.org" }], attempts: 0 }];
    const looks = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(looks).toMatchObject([
      { counts, next, sentPerSecond: null },
      { counts, next, sentPerSecond: 0 },
    ]);
    for (const { at, next } of looks) {
      expect(new Date(at).toISOString()).toBe(at);
      expect(new Date(next[0].nextTryAt).getTime()).toBeGreaterThan(Date.now());
    }
  });
});
