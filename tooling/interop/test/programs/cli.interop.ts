import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PythonReader, startPythonReader } from "../../src/raw/python-email.js";
import { ACCOUNTS } from "../../src/servers/mail-server.js";
import { newSubject } from "../matrix/matrix.js";
import { EXACT, type MessageKind, THIRTY_MEGABYTES, UTF8_ADDRESS } from "../matrix/messages.js";
import { type Ran, type Secrets, WirepostCommand } from "./command.js";
import {
  AIOSMTPD,
  combinations,
  DOVECOT_LMTP,
  DOVECOT_SUBMISSION,
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

const SERVERS = [
  POSTFIX_DOVECOT,
  POSTFIX_CYRUS,
  EXIM,
  OPENSMTPD,
  DOVECOT_SUBMISSION,
  DOVECOT_LMTP,
  AIOSMTPD,
  SMTP_SERVER,
];

const TOKENS = ["XOAUTH2", "OAUTHBEARER"];
/** Names that `--auth` knows while no flag has what they need: a trace, a certificate, a ticket. */
const WITHOUT_FLAGS = ["ANONYMOUS", "EXTERNAL", "GSSAPI"];
const ENVELOPE = ["--from", "ann@example.test", "--to", "bob@example.test"];

/** What the composer needs SMTPUTF8 for, and what the envelope alone does: one reason, one exit code. */
const NEEDING_SMTPUTF8: readonly MessageKind[] = [
  UTF8_ADDRESS,
  { ...EXACT, name: "ready octets to an address outside ASCII", to: UTF8_ADDRESS.to },
];

/** What VRFY is answered, and what the command makes of it: 0 is a yes, 67 a no, and 69 neither. */
const VRFY: Readonly<Record<string, readonly (readonly [name: string, reply: number, exit: number])[]>> = {
  [POSTFIX_DOVECOT.name]: [
    ["bob", 252, 69],
    ["refused", 550, 67],
  ],
  [EXIM.name]: [["bob", 250, 0]],
  [OPENSMTPD.name]: [["bob", 500, 69]],
  // A complaint about the argument, which Dovecot wants quoted: nothing is said about the mailbox, and there is one.
  [DOVECOT_LMTP.name]: [["bob", 501, 69]],
};

/** The mechanisms that the command can log in with here. It speaks version 2 of NTLM, which Exim does not verify. */
function usable({ mechanisms, ntlm }: ProgramServer, mode: TlsMode): readonly string[] {
  return (mechanisms[mode] ?? []).filter(
    (name) => !WITHOUT_FLAGS.includes(name) && (name !== "NTLM" || ntlm === 2),
  );
}

interface ImpossibleLogin {
  readonly name: string;
  readonly mode: TlsMode;
  readonly mechanism: string;
  /** The reason by name. */
  readonly code: string;
  readonly secrets?: Secrets;
}

/** Logins that have to fail at this server. */
function impossibleLogins(row: ProgramServer): (readonly [string, ImpossibleLogin])[] {
  const logins: ImpossibleLogin[] = [];
  const insideTls = row.mechanisms.explicit ?? [];
  const mode = "explicit";
  if (insideTls.length === 0)
    logins.push({
      name: "a login where none is offered",
      mode,
      mechanism: "PLAIN",
      code: "ERR_CLIENT_AUTH_NOT_OFFERED",
    });
  const wrong = {
    mode,
    code: "ERR_CLIENT_AUTH_REFUSED",
    secrets: { WIREPOST_PASSWORD: "wrong", WIREPOST_TOKEN: "wrong" },
  } as const;
  const strongest = usable(row, mode)
    .filter((name) => !TOKENS.includes(name))
    .at(-1);
  if (strongest !== undefined)
    logins.push({ name: `${strongest}: a wrong password`, mechanism: strongest, ...wrong });
  if (insideTls.includes("XOAUTH2"))
    logins.push({ name: "XOAUTH2: a wrong token", mechanism: "XOAUTH2", ...wrong });
  if (row.ntlm === 1)
    logins.push({
      name: "NTLM of version 2, which this server does not verify",
      mode,
      mechanism: "NTLM",
      code: "ERR_CLIENT_AUTH_REFUSED",
    });
  for (const mechanism of insideTls.filter((name) => WITHOUT_FLAGS.includes(name)))
    logins.push({
      name: `${mechanism}, which no flag has anything for`,
      mode,
      mechanism,
      code: "ERR_SASL_CREDENTIALS_MISSING",
    });
  if (row.mechanisms.plain !== undefined)
    logins.push({
      name: "PLAIN without TLS that was not allowed by name",
      mode: "plain",
      mechanism: "PLAIN",
      code: "ERR_SASL_CLEAR_TEXT_REFUSED",
    });
  return named(logins);
}

let command: WirepostCommand;
let python: PythonReader;
beforeAll(async () => {
  command = new WirepostCommand();
  python = await startPythonReader();
});
afterAll(async () => {
  await python?.stop();
  command?.remove();
});

describe.each(named(SERVERS))("wirepost to %s", (_name, row) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await row.start();
  });
  afterAll(() => server?.stop());

  /** The words that name the server and its TLS. */
  function place(mode: TlsMode, user: string): string[] {
    const scheme = row.protocol === "lmtp" ? "lmtp" : mode === "implicit" ? "smtps" : "smtp";
    const query = scheme === "lmtp" && mode === "implicit" ? "?tls=implicit" : "";
    const words = [`${scheme}://${user}127.0.0.1:${portOf(row, server, mode)}${query}`];
    if (mode === "plain") words.push("--starttls", "none");
    else words.push("--ca", server.caFile);
    if (mode === "explicit") words.push("--starttls", "required");
    return words;
  }

  /** Those, and the words of a login that gets in. */
  function target(mode: TlsMode, mechanism?: string): string[] {
    if (mechanism === undefined) return place(mode, "");
    const words = [...place(mode, "ann@"), "--auth", mechanism];
    if (mode === "plain") words.push("--allow-clear-text", mechanism);
    if (TOKENS.includes(mechanism))
      words.push("--token-file", command.file(`token of ${row.name}`, `${server.token}\n`));
    return words;
  }

  function expectExit(ran: Ran, code: number): void {
    expect(ran.code, ran.error + ran.out + server.log()).toBe(code);
    for (const secret of [ACCOUNTS.ann.password, server.token ?? ACCOUNTS.ann.password]) {
      expect(ran.out + ran.error).not.toContain(secret);
      expect(ran.out + ran.error).not.toContain(Buffer.from(secret).toString("base64"));
    }
  }

  describe.each(modesOf(row))("TLS %s", (mode) => {
    const logins = usable(row, mode);

    test.concurrent("probe tells what is announced", async () => {
      const ran = await command.run(["probe", ...target(mode), "--json"]);
      expectExit(ran, 0);
      const { announced } = JSON.parse(ran.out) as { announced: { mechanisms: string[] } };
      expect([...announced.mechanisms].sort()).toEqual([...(row.mechanisms[mode] ?? [])].sort());
      expect(ran.out.includes("SMTPUTF8")).toBe(row.smtpUtf8);
    });

    test.concurrent.each(combinations(kindsFor(row), logins, (name) => name))(
      "%s",
      async (_title, kind, login) => {
        const subject = newSubject();
        const ran = await command.send([...target(mode, login), "--verbose"], kind, subject);
        expectExit(ran, 0);
        expect(ran.error.includes("C: STARTTLS")).toBe(mode === "explicit");
        expect(/C: AUTH (\S+)/.exec(ran.error)?.[1]).toBe(login);
        const [stored, ...others] = await server.waitForMessages(1, (found) => found.subject === subject);
        expect(others).toEqual([]);
        await kind.check(stored!.content, subject, python);
      },
    );

    test.each(row.smtpUtf8 ? [] : NEEDING_SMTPUTF8)(
      "$name: 69 before MAIL, the reason has a name, and nothing arrives",
      async (kind) => {
        const subject = newSubject();
        const ran = await command.send([...target(mode, logins[0]), "--verbose", "--json"], kind, subject);
        expectExit(ran, 69);
        expect(JSON.parse(ran.out)).toMatchObject({
          ok: false,
          exitCode: 69,
          error: { code: expect.stringMatching(/_SMTPUTF8_/), state: "not-sent" },
        });
        expect(ran.error).not.toContain("C: MAIL");
        await expectNothing(row, server, subject);
      },
    );
  });

  test("an attachment of 30 MB", async () => {
    const mode = modesOf(row).at(-1)!;
    const subject = newSubject();
    expectExit(await command.send(target(mode, usable(row, mode)[0]), THIRTY_MEGABYTES, subject), 0);
    const [stored] = await server.waitForMessages(1, (found) => found.subject === subject);
    await THIRTY_MEGABYTES.check(stored!.content, subject, python);
  });

  test("200 recipients, some refused: 81, and the receipt names them", async () => {
    const [mode] = modesOf(row);
    const subject = newSubject();
    const to = manyRecipients(row);
    const refused = to.filter((address) => address.startsWith(row.refused));
    const words = ["--from", "ann@example.test", "--to", to.join(", "), "--subject", subject, "--json"];
    const ran = await command.run(["send", ...target(mode!, usable(row, mode!)[0]), ...words], "text\n");
    expectExit(ran, 81);
    const receipt = JSON.parse(ran.out) as { recipients: { address: string; outcome: string }[] };
    const rejected = receipt.recipients.filter(({ outcome }) => outcome === "rejected");
    expect(rejected.map(({ address }) => address)).toEqual(refused);
    const stored = await server.waitForMessages(180, (found) => found.subject === subject);
    expect(stored).toHaveLength(180);
    // Dovecot gives each recipient a folder, and writes no name into the message.
    if (row.protocol === "lmtp") return;
    expect(stored.map(({ recipient }) => recipient).sort()).toEqual(
      to.filter((address) => !refused.includes(address)).sort(),
    );
  });

  test("a refused recipient is 67, and nothing arrives", async () => {
    const [mode] = modesOf(row);
    const subject = newSubject();
    const words = ["--from", "ann@example.test", "--to", `${row.refused}@example.test`, "--subject", subject];
    const ran = await command.run(["send", ...target(mode!, usable(row, mode!)[0]), ...words], "text\n");
    expectExit(ran, 67);
    await expectNothing(row, server, subject);
  });

  test.each(impossibleLogins(row))("%s is 77, and nothing arrives", async (_name, login) => {
    const { mode, mechanism, code, secrets } = login;
    const subject = newSubject();
    const words = [...place(mode, "ann@"), "--auth", mechanism, ...ENVELOPE, "--subject", subject, "--json"];
    const ran = await command.run(["send", ...words], "text\n", secrets);
    expectExit(ran, 77);
    expect(JSON.parse(ran.out)).toMatchObject({
      ok: false,
      exitCode: 77,
      error: { code, state: "not-sent" },
    });
    await expectNothing(row, server, subject);
  });

  test.each(VRFY[row.name] ?? [])(
    "verify %s: the reply is %i, the exit code %i",
    async (name, reply, exit) => {
      const ran = await command.run(["verify", ...place("plain", ""), `${name}@example.test`, "--json"]);
      expectExit(ran, exit);
      expect(JSON.parse(ran.out)).toMatchObject({ exitCode: exit, answers: [{ reply: { code: reply } }] });
    },
  );
});
