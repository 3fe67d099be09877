// A Java program's lines over every server: what they say, what arrives.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import {
  DefaultSMTPEventListener,
  IPWorksException,
  SMTP,
  type SMTPConnectionStatusEvent,
  type SMTPErrorEvent,
  type SMTPPITrailEvent,
} from "@wirepost/ipworks-compat/java";
import { composeMessage } from "@wirepost/mime-message";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PythonReader, startPythonReader } from "../../src/raw/python-email.js";
import { ACCOUNTS } from "../../src/servers/mail-server.js";
import { newSubject } from "../matrix/matrix.js";
import { ASCII, type MessageKind, THIRTY_MEGABYTES, UTF8_ADDRESS } from "../matrix/messages.js";
import {
  AIOSMTPD,
  combinations,
  EXIM,
  expectNothing,
  kindsFor,
  manyRecipients,
  modesOf,
  named,
  OPENSMTPD,
  POSTFIX_CYRUS,
  POSTFIX_DOVECOT,
  type ProgramServer,
  portOf,
  type RunningServer,
  SMTP_SERVER,
  type TlsMode,
} from "./servers.js";

const SERVERS = [POSTFIX_DOVECOT, POSTFIX_CYRUS, EXIM, OPENSMTPD, AIOSMTPD, SMTP_SERVER];

const START_MODES = { plain: SMTP.sslNone, explicit: SMTP.sslExplicit, implicit: SMTP.sslImplicit } as const;

/** An AuthMechanism, and the mechanism that is said for it. */
interface Login {
  readonly name: string;
  readonly number: number;
  readonly says: string;
  readonly settings?: readonly string[];
  /** The version of NTLM that it speaks. */
  readonly ntlm?: 1 | 2;
}

const LOGINS: readonly Login[] = [
  { name: "amUserPassword", number: SMTP.amUserPassword, says: "LOGIN" },
  { name: "amSASLPlain", number: SMTP.amSASLPlain, says: "PLAIN" },
  { name: "amCRAMMD5", number: SMTP.amCRAMMD5, says: "CRAM-MD5" },
  { name: "amSASLDigestMD5", number: SMTP.amSASLDigestMD5, says: "DIGEST-MD5" },
  { name: "amNTLM", number: SMTP.amNTLM, says: "NTLM", ntlm: 1 },
  { name: "amNTLM with UseNTLMv2", number: SMTP.amNTLM, says: "NTLM", settings: ["UseNTLMv2=True"], ntlm: 2 },
  { name: "amXOAUTH2", number: SMTP.amXOAUTH2, says: "XOAUTH2" },
];

const KERBEROS: Login = { name: "amKerberos", number: SMTP.amKerberos, says: "GSSAPI" };

/** What can get in: the servers verify NTLM up to a version. */
function loginsAt({ mechanisms, ntlm = 2 }: ProgramServer, mode: TlsMode): readonly Login[] {
  return LOGINS.filter(
    (login) => mechanisms[mode]?.includes(login.says) === true && (login.ntlm ?? 1) <= ntlm,
  );
}

/** A charset is set, so nothing but the address needs SMTPUTF8, wherever it stands. */
const UTF8_REFUSALS: readonly (readonly [where: string, replaced: boolean])[] = [
  ["in the headers too", false],
  ["in the envelope alone", true],
];

type ImpossibleLogin = readonly [title: string, login: Login, secret: string, says: RegExp];

/** Logins that have to fail at this server, and what the exception says. */
function impossibleLogins(row: ProgramServer): readonly ImpossibleLogin[] {
  const possible = loginsAt(row, "explicit");
  const withToken = possible.find(({ says }) => says === "XOAUTH2");
  const withPassword = possible.filter((login) => login !== withToken).at(-1)!;
  const cases: ImpossibleLogin[] = [
    [`${withPassword.name}, a wrong password`, withPassword, "wrong", /^535/],
    ["amKerberos, which is not announced", KERBEROS, ACCOUNTS.ann.password, /mechanisms/],
  ];
  const newer = LOGINS.find(({ ntlm }) => ntlm === 2)!;
  if (row.ntlm === 1)
    cases.push([`${newer.name}, which is not verified`, newer, ACCOUNTS.ann.password, /^535/]);
  if (withToken !== undefined) cases.push([`${withToken.name}, a wrong token`, withToken, "wrong", /^535/]);
  return cases;
}

