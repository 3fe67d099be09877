// One program of a facade over every server: what it says, what arrives.
import { composeMessage } from "@wirepost/mime-message";
import {
  SmtpClient,
  smtpOptionExtended,
  smtpOptionSecureExplicit,
  smtpOptionSecureImplicit,
  smtpOptionTrustedSite,
  stErrorAuthenticationFailed,
  stErrorCommandNotSupported,
} from "@wirepost/sockettools-compat";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PythonReader, startPythonReader } from "../../src/raw/python-email.js";
import { ACCOUNTS } from "../../src/servers/mail-server.js";
import { newSubject } from "../matrix/matrix.js";
import { EXACT, type MessageKind, newExact, THIRTY_MEGABYTES, UTF8_ADDRESS } from "../matrix/messages.js";
import {
  AIOSMTPD,
  EXIM,
  expectNothing,
  kindsFor,
  modesOf,
  named,
  OPENSMTPD,
  POSTFIX_DOVECOT,
  portOf,
  type RunningServer,
  SMTP_SERVER,
  type TlsMode,
} from "./servers.js";

const SERVERS = [POSTFIX_DOVECOT, EXIM, OPENSMTPD, AIOSMTPD, SMTP_SERVER];

const OPTIONS: Readonly<Record<TlsMode, number>> = {
  plain: smtpOptionExtended,
  explicit: smtpOptionExtended | smtpOptionSecureExplicit | smtpOptionTrustedSite,
  implicit: smtpOptionExtended | smtpOptionSecureImplicit | smtpOptionTrustedSite,
};
/** Nothing is to be logged in for where the line can be read. */
const withLogin = (mode: TlsMode): boolean => mode !== "plain";

const FROM = "ann@example.test";
const TO = "bob@example.test";

const UTF8_ENVELOPES = [
  [UTF8_ADDRESS.from!, TO],
  [FROM, UTF8_ADDRESS.to!],
] as const;

/** A message as a program of that time had it: complete, and seven bits wide where no address is wider. */
async function textOf(kind: MessageKind, subject: string): Promise<string> {
  const { raw, ...message } = kind.build(subject);
  if (typeof raw === "string") return raw;
  const { content } = await composeMessage(message, { smtpUtf8: true });
  if (content instanceof Uint8Array) return Buffer.from(content).toString("utf8");
  const blocks: Uint8Array[] = [];
  for await (const block of content.open()) blocks.push(block);
  return Buffer.concat(blocks).toString("utf8");
}

let python: PythonReader;
beforeAll(async () => {
  python = await startPythonReader();
});
afterAll(() => python?.stop());

describe.each(named(SERVERS))("SocketTools' SmtpClient to %s", (_name, row) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await row.start();
  });
  afterAll(() => server?.stop());

  async function connected(mode: TlsMode, login: boolean = withLogin(mode)): Promise<SmtpClient> {
    const client = new SmtpClient();
    const code = await client.Connect(server.host, portOf(row, server, mode), { Options: OPTIONS[mode] });
    expect(code, client.LastErrorString).toBe(0);
    if (login) {
      const { username, password } = ACCOUNTS.ann;
      expect(await client.Authenticate(username, password), client.LastErrorString).toBe(0);
    }
    return client;
  }

  describe.each(modesOf(row))("TLS %s", (mode) => {
    test.each(kindsFor(row))("$name", async (kind) => {
      const subject = newSubject();
      const client = await connected(mode);
      const code = await client.SendMessage(kind.from ?? FROM, kind.to ?? TO, await textOf(kind, subject));
      expect(code, client.LastErrorString).toBe(0);
      expect(await client.Disconnect()).toBe(0);
      const [stored, ...others] = await server.waitForMessages(1, (found) => found.subject === subject);
      expect(others).toEqual([]);
      await kind.check(stored!.content, subject, python);
    });

    test.each(row.smtpUtf8 ? [] : UTF8_ENVELOPES)(
      "an address outside ASCII, %s to %s: a code before MAIL, and nothing arrives",
      async (from, to) => {
        const subject = newSubject();
        const client = await connected(mode);
        const replies: number[] = [];
        client.OnCommand = (code) => void replies.push(code);
        expect(await client.SendMessage(from, to, newExact(subject))).toBe(stErrorCommandNotSupported);
        expect(client.LastErrorString).toContain("SMTPUTF8");
        await client.Disconnect();
        // QUIT alone was said.
        expect(replies).toEqual([221]);
        await expectNothing(row, server, subject);
      },
    );

    test("200 recipients; one refused among them, and nobody gets it", async () => {
      const client = await connected(mode);
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
    const mode = modesOf(row).at(-1)!;
    const subject = newSubject();
    const client = await connected(mode);
    const code = await client.SendMessage(FROM, TO, await textOf(THIRTY_MEGABYTES, subject));
    expect(code, client.LastErrorString).toBe(0);
    await client.Disconnect();
    const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
    await THIRTY_MEGABYTES.check(stored!.content, subject, python);
  });

  test("a wrong password is a code", async () => {
    const client = await connected("explicit", false);
    expect(await client.Authenticate(ACCOUNTS.ann.username, "wrong")).toBe(stErrorAuthenticationFailed);
    expect(client.ResultCode).toBe(535);
    await client.Disconnect();
  });
});
