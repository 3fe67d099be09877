import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../test/run-command.js";
import { type EmbeddedServer, startEmbeddedServer } from "../serve/embedded-server.js";

const PASSWORD = "correct horse: båttery";
const WHO = ["--from", "Zoë <zoe@example.com>", "--to", "Renée <rene@example.org>"];

let folder: string;
let secure: EmbeddedServer;
let plain: EmbeddedServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
  secure = await startEmbeddedServer({ tls: "starttls", users: [{ username: "zoë", password: PASSWORD }] });
  plain = await startEmbeddedServer({ tls: "none", simulate: true });
  await writeFile(join(folder, "ca.pem"), secure.ca!);
  await writeFile(join(folder, "password"), `${PASSWORD}\n`);
  await writeFile(join(folder, "Übersicht.csv"), "a,b\r\n1,2\r\n");
  await writeFile(join(folder, "body.txt"), "from a file\n");
  await writeFile(join(folder, "body.html"), "<p>from a file</p>\n");
  await writeFile(
    join(folder, "ready.eml"),
    "From: a@example.com\nBcc: hidden@example.org\nSubject: ready\n\n.x\n",
  );
});
afterAll(async () => {
  await secure.close();
  await plain.close();
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string) => join(folder, name);
const toSecure = (...flags: string[]) => [
  "send",
  `smtp://zo%C3%AB@127.0.0.1:${secure.port}`,
  "--ca",
  file("ca.pem"),
  "--starttls",
  "required",
  ...flags,
];
const toPlain = (...flags: string[]) => ["send", `127.0.0.1:${plain.port}`, ...flags];
/** postal-mime counts the line break before a boundary to the text, so the last ones are not compared. */
const body = (text: string | null | undefined) => (text ?? "").replace(/\n+$/, "");
const parsed = (server: EmbeddedServer) => server.messages.at(-1)?.parsed;

describe("wirepost send", () => {
  it("sends fields, both bodies and attachments over STARTTLS with a login", async () => {
    const { exitCode, stdout, stderr } = await runCommand(
      toSecure(
        ...WHO,
        ...[
          "--cc",
          "Carl <carl@example.org>, dora@example.org",
          "--bcc",
          "quiet@example.net",
          "--bcc",
          "rene@example.org",
        ],
        ...[
          "--subject",
          "Grüße 見本",
          "--text",
          "Hello\n.dot\n",
          "--html",
          "<p>Hello</p>",
          "--attach",
          file("Übersicht.csv"),
        ],
        ...["--header", "X-Campaign: spring", "--reply-to", "office@example.com"],
      ),
      { env: { WIREPOST_PASSWORD: PASSWORD } },
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Sent <[^>]+> \(.+\)\n {2}accepted {2}rene@example\.org {2}250 /);
    const message = secure.messages.at(-1)!;
    expect(message.envelope.to.map(({ address }) => address)).toEqual([
      "rene@example.org",
      "carl@example.org",
      "dora@example.org",
      "quiet@example.net",
    ]);
    expect(message.session.login?.username).toBe("zoë");
    expect(message.session.tls).not.toBeNull();
    expect(message.parsed).toMatchObject({
      from: [{ name: "Zoë", address: "zoe@example.com" }],
      to: [{ name: "Renée", address: "rene@example.org" }],
      cc: [{ address: "carl@example.org" }, { address: "dora@example.org" }],
      replyTo: [{ address: "office@example.com" }],
      subject: "Grüße 見本",
      attachments: [
        {
          fileName: "Übersicht.csv",
          mimeType: "text/csv",
          content: new TextEncoder().encode("a,b\r\n1,2\r\n"),
        },
      ],
    });
    expect(body(message.parsed?.text)).toBe("Hello\n.dot");
    expect(body(message.parsed?.html)).toBe("<p>Hello</p>");
    expect(message.parsed?.headers).toContainEqual({ name: "X-Campaign", value: "spring" });
    expect(Buffer.from(message.content).toString()).not.toMatch(/quiet|^bcc/im);
  });

  const BODIES: {
    name: string;
    flags: string[];
    stdin?: string;
    keyboard?: true;
    text: string;
    html?: string;
  }[] = [
    { name: "standard input", flags: [], stdin: "from a pipe\n", text: "from a pipe" },
    { name: "a file", flags: ["--text-file", "body.txt"], text: "from a file" },
    {
      name: "standard input by name",
      flags: ["--html-file", "-"],
      stdin: "<p>x</p>\n",
      text: "",
      html: "<p>x</p>",
    },
    {
      name: "an HTML file beside a text",
      flags: ["--text", "t\n", "--html-file", "body.html"],
      text: "t",
      html: "<p>from a file</p>",
    },
  ];
  it.each(BODIES)("takes the body from $name", async ({ flags, stdin, text, html }) => {
    const argv = flags.map((flag) => (flag.startsWith("body.") ? file(flag) : flag));
    const { exitCode } = await runCommand(toPlain(...WHO, ...argv), { stdin: stdin ?? "" });
    expect(exitCode).toBe(0);
    expect(body(parsed(plain)?.text)).toBe(text);
    expect(body(parsed(plain)?.html)).toBe(html ?? "");
  });

  it("sends a ready message as it is, but for Bcc", async () => {
    const { exitCode } = await runCommand(
      toPlain("--raw", file("ready.eml"), "--envelope-from", "<>", "--to", "b@example.org"),
    );
    expect(exitCode).toBe(0);
    const message = plain.messages.at(-1)!;
    expect(message.envelope).toMatchObject({ from: "", to: [{ address: "b@example.org" }] });
    expect(Buffer.from(message.content).toString()).toBe(
      "From: a@example.com\r\nSubject: ready\r\n\r\n.x\r\n",
    );
  });

  it("sends a ready message from standard input, unread before it goes", async () => {
    const { exitCode } = await runCommand(toPlain("--raw", "-", ...WHO), {
      stdin: "Subject: piped\r\n\r\n..\r\n",
    });
    expect(exitCode).toBe(0);
    expect(plain.messages.at(-1)?.envelope.from).toBe("zoe@example.com");
    expect(Buffer.from(plain.messages.at(-1)!.content).toString()).toBe("Subject: piped\r\n\r\n..\r\n");
  });

  it("asks for reports", async () => {
    await runCommand(
      toPlain(
        ...WHO,
        "--text",
        "x",
        "--dsn",
        "failure,delay",
        "--dsn-return",
        "headers",
        "--dsn-id",
        "QQ+314",
      ),
    );
    expect(plain.messages.at(-1)?.envelope).toMatchObject({
      dsnReturn: "HDRS",
      to: [{ notify: ["failure", "delay"] }],
    });
  });

  it("prints the receipt as one JSON object", async () => {
    const { exitCode, stdout } = await runCommand(toPlain("--json", "--text", "x", ...WHO));
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      exitCode: 0,
      messageId: parsed(plain)?.messageId,
      envelope: { from: "zoe@example.com", to: ["rene@example.org"] },
      reply: { code: 250, enhanced: "2.6.0" },
      recipients: [{ address: "rene@example.org", outcome: "accepted", error: null }],
    });
  });

  it("shows the conversation, and no secret in it", async () => {
    const { stdout, stderr } = await runCommand(toSecure("-v", "--text", "x", ...WHO), {
      env: { WIREPOST_PASSWORD: PASSWORD },
    });
    expect(stderr).toMatch(/ms {2}S: 220 /);
    expect(stderr).toMatch(/ms {2}C: EHLO /);
    expect(stderr).toMatch(/ms {2}C: MAIL FROM:<zoe@example\.com>/);
    const everything = stdout + stderr;
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(Buffer.from(PASSWORD).toString("base64").slice(0, 12));
    expect(everything).not.toContain(Buffer.from(`\0zoë\0${PASSWORD}`).toString("base64").slice(0, 12));
  });

  it("takes server and password from the environment or a file", async () => {
    const env = { WIREPOST_URL: `smtp://127.0.0.1:${secure.port}?tls=required` };
    const flags = [
      "send",
      "--ca",
      file("ca.pem"),
      "--user",
      "zoë",
      "--password-file",
      file("password"),
      "--text",
      "x",
      ...WHO,
    ];
    expect(await runCommand(flags, { env })).toMatchObject({ exitCode: 0 });
  });
});

