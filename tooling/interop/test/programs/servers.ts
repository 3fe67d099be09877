// The servers as whole programs see them: which port has which TLS, and which mechanisms are announced there.
import { expect } from "vitest";
import { startAiosmtpd } from "../../src/servers/aiosmtpd.js";
import { startDovecotLmtp } from "../../src/servers/dovecot-lmtp.js";
import { startDovecotSubmission } from "../../src/servers/dovecot-submission.js";
import { startExim } from "../../src/servers/exim.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startPostfixCyrus } from "../../src/servers/postfix-cyrus.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { startTokenEndpoint } from "../../src/servers/token-endpoint.js";
import { clientFor, newSubject, type Way } from "../matrix/matrix.js";
import {
  ASCII,
  EIGHT_BIT_EXACT,
  EXACT,
  LONG_LINES,
  type MessageKind,
  UNICODE,
  UTF8_ADDRESS,
} from "../matrix/messages.js";

export type TlsMode = "plain" | "explicit" | "implicit";

/** A server that runs, and the token that it takes where it takes tokens. */
export interface RunningServer extends MailServer {
  readonly token?: string;
}

export interface ProgramServer {
  readonly name: string;
  readonly protocol: "smtp" | "lmtp";
  readonly start: () => Promise<RunningServer>;
  /** The port of each TLS mode that the server has. */
  readonly ports: Readonly<Partial<Record<TlsMode, string>>>;
  /** What AUTH announces in each of these modes. */
  readonly mechanisms: Readonly<Partial<Record<TlsMode, readonly string[]>>>;
  readonly smtpUtf8: boolean;
  /** Recipients whose names begin so are refused with 550. */
  readonly refused: string;
  /** The newest version of NTLM that the server verifies. */
  readonly ntlm?: 1 | 2;
}

const PLAIN_LOGIN = ["PLAIN", "LOGIN"];
const DIGESTS = ["CRAM-MD5", "DIGEST-MD5"];
const SCRAM = ["SCRAM-SHA-1", "SCRAM-SHA-256"];
const TOKENS = ["XOAUTH2", "OAUTHBEARER"];

const everywhere = (mechanisms: readonly string[]) => ({
  plain: mechanisms,
  explicit: mechanisms,
  implicit: mechanisms,
});
const insideTls = (mechanisms: readonly string[]) => ({ explicit: mechanisms, implicit: mechanisms });
const PORTS = { plain: "plain", explicit: "starttls", implicit: "implicit" } as const;
const COMMON = { protocol: "smtp", ports: PORTS, smtpUtf8: true, refused: "refused" } as const;

export const POSTFIX_DOVECOT: ProgramServer = {
  ...COMMON,
  name: "Postfix with Dovecot",
  async start() {
    const tokens = await startTokenEndpoint();
    const server = await startPostfixDovecot({ introspectionUrl: tokens.introspectionUrl });
    const stop = async () => {
      await server.stop();
      await tokens.stop();
    };
    return { ...server, token: tokens.token, stop };
  },
  // Nobody gets mail past this port without TLS and a login.
  ports: { ...PORTS, explicit: "submission" },
  mechanisms: everywhere([...PLAIN_LOGIN, ...DIGESTS, ...SCRAM, ...TOKENS, "ANONYMOUS"]),
};

export const POSTFIX_CYRUS: ProgramServer = {
  ...COMMON,
  name: "Postfix with Cyrus SASL",
  start: startPostfixCyrus,
  mechanisms: everywhere([...PLAIN_LOGIN, ...DIGESTS, ...SCRAM, "SCRAM-SHA-512", "NTLM"]),
  ntlm: 2,
};

export const EXIM: ProgramServer = {
  ...COMMON,
  name: "Exim",
  start: startExim,
  mechanisms: everywhere([...PLAIN_LOGIN, ...DIGESTS, ...SCRAM, "SCRAM-SHA-512", "NTLM"]),
  ntlm: 1,
};

export const OPENSMTPD: ProgramServer = {
  ...COMMON,
  name: "OpenSMTPD",
  start: startOpenSmtpd,
  ports: { ...PORTS, explicit: "submission" },
  mechanisms: insideTls(PLAIN_LOGIN),
  smtpUtf8: false,
};

