import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectoryStore } from "@wirepost/mail-queue";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "../../test/run-command.js";
import type { EmbeddedServer } from "../serve/embedded-server.js";
import { startEmbeddedServer } from "../server.js";

describe("wirepost queue", () => {
  let server: EmbeddedServer;
  let url: string;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startEmbeddedServer({ port: 0, tls: "none", simulate: true });
    url = `smtp://127.0.0.1:${server.port}`;
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "wirepost-cli-queue-"));
    env = { WIREPOST_QUEUE: join(folder, "queue") };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const queue = (...argv: string[]) => runCommand(["queue", ...argv], { env });
  const json = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  async function add(to: string, ...more: string[]): Promise<string> {
    const argv = [
      "add",
      "--from",
      "ann@example.com",
      "--to",
      to,
      "--subject",
      "Hello",
      "--text",
      "Hello",
      "--json",
    ];
    const { exitCode, stdout, stderr } = await queue(...argv, ...more);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    return JSON.parse(stdout).id;
  }

  it("adds a message, delivers it, and shows what became of it", async () => {
    const id = await add("bob@example.org");
    const arrived = server.waitForMessages(1, { timeoutMs: 10_000 });
    const ran = await queue("run", url, "--once");
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toMatch(new RegExp(`^${id}  sent .* ann@example.com -> bob@example.org`));
    expect(ran.exitCode).toBe(0);
    const [message] = await arrived;
    expect(message?.parsed?.subject).toBe("Hello");
    const shown = await queue("show", id);
    expect(shown.stdout).toMatch(
      /State: +sent[\s\S]*To: +bob@example.org +accepted +250 [\s\S]*attempt 1: 1 accepted/,
    );
    const content = await queue("show", id, "--content");
    expect(content.stdout).toContain("Subject: Hello\r\n");
    expect(content.stdout).toContain(message?.parsed?.messageId as string);
    const purged = await queue("purge");
    expect(purged.stdout).toBe("1 removed\n");
  });

  it("lists messages by state, as lines and as JSON", async () => {
    const later = await add("later@example.org", "--after", "3600", "--priority", "1");
    const bad = await add("rcpt-550@example.org");
    await add("rcpt-451@example.org");
    const ran = await queue("run", url, "--once", "--json");
    expect(ran.exitCode).toBe(69);
    expect(json(ran.stdout).map(({ event }) => event)).toContain("settled");
    const failed = await queue("list", "--state", "failed");
    expect(failed.stdout).toMatch(new RegExp(`^${bad}  failed .*550`));
    const queued = json((await queue("list", "--state", "queued", "--json")).stdout);
    expect(queued.map(({ attempts }) => attempts).toSorted()).toEqual([0, 1]);
    expect(queued.find(({ id }) => id === later).nextTryAt).toBeTypeOf("string");
    const watched = json((await queue("watch", "--views", "1", "--json")).stdout);
    expect(watched).toMatchObject([
      { counts: { queued: 2, failed: 1, sent: 0 }, next: [{ state: "queued" }, { id: later }] },
    ]);
    const view = await queue("watch", "--views", "2", "--interval", "0.01");
    expect(view.stdout).toMatch(/queued 2 {3}sending 0 {3}sent 0 {3}failed 1 {3}in-doubt 0/);
  });

  it("cancels, retries and refuses what cannot be", async () => {
    const id = await add("bob@example.org");
    expect((await queue("cancel", id)).stdout).toMatch(/failed/);
    const again = await queue("cancel", id, "no-such-id");
    expect(again.exitCode).toBe(65);
    expect(again.stderr).toMatch(/ERR_QUEUE_STATE[\s\S]*ERR_QUEUE_NOT_FOUND/);
    expect((await queue("retry", id)).stdout).toMatch(/queued/);
    const decided = await queue("decide", id, "sent", "--json");
    expect(json(decided.stdout)).toMatchObject([{ id, ok: false, error: { code: "ERR_QUEUE_STATE" } }]);
    expect((await queue("run", url, "--once")).exitCode).toBe(0);
  });

  it.each([
    {
      flags: ["--dsn", "failure,delay", "--dsn-return", "headers", "--dsn-id", "QQ+314 a=b"],
      dsn: { notify: ["failure", "delay"], return: "headers", envelopeId: "QQ+314 a=b" },
      envelope: { dsnReturn: "HDRS", envelopeId: "QQ+314 a=b", to: [{ notify: ["failure", "delay"] }] },
    },
    {
      flags: ["--dsn", "never", "--dsn-return", "full"],
      dsn: { notify: "never", return: "full" },
      envelope: { dsnReturn: "FULL", envelopeId: null, to: [{ notify: ["never"] }] },
    },
    { flags: [], dsn: undefined, envelope: { dsnReturn: null, envelopeId: null, to: [{ notify: [] }] } },
  ])(
    "keeps the reports that are asked for, and asks for them when it delivers: $flags",
    async ({ flags, dsn, envelope }) => {
      await add("bob@example.org", ...flags);
      const store = new DirectoryStore({ directory: env["WIREPOST_QUEUE"] as string });
      for await (const { head } of store.list(["queued"])) expect(head.sendOptions?.dsn).toEqual(dsn);
      expect((await queue("run", url, "--once")).exitCode).toBe(0);
      expect(server.messages.at(-1)?.envelope).toMatchObject(envelope);
    },
  );

  it.each([
    { flags: ["--dsn", "always"], exitCode: 64, says: /ERR_CLI_USAGE.*--dsn/ },
    { flags: ["--dsn", "never,failure"], exitCode: 64, says: /ERR_CLI_USAGE.*--dsn/ },
    { flags: ["--dsn-return", "half"], exitCode: 64, says: /Allowed choices/ },
    {
      flags: ["--dsn-id", "a\r\nRCPT TO:<b@example.org>"],
      exitCode: 65,
      says: /ERR_SMTP_ARGUMENT.*envelopeId/,
    },
    { flags: ["--dsn-id", "x".repeat(101)], exitCode: 65, says: /ERR_SMTP_ARGUMENT.*envelopeId/ },
  ])("refuses reports that no server could be asked for: $flags", async ({ flags, exitCode, says }) => {
    const message = ["--from", "ann@example.com", "--to", "bob@example.org", "--text", "x"];
    const added = await queue("add", ...message, ...flags);
    expect(added.stderr).toMatch(says);
    expect(added.exitCode).toBe(exitCode);
    expect((await queue("list")).stdout).toBe("");
  });

  it("keeps a message out of doubt whose connection is lost before content, and holds one lost after it", async () => {
    const before = await add("rcpt-drop@example.org");
    expect((await queue("run", url, "--once")).exitCode).toBe(75);
    expect((await queue("show", before)).stdout).toMatch(/State: +queued/);
    await queue("cancel", before);
    const after = await add("data-drop@example.org");
    expect((await queue("run", url, "--once")).exitCode).toBe(80);
    expect((await queue("show", after)).stdout).toMatch(/State: +in-doubt/);
    const refused = await queue("retry", after);
    expect(refused.exitCode).toBe(65);
    expect(refused.stderr).toMatch(/ERR_QUEUE_STATE: .* in doubt.*--may-duplicate/);
  });

  it("takes a message once for each key", async () => {
    const id = await add("bob@example.org", "--key", "order 4711");
    expect(await add("bob@example.org", "--key", "order 4711")).toBe(id);
  });

  it("says that nothing was delivered when the relay cannot be reached, and keeps the message", async () => {
    const id = await add("bob@example.org");
    const ran = await queue("run", "smtp://127.0.0.1:1", "--once");
    expect(ran.exitCode).toBe(75);
    expect((await queue("show", id)).stdout).toMatch(/State: +queued[\s\S]*ERR_SOCKET_REFUSED/);
  });

  it("runs until it is stopped, and then ends well", async () => {
    const controller = new AbortController();
    const running = runCommand(["queue", "run", url], { env, signal: controller.signal });
    await add("cy@example.net");
    const sent = () => queue("list", "--state", "sent");
    while ((await sent()).stdout === "") await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort("SIGTERM");
    expect((await running).exitCode).toBe(0);
    const counts = json((await queue("watch", "--views", "1", "--json")).stdout)[0].counts;
    expect(counts).toMatchObject({ queued: 0, sending: 0, sent: 1 });
  });

  it.each([
    { argv: ["list"], env: {}, says: /ERR_CLI_USAGE.*--queue/, exitCode: 64 },
    { argv: ["run", "--queue", "x"], env: {}, says: /ERR_CLI_USAGE.*server/, exitCode: 64 },
    {
      argv: ["run", "h", "--queue", "x", "--rate", "example.org"],
      env: {},
      says: /count\/seconds/,
      exitCode: 64,
    },
    { argv: ["purge", "--queue", "x", "--state", "queued"], env: {}, says: /ERR_CLI_USAGE/, exitCode: 64 },
    { argv: ["list", "--queue", "x", "--state", "lost"], env: {}, says: /A state is one of/, exitCode: 64 },
    { argv: ["list", "--queue", "redis://127.0.0.1:1"], env: {}, says: /ERR_QUEUE_STORAGE/, exitCode: 73 },
    { argv: ["unknown"], env: {}, says: /unknown command/, exitCode: 64 },
  ])("refuses queue $argv with $exitCode", async ({ argv, env, says, exitCode }) => {
    const ran = await runCommand(["queue", ...argv], { env });
    expect(ran.stderr).toMatch(says);
    expect(ran.exitCode).toBe(exitCode);
  });
});