class Listener extends DefaultSMTPEventListener {
  /** The client's lines of the conversation. */
  readonly said: string[] = [];
  readonly refused: string[] = [];
  /** The versions of the handshakes. */
  readonly secured: string[] = [];
  override PITrail(e: SMTPPITrailEvent): void {
    if (e.direction === 0) this.said.push(e.message);
  }
  override connectionStatus(e: SMTPConnectionStatusEvent): void {
    if (e.connectionEvent === "SSL handshake complete") this.secured.push(e.description);
  }
  override error(e: SMTPErrorEvent): void {
    this.refused.push(e.description);
  }
}

/** The message as such a program writes it: properties, and what the product does not build by OtherHeaders. */
async function fill(smtp: SMTP, kind: MessageKind, subject: string): Promise<void> {
  const message = kind.build(subject);
  if (typeof message.raw === "string") {
    const at = message.raw.indexOf("\r\n\r\n");
    smtp.setFrom("ann@example.test");
    smtp.setSendTo("bob@example.test");
    smtp.setOtherHeaders(`\r\n${message.raw.slice(0, at)}`);
    smtp.setMessageText(message.raw.slice(at + 4));
    return;
  }
  smtp.config("Charset=utf-8");
  smtp.setFrom(String(message.from));
  smtp.setSendTo(String(message.to));
  smtp.setSubject(subject);
  if (message.html === undefined && message.attachments === undefined) {
    smtp.setOtherHeaders("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8");
    smtp.setMessageText(String(message.text).replaceAll("\n", "\r\n"));
    return;
  }
  const { content } = await composeMessage(message);
  const blocks: Uint8Array[] = [];
  for await (const block of content instanceof Uint8Array ? [content] : content.open()) blocks.push(block);
  const whole = Buffer.concat(blocks);
  const at = whole.indexOf("\r\n\r\n");
  const fields = whole
    .subarray(0, at)
    .toString("latin1")
    .split(/\r\n(?![ \t])/);
  smtp.setOtherHeaders(fields.filter((field) => /^(?:MIME-Version|Content-)/.test(field)).join("\r\n"));
  const body = whole.subarray(at + 4);
  if (kind.heavy === true) smtp.setMessageStream(Readable.from([body]));
  else smtp.setMessageText(body.toString("latin1"));
}

/** What a method failed with: the number, and the text. */
async function failureOf(work: Promise<void>): Promise<[number, string]> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof IPWorksException)) throw error;
    return [error.getCode(), error.getMessage()];
  }
  throw new Error("it did not fail");
}

let python: PythonReader;
beforeAll(async () => {
  python = await startPythonReader();
});
afterAll(() => python?.stop());