export const AIOSMTPD: ProgramServer = {
  ...COMMON,
  name: "aiosmtpd",
  start: startAiosmtpd,
  mechanisms: everywhere(PLAIN_LOGIN),
};

export const SMTP_SERVER: ProgramServer = {
  ...COMMON,
  name: "smtp-server",
  start: async () => ({ ...(await startSmtpServer()), token: "good-token" }),
  mechanisms: everywhere([...PLAIN_LOGIN, "CRAM-MD5", "XOAUTH2"]),
};

export const DOVECOT_SUBMISSION: ProgramServer = {
  ...COMMON,
  name: "Dovecot 2.4 submission",
  async start() {
    const relay = await startSmtpServer();
    const { readMessages } = relay;
    const server = await startDovecotSubmission({ relay: { port: relay.ports.plain, readMessages } });
    const stop = async () => {
      await server.stop();
      await relay.stop();
    };
    return { ...server, stop };
  },
  ports: { explicit: "starttls", implicit: "implicit" },
  mechanisms: insideTls([...PLAIN_LOGIN, ...DIGESTS, ...SCRAM, ...SCRAM.map((name) => `${name}-PLUS`)]),
  smtpUtf8: false,
};

export const DOVECOT_LMTP: ProgramServer = {
  ...COMMON,
  name: "Dovecot LMTP",
  protocol: "lmtp",
  start: startDovecotLmtp,
  ports: { ...PORTS, explicit: "plain" },
  mechanisms: {},
  smtpUtf8: false,
  refused: "nobody",
};

export function modesOf({ ports }: ProgramServer): readonly TlsMode[] {
  return (["plain", "explicit", "implicit"] as const).filter((mode) => ports[mode] !== undefined);
}

export function portOf(row: ProgramServer, server: MailServer, mode: TlsMode): number {
  return server.ports[row.ports[mode]!]!;
}

/** The light kinds that this server takes as they are. */
export function kindsFor({ smtpUtf8 }: ProgramServer): readonly MessageKind[] {
  const kinds = [ASCII, EIGHT_BIT_EXACT, LONG_LINES, UNICODE, EXACT];
  return smtpUtf8 ? [...kinds, UTF8_ADDRESS] : kinds;
}

/** Each with its name in front, as `describe.each` and `test.each` print it. */
export function named<Row extends { readonly name: string }>(
  rows: readonly Row[],
): (readonly [string, Row])[] {
  return rows.map((row) => [row.name, row] as const);
}

/** As few combinations as hold every login and every kind, each with its title. */
export function combinations<Login>(
  kinds: readonly MessageKind[],
  logins: readonly Login[],
  nameOf: (login: Login) => string,
): (readonly [title: string, kind: MessageKind, login: Login | undefined])[] {
  return Array.from({ length: Math.max(kinds.length, logins.length) }, (_, at) => {
    const kind = kinds[at % kinds.length]!;
    const login = logins[at % logins.length];
    return [`${login === undefined ? "no login" : nameOf(login)}, ${kind.name}`, kind, login] as const;
  });
}

/** 200 recipients, of whom every tenth is refused. */
export function manyRecipients({ refused }: ProgramServer): readonly string[] {
  return Array.from(
    { length: 200 },
    (_, at) => `${at % 10 === 3 ? `${refused}${at}` : `r${at}`}@example.test`,
  );
}

/** Nothing of this subject has arrived by the time at which a message that was sent later has. */
export async function expectNothing(
  row: ProgramServer,
  server: RunningServer,
  subject: string,
): Promise<void> {
  const way: Way<string> =
    row.ports.plain === undefined
      ? { port: row.ports.explicit!, tls: "required", mechanism: "PLAIN" }
      : { port: row.ports.plain, tls: "none", more: { protocol: row.protocol } };
  const client = clientFor(server, way);
  const later = newSubject();
  await client.send({ from: "ann@example.test", to: "bob@example.test", subject: later, text: "later\n" });
  await client.close();
  await server.waitForMessages(1, (found) => found.subject === later);
  expect(server.readMessages().filter((found) => found.subject === subject)).toEqual([]);
}
