// One program of a facade over every server: what it says, what arrives.
import { composeMessage } from "@wirepost/mime-message";
import {
  SmtpClient,
  smtpOptionExtended,
  smtpOptionSecureExplicit,
  smtpOptionSecureImplicit,
  smtpOptionTrustedSite,
} from "@wirepost/sockettools-compat";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PythonReader, startPythonReader } from "../../src/raw/python-email.js";
import { startAiosmtpd } from "../../src/servers/aiosmtpd.js";
import { startExim } from "../../src/servers/exim.js";
import { ACCOUNTS, type MailServer } from "../../src/servers/mail-server.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { newSubject } from "../matrix/matrix.js";
import { ASCII, EXACT, LONG_LINES, type MessageKind, THIRTY_MEGABYTES, UNICODE } from "../matrix/messages.js";

const PLAIN = smtpOptionExtended;
const STARTTLS = smtpOptionExtended | smtpOptionSecureExplicit | smtpOptionTrustedSite;
const IMPLICIT = smtpOptionExtended | smtpOptionSecureImplicit | smtpOptionTrustedSite;

interface ProgramWay {
  readonly name: string;
  readonly port: string;
  readonly options: number;
  readonly login?: boolean;
}

const plain: ProgramWay = { name: "plain", port: "plain", options: PLAIN };
const starttls: ProgramWay = { name: "STARTTLS", port: "starttls", options: STARTTLS, login: true };
const implicit: ProgramWay = { name: "TLS from the start", port: "implicit", options: IMPLICIT, login: true };
const submission: ProgramWay = { ...starttls, port: "submission" };

const SERVERS: readonly (readonly [string, () => Promise<MailServer>, readonly ProgramWay[]])[] = [
  ["Postfix", startPostfixDovecot, [plain, submission, implicit]],
  ["Exim", startExim, [plain, starttls, implicit]],
  ["OpenSMTPD", startOpenSmtpd, [plain, submission, implicit]],
  ["aiosmtpd", startAiosmtpd, [plain, starttls, implicit]],
  ["smtp-server", startSmtpServer, [plain, starttls, implicit]],
];

const FROM = "ann@example.test";
const TO = "bob@example.test";

/** A message as a program of that time had it: complete, and seven bits wide. */
async function textOf(kind: MessageKind, subject: string): Promise<string> {
  const { raw, ...message } = kind.build(subject);
  if (typeof raw === "string") return raw;
  const { content } = await composeMessage({ ...message, envelope: { from: FROM, to: TO } });
  if (content instanceof Uint8Array) return Buffer.from(content).toString("latin1");
  const blocks: Uint8Array[] = [];
  for await (const block of content.open()) blocks.push(block);
  return Buffer.concat(blocks).toString("latin1");
}

describe.each(SERVERS)("SocketTools' SmtpClient to %s", (_, start, ways) => {
  let server: MailServer;
  let python: PythonReader;
  beforeAll(async () => {
    python = await startPythonReader();
    server = await start();
  });
  afterAll(async () => {
    await server?.stop();
    await python?.stop();
  });

  async function connected({ port, options, login }: ProgramWay): Promise<SmtpClient> {
    const client = new SmtpClient();
    const code = await client.Connect(server.host, server.ports[port], { Options: options });
    expect(code, client.LastErrorString).toBe(0);
    if (login === true) {
      const { username, password } = ACCOUNTS.ann;
      expect(await client.Authenticate(username, password), client.LastErrorString).toBe(0);
    }
    return client;
  }

  describe.each(ways)("$name", (way) => {
    test.each([ASCII, EXACT, UNICODE, LONG_LINES])("$name", async (kind) => {
      const subject = newSubject();
      const client = await connected(way);
      const code = await client.SendMessage(FROM, TO, await textOf(kind, subject));
      expect(code, client.LastErrorString).toBe(0);
      expect(await client.Disconnect()).toBe(0);
      const [stored, ...others] = await server.waitForMessages(1, (found) => found.subject === subject);
      expect(others).toEqual([]);
      await kind.check(stored!.content, subject, python);
    });

    test("200 recipients; one refused among them, and nobody gets it", async () => {
      const client = await connected(way);
      const to = Array.from({ length: 200 }, (_, index) => `r${index}@example.test`);
      const subject = newSubject();
      const text = await textOf(EXACT, subject);
      expect(await client.SendMessage(FROM, to.join(", "), text), client.LastErrorString).toBe(0);
      const refused = newSubject();
      const code = await client.SendMessage(
        FROM,
        [...to.slice(0, 5), "refused@example.test"].join(", "),
        await textOf(EXACT, refused),
      );
      expect(code).toBeGreaterThan(0);
      expect(client.ResultCode, client.LastErrorString).toBeGreaterThanOrEqual(500);
      await client.Disconnect();
      await server.waitForMessages(200, (found) => found.subject === subject);
      expect((await server.readMessages()).filter((found) => found.subject === refused)).toEqual([]);
    });
  });

  test("30 MB", async () => {
    const way = ways.at(-1)!;
    const subject = newSubject();
    const client = await connected(way);
    const code = await client.SendMessage(FROM, TO, await textOf(THIRTY_MEGABYTES, subject));
    expect(code, client.LastErrorString).toBe(0);
    await client.Disconnect();
    const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
    await THIRTY_MEGABYTES.check(stored!.content, subject, python);
  });

  test.each(ways.filter(({ login }) => login === true).slice(0, 1))(
    "a wrong password is a code",
    async (way) => {
      const client = await connected({ ...way, login: false });
      expect(await client.Authenticate(ACCOUNTS.ann.username, "wrong")).toBeGreaterThan(0);
      expect(client.ResultCode).toBe(535);
      await client.Disconnect();
    },
  );
});
