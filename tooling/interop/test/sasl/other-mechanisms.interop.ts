import { readFileSync } from "node:fs";
import type { SaslEnvironment } from "@wirepost/sasl";
import { nodeEnvironment } from "@wirepost/sasl/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificates } from "../../src/machine/certificates.js";
import { RawConversation } from "../../src/raw/conversation.js";
import { login } from "../../src/raw/login.js";
import { keepTranscript } from "../../src/raw/transcript.js";
import { startDovecotSubmission } from "../../src/servers/dovecot-submission.js";
import { type EximPort, startExim } from "../../src/servers/exim.js";
import { pythonGssapi } from "../../src/servers/gssapi-context.js";
import { type KeyDistributionCentre, startKerberos } from "../../src/servers/kerberos.js";
import { ACCOUNTS, type MailServer } from "../../src/servers/mail-server.js";
import { startPostfixCyrus } from "../../src/servers/postfix-cyrus.js";
import { type PostfixPort, startPostfixDovecot } from "../../src/servers/postfix-dovecot.js";
import { startTokenEndpoint, type TokenEndpoint } from "../../src/servers/token-endpoint.js";
import { outcomeOf, tryMechanism } from "./logins.js";

describe("bearer tokens, Postfix with Dovecot", () => {
  let endpoint: TokenEndpoint;
  let server: MailServer<PostfixPort>;
  beforeAll(async () => {
    endpoint = await startTokenEndpoint();
    server = await startPostfixDovecot({ introspectionUrl: endpoint.introspectionUrl });
  });
  afterAll(async () => {
    await server?.stop();
    await endpoint?.stop();
  });

  test.each(["XOAUTH2", "OAUTHBEARER"])(
    "%s: a good token gets in, an expired one is refused with its reason",
    async (mechanism) => {
      const good = await tryMechanism(server, mechanism, { username: "ann", token: endpoint.token });
      expect(good.reply.code, server.log()).toBe(235);
      const expired = await tryMechanism(server, mechanism, {
        username: "ann",
        token: endpoint.expiredToken,
      });
      expect(expired.reply.code).toBe(535);
      expect(expired.mechanism.refusal?.status).toMatch(/^(401|invalid_token)$/);
    },
  );

  test.each(["XOAUTH2", "OAUTHBEARER"])("%s: a token of somebody else is refused", async (mechanism) => {
    const other = { username: "bob", token: endpoint.token };
    expect(await outcomeOf(tryMechanism(server, mechanism, other))).toBe(535);
  });

  test("ANONYMOUS: lets everybody in, with a trace", async () => {
    expect(await outcomeOf(tryMechanism(server, "ANONYMOUS", { anonymous: "guest@example.test" }))).toBe(235);
    expect(await outcomeOf(tryMechanism(server, "ANONYMOUS", { anonymous: true }))).toBe(235);
  });
});

describe("GSSAPI", () => {
  let kerberos: KeyDistributionCentre;
  let postfix: MailServer<PostfixPort>;
  let exim: MailServer<EximPort>;
  let environment: SaslEnvironment;
  beforeAll(async () => {
    kerberos = await startKerberos();
    postfix = await startPostfixDovecot({ kerberos });
    exim = await startExim({ kerberos });
    environment = { ...nodeEnvironment, gssapi: (request) => pythonGssapi(kerberos.sandbox, request) };
  });
  afterAll(async () => {
    await exim?.stop();
    await postfix?.stop();
    await kerberos?.stop();
  });

  test("Postfix with Dovecot: a ticket gets in", async () => {
    const attempt = tryMechanism(postfix, "GSSAPI", { gssapi: true }, { environment });
    expect(await outcomeOf(attempt), postfix.log()).toBe(235);
  });

  test("Exim by way of Cyrus SASL: a ticket gets in", async () => {
    const attempt = tryMechanism(exim, "GSSAPI", { gssapi: true }, { environment });
    expect(await outcomeOf(attempt), exim.log()).toBe(235);
  });

  test("a service that has no key is refused by the Kerberos library", async () => {
    const credentials = { gssapi: { host: "elsewhere.example.test" } };
    const attempt = tryMechanism(postfix, "GSSAPI", credentials, { environment });
    expect(await outcomeOf(attempt)).toBe("ERR_SASL_GSSAPI_FAILED");
  });
});

