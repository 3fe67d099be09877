import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAiosmtpd } from "../../src/servers/aiosmtpd.js";
import { startDovecotSubmission } from "../../src/servers/dovecot-submission.js";
import { startExim } from "../../src/servers/exim.js";
import { ACCOUNTS, type MailServer } from "../../src/servers/mail-server.js";
import { startOpenSmtpd } from "../../src/servers/opensmtpd.js";
import { startPostfixCyrus } from "../../src/servers/postfix-cyrus.js";
import { startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { startSmtpServer } from "../../src/servers/smtp-server.js";
import { outcomeOf, tryMechanism } from "./logins.js";

const PLAIN = ["PLAIN", "LOGIN"];
const SCRAM = ["SCRAM-SHA-1", "SCRAM-SHA-256"];
const DIGESTS = ["CRAM-MD5", "DIGEST-MD5"];
const SERVERS = [
  ["Postfix with Dovecot", startPostfixDovecot, [...PLAIN, ...DIGESTS, ...SCRAM]],
  ["Postfix with Cyrus SASL", startPostfixCyrus, [...PLAIN, ...DIGESTS, ...SCRAM, "SCRAM-SHA-512", "NTLM"]],
  ["Exim", startExim, [...PLAIN, ...DIGESTS, ...SCRAM, "SCRAM-SHA-512", "NTLM"]],
  [
    "Dovecot 2.4",
    startDovecotSubmission,
    [...PLAIN, ...DIGESTS, ...SCRAM, "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"],
  ],
  ["OpenSMTPD", startOpenSmtpd, PLAIN],
  ["aiosmtpd", startAiosmtpd, PLAIN],
  ["smtp-server", startSmtpServer, [...PLAIN, "CRAM-MD5"]],
] as const;

/**
 * Logins that a server refuses though the client does as the RFC says. Dovecot hashes every name in UTF-8, where
 * RFC 2831 section 2.1.2.1 wants ISO 8859-1 if that can write it. Cyrus and Exim keep only the low octet of each
 * UTF-16 unit of an NTLM name and then compare with UTF-8.
 */
const KNOWN_REFUSALS: Readonly<Record<string, readonly string[]>> = {
  "Postfix with Dovecot, DIGEST-MD5": ["jürgen"],
  "Dovecot 2.4, DIGEST-MD5": ["jürgen"],
  "Postfix with Cyrus SASL, NTLM": ["jürgen", "νίκη"],
  "Exim, NTLM": ["jürgen", "νίκη"],
};

describe.each(SERVERS)("%s", (name, start, mechanisms) => {
  let server: MailServer<"implicit">;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  // Exim's own NTLM verifies nothing but version 1.
  const ntlm = name === "Exim" ? ({ version: 1 } as const) : undefined;

  test.each(mechanisms)("%s: every account gets in", async (mechanism) => {
    const accounts = name === "OpenSMTPD" ? [ACCOUNTS.ann] : Object.values(ACCOUNTS);
    const outcomes: Record<string, number | string> = {};
    const expected: Record<string, number> = {};
    for (const account of accounts) {
      outcomes[account.username] = await outcomeOf(tryMechanism(server, mechanism, { ...account, ntlm }));
      const refused = KNOWN_REFUSALS[`${name}, ${mechanism}`]?.includes(account.username) ?? false;
      expected[account.username] = refused ? 535 : 235;
    }
    expect(outcomes, server.log()).toEqual(expected);
  });

  test.each(mechanisms)("%s: a wrong password and an unknown user do not", async (mechanism) => {
    const wrong = { username: "ann", password: "wrong", ntlm };
    expect(await outcomeOf(tryMechanism(server, mechanism, wrong))).toBe(535);
    const unknown = { username: "nobody", password: "wrong", ntlm };
    expect(await outcomeOf(tryMechanism(server, mechanism, unknown))).toBe(535);
  });
});
