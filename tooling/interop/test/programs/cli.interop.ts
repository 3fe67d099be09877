import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDovecotLmtp } from "../../src/servers/dovecot-lmtp.js";
import { startExim } from "../../src/servers/exim.js";
import { ACCOUNTS, type MailServer } from "../../src/servers/mail-server.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { newSubject } from "../matrix/matrix.js";
import { EXACT, newExact, octets, sha256 } from "../matrix/messages.js";

const BIN = join(
  dirname(createRequire(import.meta.url).resolve("@wirepost/cli/package.json")),
  "dist",
  "bin.js",
);
const HUGE = octets(30 * 1024 * 1024);
let folder: string;

beforeAll(() => {
  if (!existsSync(BIN)) throw new Error(`${BIN} is not there: build first (pnpm turbo run build)`);
  folder = mkdtempSync(join(tmpdir(), "wirepost-interop-"));
  writeFileSync(join(folder, "Übersicht – 東京.bin"), HUGE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function wirepost(words: readonly string[], input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...process.env, WIREPOST_PASSWORD: ACCOUNTS.ann.password };
    const child = spawn(process.execPath, [BIN, ...words], { env, stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let error = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      error += chunk;
    });
    child.on("close", (code) => resolve({ code, out, error }));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

const ENVELOPE = ["--from", "ann@example.test", "--to", "bob@example.test"];
const TEXT = "Grüße\n.\n..two\nend\n";

interface CliWay {
  readonly scheme: "smtp" | "smtps" | "lmtp";
  readonly port: string;
  readonly words?: readonly string[];
  readonly login?: boolean;
}

const SERVERS: readonly (readonly [string, () => Promise<MailServer>, readonly CliWay[]])[] = [
  [
    "Postfix",
    startPostfixDovecot,
    [
      { scheme: "smtp", port: "plain", words: ["--starttls", "none"] },
      { scheme: "smtp", port: "starttls", words: ["--starttls", "required"] },
      {
        scheme: "smtp",
        port: "submission",
        words: ["--starttls", "required", "--auth", "SCRAM-SHA-256"],
        login: true,
      },
      { scheme: "smtps", port: "implicit", words: ["--auth", "PLAIN"], login: true },
    ],
  ],
  [
    "Exim",
    startExim,
    [
      {
        scheme: "smtp",
        port: "starttls",
        words: ["--starttls", "required", "--auth", "CRAM-MD5"],
        login: true,
      },
      { scheme: "smtps", port: "implicit", login: true },
    ],
  ],
  [
    "OpenSMTPD",
    startOpenSmtpd,
    [{ scheme: "smtp", port: "submission", words: ["--starttls", "required"], login: true }],
  ],
  ["Dovecot LMTP", startDovecotLmtp, [{ scheme: "lmtp", port: "plain", words: ["--starttls", "none"] }]],
];

describe.each(SERVERS)("wirepost to %s", (name, start, ways) => {
  let server: MailServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  function target({ scheme, port, words = [], login = false }: CliWay): string[] {
    const trust = words.includes("none") ? [] : ["--ca", server.caFile];
    return [`${scheme}://${login ? "ann@" : ""}127.0.0.1:${server.ports[port]}`, ...trust, ...words];
  }

  describe.each(ways)("$scheme, port $port", (way) => {
    test("a text from standard input", async () => {
      const subject = newSubject();
      const ran = await wirepost(["send", ...target(way), ...ENVELOPE, "--subject", subject], TEXT);
      expect(ran.code, ran.error + ran.out).toBe(0);
      const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
      const parsed = await simpleParser(Buffer.from(stored!.content));
      expect(parsed.text).toBe(TEXT);
      expect(ran.out + ran.error).not.toContain(ACCOUNTS.ann.password);
    });

    test("a ready message, octet by octet", async () => {
      const subject = newSubject();
      const file = join(folder, "ready.eml");
      writeFileSync(file, newExact(subject));
      const ran = await wirepost(["send", ...target(way), ...ENVELOPE, "--raw", file]);
      expect(ran.code, ran.error + ran.out).toBe(0);
      const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
      await EXACT.check(stored!.content, subject, undefined as never);
    });

    test("an attachment of 30 MB", async () => {
      const subject = newSubject();
      const attach = ["--subject", subject, "--attach", join(folder, "Übersicht – 東京.bin")];
      const ran = await wirepost(["send", ...target(way), ...ENVELOPE, ...attach, "--text", TEXT]);
      expect(ran.code, ran.error + ran.out).toBe(0);
      const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
      const { attachments } = await simpleParser(Buffer.from(stored!.content));
      expect(attachments.map(({ filename, content }) => [filename, sha256(content)])).toEqual([
        ["Übersicht – 東京.bin", sha256(HUGE)],
      ]);
    });

    test("200 recipients, some refused: 81, and the receipt names them", async () => {
      const subject = newSubject();
      const to = Array.from(
        { length: 200 },
        (_, index) => `${index % 10 === 3 ? "refused-" : "r"}${index}@example.test`,
      );
      const words = ["--from", "ann@example.test", "--to", to.join(", "), "--subject", subject, "--json"];
      const ran = await wirepost(["send", ...target(way), ...words], TEXT);
      expect(ran.code, ran.error + ran.out).toBe(81);
      const receipt = JSON.parse(ran.out) as { recipients: { address: string; outcome: string }[] };
      const refused = receipt.recipients.filter(({ outcome }) => outcome === "rejected");
      expect(refused.map(({ address }) => address)).toEqual(
        to.filter((address) => address.startsWith("refused")),
      );
      await server.waitForMessages(180, (found) => found.subject === subject);
    });

    test("probe tells what is announced", async () => {
      const ran = await wirepost(["probe", ...target(way), "--json"]);
      expect(ran.code, ran.error + ran.out).toBe(0);
      expect(ran.out).toContain("8BITMIME");
    });
  });

  test("a refused recipient is 67", async () => {
    const words = ["--from", "ann@example.test", "--to", "refused@example.test", "--text", TEXT];
    const ran = await wirepost(["send", ...target(ways[0]!), ...words]);
    expect(ran.code, ran.error + ran.out).toBe(67);
  });

  const withLogin = ways.filter(({ login }) => login === true).slice(0, 1);
  test.each(withLogin)("a wrong password is 77", async (way) => {
    const file = join(folder, "wrong-password");
    writeFileSync(file, "wrong\n");
    const words = ["--password-file", file, ...ENVELOPE, "--text", TEXT];
    const ran = await wirepost(["send", ...target(way), ...words]);
    expect(ran.code, ran.error + ran.out).toBe(77);
  });

  test.each(name === "Postfix" ? ways.slice(0, 1) : [])("verify asks VRFY", async (way) => {
    const ran = await wirepost(["verify", ...target(way), "bob@example.test"]);
    // Postfix answers 252: it takes mail for the address and does not tell.
    expect([0, 69]).toContain(ran.code);
    expect(ran.out + ran.error).toContain("252");
  });
});