describe("EXTERNAL, Exim", () => {
  let server: MailServer<EximPort>;
  beforeAll(async () => {
    server = await startExim();
  });
  afterAll(() => server?.stop());

  async function withClientCertificate(authorizationId: string) {
    const { client } = await certificates();
    const tls = { cert: readFileSync(client.certificateFile), key: readFileSync(client.keyFile) };
    const { port, caFile } = { port: server.ports.implicit, caFile: server.caFile };
    const conversation = await RawConversation.open({ port, caFile, implicit: true, tls });
    await conversation.reply();
    const offered = (await conversation.ehlo()).get("AUTH") ?? [];
    expect(offered).toContain("EXTERNAL");
    const credentials = { external: true, authorizationId };
    const { reply } = await login(conversation, { mechanism: "EXTERNAL", offered, credentials, port });
    conversation.destroy();
    keepTranscript(`exim-external-${reply.code}`, conversation.transcript);
    return reply.code;
  }

  test("the certificate's own address gets in, another does not", async () => {
    expect(await withClientCertificate("ann@example.test")).toBe(235);
    expect(await withClientCertificate("eve@example.test")).toBe(535);
  });

  test("is not offered without a certificate", async () => {
    const { port, caFile } = { port: server.ports.implicit, caFile: server.caFile };
    const conversation = await RawConversation.open({ port, caFile, implicit: true });
    await conversation.reply();
    expect((await conversation.ehlo()).get("AUTH")).not.toContain("EXTERNAL");
    conversation.destroy();
  });
});

describe("channel binding, Dovecot 2.4", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "%s: -PLUS gets in, and another channel does not",
    async (maxTls) => {
      const server = await startDovecotSubmission({ maxTls });
      try {
        for (const mechanism of ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"]) {
          expect(await outcomeOf(tryMechanism(server, mechanism, ACCOUNTS.ann)), server.log()).toBe(235);
          const channelBinding = (type: string) =>
            type === (maxTls === "TLSv1.3" ? "tls-exporter" : "tls-unique") ? new Uint8Array(32) : undefined;
          const attempt = tryMechanism(server, mechanism, ACCOUNTS.ann, { channelBinding });
          expect(await outcomeOf(attempt)).toSatisfy(
            (outcome) => outcome === 535 || /^ERR_SASL_/.test(String(outcome)),
          );
        }
        // The client could bind the channel and says that the server cannot (flag y): a cut offer, refused.
        const cut = { offered: ["SCRAM-SHA-256"] };
        expect(await outcomeOf(tryMechanism(server, "SCRAM-SHA-256", ACCOUNTS.ann, cut))).not.toBe(235);
      } finally {
        await server.stop();
      }
    },
  );
});

describe("NTLM", () => {
  const VARIANTS = {
    "version 2": {},
    "version 1": { ntlm: { version: 1 } },
    "key exchange": { ntlm: { keyExchange: true } },
    domain: { domain: "EXAMPLE", workstation: "DESK" },
  } as const;

  test.each([
    [
      "Cyrus SASL verifies both versions",
      startPostfixCyrus,
      { "version 2": 235, "version 1": 235, "key exchange": 235, domain: 235 },
    ],
    [
      "Exim verifies version 1 only",
      startExim,
      { "version 2": 535, "version 1": 235, "key exchange": 535, domain: 535 },
    ],
  ] as const)("%s", async (_name, start, expected) => {
    const server: MailServer<"implicit"> = await start();
    try {
      const outcomes: Record<string, number | string> = {};
      for (const [name, variant] of Object.entries(VARIANTS)) {
        outcomes[name] = await outcomeOf(tryMechanism(server, "NTLM", { ...ACCOUNTS.ann, ...variant }));
      }
      expect(outcomes).toEqual(expected);
    } finally {
      await server.stop();
    }
  });
});