describe.each(named(SERVERS))("IPWorks' SMTP to %s", (_name, row) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await row.start();
  });
  afterAll(() => server?.stop());

  function prepared(mode: TlsMode, login?: Login): { smtp: SMTP; listener: Listener } {
    const smtp = new SMTP();
    const listener = new Listener();
    smtp.addSMTPEventListener(listener);
    smtp.setMailServer(server.host);
    smtp.setMailPort(portOf(row, server, mode));
    smtp.setSSLStartMode(START_MODES[mode]);
    smtp.config(`SSLServerCACerts=${readFileSync(server.caFile, "utf8")}`);
    if (login === undefined) return { smtp, listener };
    smtp.setAuthMechanism(login.number);
    smtp.setUser(ACCOUNTS.ann.username);
    for (const setting of login.settings ?? []) smtp.config(setting);
    if (login.says === "XOAUTH2") smtp.config(`AuthorizationIdentity=Bearer ${server.token}`);
    else smtp.setPassword(ACCOUNTS.ann.password);
    return { smtp, listener };
  }

  describe.each(modesOf(row))("TLS %s", (mode) => {
    const logins = loginsAt(row, mode);

    test.each(combinations(kindsFor(row), logins, ({ name }) => name))("%s", async (_title, kind, login) => {
      const subject = newSubject();
      const { smtp, listener } = prepared(mode, login);
      await fill(smtp, kind, subject);
      await smtp.send();
      expect(smtp.isConnected()).toBe(false);
      expect(listener.said.includes("STARTTLS")).toBe(mode === "explicit");
      expect(listener.secured).toEqual(mode === "plain" ? [] : ["TLSv1.3"]);
      const auth = listener.said.find((line) => line.startsWith("AUTH "));
      expect(auth?.split(" ")[1]).toBe(login?.says);
      expect(listener.said.join("\n")).not.toContain(ACCOUNTS.ann.password);
      const [stored, ...others] = await server.waitForMessages(1, (found) => found.subject === subject);
      expect(others).toEqual([]);
      await kind.check(stored!.content, subject, python);
    });

    test.each(row.smtpUtf8 ? [] : UTF8_REFUSALS)(
      "an address outside ASCII, %s: 161 before MAIL, and nothing arrives",
      async (_where, replaced) => {
        const subject = newSubject();
        const { smtp, listener } = prepared(mode, logins[0]);
        await fill(smtp, UTF8_ADDRESS, subject);
        // Beginning with an empty line, they are all the headers there are.
        if (replaced) smtp.setOtherHeaders(`\r\nTo: undisclosed-recipients:;\r\nSubject: ${subject}`);
        expect(await failureOf(smtp.send())).toEqual([161, expect.stringContaining("SMTPUTF8")]);
        expect(listener.said.filter((line) => line.startsWith("MAIL"))).toEqual([]);
        await smtp.disconnect();
        await expectNothing(row, server, subject);
      },
    );
  });

  test("30 MB", async () => {
    const mode = modesOf(row).at(-1)!;
    const subject = newSubject();
    const { smtp } = prepared(mode, loginsAt(row, mode)[0]);
    await fill(smtp, THIRTY_MEGABYTES, subject);
    await smtp.send();
    const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
    await THIRTY_MEGABYTES.check(stored!.content, subject, python);
  });

  test("200 recipients, some refused: an Error event for each of them, and the others get it", async () => {
    const subject = newSubject();
    const to = manyRecipients(row);
    const { smtp, listener } = prepared("plain");
    smtp.config("StopOnToErrors=False");
    smtp.setFrom("ann@example.test");
    smtp.setSendTo(to.join(", "));
    smtp.setSubject(subject);
    smtp.setMessageText("text\r\n");
    await smtp.send();
    const refused = to.filter((address) => address.startsWith(row.refused));
    expect(listener.refused.map((text) => text.slice(0, 3))).toEqual(refused.map(() => "550"));
    const stored = await server.waitForMessages(180, (found) => found.subject === subject);
    expect(stored.map(({ recipient }) => recipient).sort()).toEqual(
      to.filter((address) => !refused.includes(address)).sort(),
    );
  });

  test("one recipient of several is refused: 161 with the reply, and nobody gets it", async () => {
    const subject = newSubject();
    const { smtp } = prepared("plain");
    smtp.setFrom("ann@example.test");
    smtp.setSendTo(`bob@example.test, ${row.refused}@example.test, eve@example.test`);
    smtp.setSubject(subject);
    smtp.setMessageText("text\r\n");
    expect(await failureOf(smtp.send())).toEqual([161, expect.stringMatching(/^550/)]);
    await smtp.disconnect();
    await expectNothing(row, server, subject);
  });

  test.each(impossibleLogins(row))("%s: 161, and nothing arrives", async (_title, login, secret, says) => {
    const subject = newSubject();
    const { smtp, listener } = prepared("explicit", login);
    if (login.says === "XOAUTH2") smtp.config(`AuthorizationIdentity=Bearer ${secret}`);
    else smtp.setPassword(secret);
    await fill(smtp, ASCII, subject);
    expect(await failureOf(smtp.send())).toEqual([161, expect.stringMatching(says)]);
    expect(smtp.isConnected()).toBe(false);
    expect(listener.said.filter((line) => line.startsWith("MAIL"))).toEqual([]);
    await expectNothing(row, server, subject);
  });
});