describe("wirepost send: exit codes", () => {
  const OUTCOMES: {
    name: string;
    to: string;
    from?: string;
    flags?: string[];
    exit: number;
    says: RegExp;
  }[] = [
    {
      name: "some recipients refused",
      to: "b@example.org, rcpt-550@example.org",
      exit: 81,
      says: /Sent to 1 of 2/,
    },
    {
      name: "all or nothing",
      to: "b@example.org, rcpt-550@example.org",
      flags: ["--all-or-nothing"],
      exit: 67,
      says: /not-sent {2}b@example\.org/,
    },
    {
      name: "every recipient refused",
      to: "rcpt-550@example.org, rcpt-551@example.org",
      exit: 67,
      says: /550 5\.1\.1/,
    },
    { name: "every recipient refused for now", to: "rcpt-451@example.org", exit: 75, says: /451/ },
    { name: "the sender refused", from: "mail-550@example.com", to: "b@example.org", exit: 69, says: /550/ },
    { name: "the content refused", to: "data-554@example.org", exit: 69, says: /554/ },
    { name: "the content refused for now", to: "data-451@example.org", exit: 75, says: /451/ },
    { name: "no reply to the content", to: "data-drop@example.org", exit: 80, says: /may have the message/ },
    { name: "dropped before the content", to: "rcpt-drop@example.org", exit: 75, says: /nothing was sent/ },
  ];
  it.each(OUTCOMES)("$name: $exit", async ({ to, from = "a@example.com", flags = [], exit, says }) => {
    const argv = ["--from", from, "--to", to, "--text", "x", ...flags];
    const human = await runCommand(toPlain(...argv));
    expect(human.exitCode).toBe(exit);
    expect(human.stdout + human.stderr).toMatch(says);
    const machine = await runCommand(toPlain("--json", ...argv));
    expect(machine.exitCode).toBe(exit);
    expect(JSON.parse(machine.stdout)).toMatchObject({ ok: false, exitCode: exit });
  });

  it("nobody listens: 75", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const { exitCode, stderr } = await runCommand(["send", `127.0.0.1:${port}`, "--text", "x", ...WHO]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 75,
      stderr: expect.stringContaining("ERR_SOCKET_REFUSED"),
    });
  });

  it("a wrong password: 77, and it is not shown", async () => {
    const { exitCode, stdout, stderr } = await runCommand(toSecure("-v", "--text", "x", ...WHO), {
      env: { WIREPOST_PASSWORD: "wrong password" },
    });
    expect(exitCode).toBe(77);
    expect(stderr).toContain("ERR_CLIENT_AUTH_REFUSED");
    expect(stdout + stderr).not.toContain("wrong password");
  });

  it("a certificate of an unknown authority: 76, before any credential", async () => {
    const before = secure.messageCount;
    const { exitCode, stderr } = await runCommand(
      ["send", `smtp://zo%C3%AB@127.0.0.1:${secure.port}?tls=required`, "--text", "x", ...WHO],
      { env: { WIREPOST_PASSWORD: PASSWORD } },
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 76,
      stderr: expect.stringMatching(/ERR_SOCKET_CERTIFICATE_/),
    });
    expect(secure.messageCount).toBe(before);
  });

  it("interrupted while it reads the body: 130", async () => {
    const controller = new AbortController();
    async function* typing(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode("half a ");
      controller.abort("SIGINT");
      throw new Error("closed");
    }
    const { exitCode } = await runCommand(toPlain(...WHO), { stdin: typing(), signal: controller.signal });
    expect(exitCode).toBe(130);
  });
});
