// S5-S7: ESMTP, TLS, the login.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  client as clientSays,
  ends,
  type RecordingServerOptions,
  recordingServer,
  replay,
  type Step,
  server as serverSays,
  type TestIdentities,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planConnection } from "../src/client/connect-plan.js";
import { Settings } from "../src/client/settings.js";
import {
  configureClient,
  SmtpClient,
  smtpAuthBearer,
  smtpAuthLogin,
  smtpAuthPlain,
  smtpAuthXOAuth2,
  smtpCertificateNoMatch,
  smtpCertificateNone,
  smtpCertificateUntrusted,
  smtpCertificateValid,
  smtpOptionExtended,
  smtpOptionNone,
  smtpOptionPreferIPv6,
  smtpOptionSecureExplicit,
  smtpOptionSecureFallback,
  smtpOptionSecureImplicit,
  smtpOptionTrustedSite,
  smtpOptionTunnel,
  smtpProtocolTLS12,
  smtpProtocolTLS13,
  stErrorAuthenticationFailed,
  stErrorCertificateRefused,
  stErrorCommandNotSupported,
  stErrorInvalidCommand,
  stErrorInvalidOption,
  stErrorInvalidParameter,
  stErrorOperationNotSupported,
  stErrorSecureConnection,
  stErrorServerRefused,
} from "../src/index.js";
import { clientFor, LETTER, names, record } from "./recorder.js";

let identities: TestIdentities;
let folder: string;
beforeAll(async () => {
  identities = await testIdentities();
  folder = mkdtempSync(join(tmpdir(), "sockettools-compat-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const GREETING = serverSays("220 mx.example.test ready\r\n");
const GOODBYE: readonly Step[] = [clientSays("QUIT\r\n"), serverSays("221 bye\r\n"), ends()];

function tlsServer(options: RecordingServerOptions = {}) {
  return recordingServer({ host: "localhost", tls: identities.good, users: { ann: "secret" }, ...options });
}

function secureClient(port: number, trust = true): SmtpClient {
  const client = new SmtpClient();
  client.HostName = "localhost";
  client.RemotePort = port;
  if (trust) configureClient(client, { tls: { extraCa: identities.ca } });
  return client;
}

describe("S5: Extended", () => {
  it.each([
    ["the option", (client: SmtpClient) => client.Connect({ Options: smtpOptionExtended })],
    [
      "the property",
      (client: SmtpClient) => {
        client.Extended = true;
        return client.Connect();
      },
    ],
    [
      "the Options property",
      (client: SmtpClient) => {
        client.Options = smtpOptionExtended;
        return client.Connect();
      },
    ],
  ])("%s says EHLO", async (_name, connect) => {
    const target = await replay([
      GREETING,
      clientSays(/^EHLO \S+\r\n$/),
      serverSays("250-mx.example.test\r\n250 SIZE 1000\r\n"),
      ...GOODBYE,
    ]);
    const client = clientFor(target);
    expect(await connect(client)).toBe(0);
    expect([client.Extended, client.MessageSize]).toEqual([true, 1000]);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  it("without it HELO is said, nothing else is asked, and a login fails", async () => {
    const target = await replay([
      GREETING,
      clientSays(/^HELO \S+\r\n$/),
      serverSays("250 mx.example.test\r\n"),
      ...GOODBYE,
    ]);
    const client = clientFor(target);
    expect(await client.Connect({ Options: smtpOptionNone })).toBe(0);
    expect(client.Extended).toBe(false);
    expect(await client.Authenticate("ann", "secret")).toBe(stErrorCommandNotSupported);
    expect([client.IsConnected, client.MessageSize]).toEqual([true, 0]);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  it("mail goes over HELO too", async () => {
    await using target = await recordingServer();
    const client = clientFor(target);
    expect(await client.Connect()).toBe(0);
    // What begins like the first command of a session must stay as it is.
    expect(await client.SendMessage("ann@example.com", "bob@example.org", `EHLO: x\r\n\r\nEHLO x\r\n`)).toBe(
      0,
    );
    await client.Disconnect();
    expect(target.messages[0]?.text).toBe("EHLO: x\r\n\r\nEHLO x\r\n");
    expect(target.messages[0]?.from.parameters).toEqual({});
  });

  it("is False again when the server has no ESMTP", async () => {
    const target = await replay([
      GREETING,
      clientSays(/^EHLO \S+\r\n$/),
      serverSays("502 what?\r\n"),
      clientSays(/^HELO \S+\r\n$/),
      serverSays("250 mx.example.test\r\n"),
      ...GOODBYE,
    ]);
    const client = clientFor(target);
    client.Extended = true;
    expect(await client.Connect()).toBe(0);
    expect(client.Extended).toBe(false);
    expect(await client.Authenticate("ann", "secret")).toBe(stErrorCommandNotSupported);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  it("what one server lacks does not stick to the next", async () => {
    const old = await replay([
      GREETING,
      clientSays(/^EHLO /),
      serverSays("500 what?\r\n"),
      clientSays(/^HELO /),
      serverSays("250 mx\r\n"),
      ...GOODBYE,
    ]);
    await using target = await recordingServer();
    const client = clientFor(old);
    client.Extended = true;
    await client.Connect();
    await client.Disconnect();
    expect(client.Extended).toBe(false);
    client.RemotePort = target.port;
    await client.Connect();
    expect(client.Extended).toBe(true);
    await client.Disconnect();
    await old.close();
  });

  it.each([
    ["port 587", 587, 0, true],
    ["port 587 behind a tunnel", 587, smtpOptionTunnel, false],
    ["port 25", 25, 0, false],
    ["explicit TLS", 25, smtpOptionSecureExplicit, true],
    ["implicit TLS", 465, smtpOptionSecureImplicit, true],
  ])("%s", (_name, port, options, extended) => {
    const settings = new Settings();
    settings.hostName = "mail.example";
    settings.remotePort = port;
    expect(planConnection(settings, { options }).extended).toBe(extended);
  });

  it("Domain is the name in HELO and EHLO", async () => {
    await using target = await recordingServer();
    const client = clientFor(target);
    client.Domain = "client.example.com";
    await client.Connect();
    await client.SendMessage("ann@example.com", "bob@example.org", LETTER);
    await client.Disconnect();
    expect(target.messages[0]?.clientName).toBe("client.example.com");
    client.Domain = "not a domain\r\nMAIL FROM:<x@y>";
    expect(await client.Connect()).toBe(stErrorInvalidParameter);
  });
});

describe("S6: TLS", () => {
  it.each([
    [
      "implicit by option",
      true,
      (client: SmtpClient) => {
        client.Options = smtpOptionSecureImplicit;
      },
    ],
    [
      "explicit by option",
      false,
      (client: SmtpClient) => {
        client.Options = smtpOptionSecureExplicit;
      },
    ],
    [
      "Secure on another port than 465",
      false,
      (client: SmtpClient) => {
        client.Secure = true;
      },
    ],
  ])("%s", async (_name, implicitTls, prepare) => {
    await using target = await tlsServer({ implicitTls });
    const client = secureClient(target.port);
    prepare(client);
    const assigned = client.Secure;
    expect(await client.Connect()).toBe(0);
    expect(client.Secure).toBe(true);
    expect(await client.Authenticate("ann", "secret")).toBe(0);
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    expect(client.CertificateStatus).toBe(smtpCertificateValid);
    expect(client.CertificateSubject).toContain("localhost");
    expect(Date.parse(client.CertificateExpires)).toBeGreaterThan(Date.now());
    expect(Date.parse(client.CertificateIssued)).toBeLessThan(Date.now());
    expect(client.CertificateIssuer).not.toBe("");
    expect(client.CipherStrength).toBeGreaterThanOrEqual(128);
    expect(client.HashStrength).toBeGreaterThanOrEqual(256);
    expect([
      client.SecureProtocol,
      client.SecureCipher,
      client.SecureHash,
      client.SecureKeyExchange,
    ]).not.toContain(0);
    await client.Disconnect();
    expect(client.Secure).toBe(assigned);
    expect([target.messages[0]?.secure, target.messages[0]?.user]).toEqual([true, "ann"]);
  });

  it("Secure with port 465 is implicit", () => {
    const settings = new Settings();
    settings.hostName = "mail.example";
    settings.secure = true;
    settings.remotePort = 465;
    expect(planConnection(settings, {}).security).toBe("implicit");
    expect(planConnection(settings, { remotePort: 587 }).security).toBe("explicit");
    expect(planConnection(settings, { options: smtpOptionTunnel }).security).toBe("explicit");
  });

  it("options combine by Or", () => {
    const settings = new Settings();
    settings.hostName = "mail.example";
    const options =
      smtpOptionExtended |
      smtpOptionSecureImplicit |
      smtpOptionTrustedSite |
      smtpOptionSecureFallback |
      smtpOptionPreferIPv6;
    expect(planConnection(settings, { options })).toMatchObject({
      security: "implicit",
      extended: true,
      trusted: true,
      preferIPv6: true,
      minVersion: "TLSv1",
      oldCiphers: true,
      port: 465,
    });
  });

  it("an option that does not exist is an error", async () => {
    const client = new SmtpClient();
    expect(await client.Connect("127.0.0.1", { Options: 2 })).toBe(stErrorInvalidOption);
  });

  it("a server without STARTTLS is never spoken to in plain text", async () => {
    const target = await replay([
      GREETING,
      clientSays(/^EHLO /),
      serverSays("250-mx\r\n250 AUTH PLAIN\r\n"),
      ...GOODBYE,
    ]);
    const client = clientFor(target);
    client.UserName = "ann";
    client.Password = "secret";
    expect(await client.Connect({ Options: smtpOptionSecureExplicit })).toBe(stErrorCommandNotSupported);
    expect(client.IsConnected).toBe(false);
    await target.finished();
    await target.close();
  });

  it("a certificate that nobody vouches for is refused, unless the site is trusted", async () => {
    await using target = await tlsServer({ implicitTls: true });
    const client = secureClient(target.port, false);
    expect(await client.Connect({ Options: smtpOptionSecureImplicit })).toBe(stErrorCertificateRefused);
    expect([client.CertificateStatus, client.IsConnected]).toEqual([smtpCertificateUntrusted, false]);
    const options = smtpOptionSecureImplicit | smtpOptionTrustedSite;
    expect(await client.Connect({ Options: options, UserName: "ann", Password: "secret" })).toBe(0);
    expect(target.logins.at(-1)?.ok).toBe(true);
    await client.Disconnect();
  });

  it("the certificate of another host is refused", async () => {
    const { wrongHost } = identities;
    await using target = await tlsServer({ implicitTls: true, tls: wrongHost });
    const client = secureClient(target.port);
    expect(await client.Connect({ Options: smtpOptionSecureImplicit })).toBe(stErrorCertificateRefused);
    expect(client.CertificateStatus).toBe(smtpCertificateNoMatch);
  });

  it("HostName names the server whose HostAddress is known", async () => {
    await using target = await tlsServer({ implicitTls: true, host: "127.0.0.1" });
    const client = secureClient(target.port);
    client.HostAddress = "127.0.0.1";
    expect(await client.Connect({ Options: smtpOptionSecureImplicit })).toBe(0);
    await client.Disconnect();
    client.HostName = "other.example";
    expect(await client.Connect({ Options: smtpOptionSecureImplicit })).toBe(stErrorCertificateRefused);
  });

  it("TLS to a server that speaks plain text fails", async () => {
    await using target = await recordingServer();
    const client = clientFor(target);
    expect(await client.Connect({ Options: smtpOptionSecureImplicit })).toBe(stErrorSecureConnection);
    expect(client.CertificateStatus).toBe(smtpCertificateNone);
  });

  it("SecureProtocol limits the version", async () => {
    await using target = await tlsServer({ implicitTls: true });
    const client = secureClient(target.port);
    client.Options = smtpOptionSecureImplicit;
    for (const version of [smtpProtocolTLS12, smtpProtocolTLS13]) {
      client.SecureProtocol = version;
      expect(await client.Connect()).toBe(0);
      expect(client.SecureProtocol).toBe(version);
      await client.Disconnect();
    }
    client.SecureProtocol = 1;
    expect(await client.Connect()).toBe(stErrorInvalidOption);
  });

  it("a client certificate comes from a file, and not from a Windows store", async () => {
    const own = await identities.authority.issue({ hosts: ["client.example"], usages: ["client"] });
    const path = join(folder, "client.pem");
    writeFileSync(path, `${own.certificate}\n${own.key}`);
    await using target = await tlsServer({
      implicitTls: true,
      server: { requestCert: true, rejectUnauthorized: true, ca: [identities.ca] },
    });
    const client = secureClient(target.port);
    client.Options = smtpOptionSecureImplicit;
    client.CertificateStore = path;
    client.CertificateName = "client.example";
    expect(await client.Connect()).toBe(0);
    await client.Disconnect();
    client.CertificateStore = "MY";
    expect(await client.Connect()).toBe(stErrorOperationNotSupported);
    expect(client.LastErrorString).toContain("PFX");
    client.CertificateStore = join(folder, "not-there.pfx");
    expect(await client.Connect()).toBeGreaterThan(0);
  });

  it("Secure means nothing for a connection that stands", async () => {
    await using target = await tlsServer({ users: undefined });
    const client = secureClient(target.port);
    await client.Connect({ Options: smtpOptionExtended });
    client.Secure = true;
    expect([client.SecureProtocol, client.CertificateStatus]).toEqual([0, smtpCertificateNone]);
    expect(client.Secure).toBe(false);
    await client.Command("STARTTLS");
    expect(client.Secure).toBe(true);
    client.Secure = false;
    expect(client.Secure).toBe(true);
    await client.Disconnect();
    expect(client.Secure).toBe(false);
  });
});

describe("S7: the login", () => {
  it("a wrong password is a code, and the connection stands", async () => {
    await using target = await recordingServer({ users: { ann: "secret" } });
    const client = clientFor(target);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.Authenticate("ann", "wrong")).toBe(stErrorAuthenticationFailed);
    expect([client.ResultCode, client.IsConnected]).toEqual([535, true]);
    expect(await client.Authenticate("ann", "secret")).toBe(0);
    await client.Disconnect();
  });

  it("may be left out", async () => {
    await using target = await recordingServer();
    const client = clientFor(target);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(target.messages[0]?.user).toBeUndefined();
  });

  it("Connect with a user name logs in, and the Authenticate behind it is content with that", async () => {
    await using target = await recordingServer({ users: { ann: "secret" } });
    const client = clientFor(target);
    expect(await client.Connect(undefined, undefined, "ann", "secret", undefined, smtpOptionExtended)).toBe(
      0,
    );
    expect(await client.Authenticate("ann", "secret")).toBe(0);
    expect(await client.Authenticate()).toBe(0);
    expect(target.logins).toHaveLength(1);
    // RFC 4954 section 4: one login in a session.
    expect(await client.Authenticate("bob", "other")).toBe(stErrorInvalidCommand);
    await client.Disconnect();
  });

  it("a user name given to Connect asks for ESMTP; one of the properties does not", async () => {
    await using target = await recordingServer({ users: { ann: "secret" } });
    const client = clientFor(target);
    expect(await client.Connect(undefined, undefined, "ann", "secret")).toBe(0);
    expect([client.Extended, target.logins.length]).toEqual([true, 1]);
    await client.Disconnect();
    client.UserName = "ann";
    client.Password = "secret";
    expect(await client.Connect()).toBe(stErrorCommandNotSupported);
    expect([client.Extended, client.IsConnected, target.logins.length]).toEqual([false, false, 1]);
  });

  it("Connect with a wrong password fails, and no connection is left", async () => {
    await using target = await recordingServer({ users: { ann: "secret" } });
    const client = clientFor(target);
    const log = record(client, "OnCommand");
    client.UserName = "ann";
    client.Password = "wrong";
    client.Extended = true;
    expect(await client.Connect()).toBe(stErrorAuthenticationFailed);
    expect(client.IsConnected).toBe(false);
    expect(names(log)).toEqual(["OnError"]);
  });

  it.each([
    ["LOGIN", smtpAuthLogin, { password: "secret" }],
    ["PLAIN", smtpAuthPlain, { password: "secret" }],
    ["XOAUTH2", smtpAuthXOAuth2, { token: "secret" }],
    ["XOAUTH2", smtpAuthXOAuth2, { password: "secret" }],
    ["XOAUTH2", undefined, { token: "secret" }],
    ["CRAM-MD5", undefined, { password: "secret" }],
  ])("%s, for AuthType %s", async (mechanism, authType, secret) => {
    await using target = await tlsServer({ implicitTls: true });
    const client = secureClient(target.port);
    client.BearerToken = "token" in secret ? secret.token : "";
    if (authType !== undefined) client.AuthType = authType;
    await client.Connect({ Options: smtpOptionSecureImplicit });
    const password = "password" in secret ? secret.password : "";
    expect(await client.Authenticate("ann", password)).toBe(0);
    expect(target.logins).toEqual([{ mechanism, user: "ann", ok: true }]);
    await client.Disconnect();
  });

  it("an argument wins over AuthType", async () => {
    await using target = await recordingServer({ users: { ann: "secret" } });
    const client = clientFor(target);
    client.AuthType = smtpAuthLogin;
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.Authenticate("ann", "secret", smtpAuthPlain)).toBe(0);
    expect(target.logins[0]?.mechanism).toBe("PLAIN");
    await client.Disconnect();
  });

  it("a token is never shown on a plain connection", async () => {
    await using target = await recordingServer({ users: { ann: "secret-token" } });
    const client = clientFor(target);
    client.BearerToken = "secret-token";
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.Authenticate("ann", "", smtpAuthXOAuth2)).toBeGreaterThan(0);
    expect(target.logins).toEqual([]);
    await client.Disconnect();
  });

  it.each([
    ["a mechanism that the server does not have", smtpAuthBearer, stErrorAuthenticationFailed],
    ["a number that means nothing", 3, stErrorInvalidOption],
  ])("%s", async (_name, authType, code) => {
    await using target = await tlsServer({ implicitTls: true });
    const client = secureClient(target.port);
    await client.Connect({ Options: smtpOptionSecureImplicit });
    expect(await client.Authenticate("ann", "secret", authType)).toBe(code);
    await client.Disconnect();
  });

  it("a server without AUTH", async () => {
    await using target = await recordingServer();
    const client = clientFor(target);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.Authenticate("ann", "secret")).toBe(stErrorCommandNotSupported);
    expect(await client.Authenticate()).toBe(stErrorInvalidParameter);
    await client.Disconnect();
  });
});

describe("servers that do not want us", () => {
  it("a greeting that refuses", async () => {
    const target = await replay([serverSays("554 no service\r\n"), ...GOODBYE]);
    const client = clientFor(target);
    expect(await client.Connect()).toBe(stErrorServerRefused);
    expect([client.ResultCode, client.ResultString]).toEqual([554, "no service"]);
    await target.finished();
    await target.close();
  });

  it("Connect twice", async () => {
    await using target = await recordingServer();
    const client = clientFor(target);
    await client.Connect();
    expect(await client.Connect()).toBe(stErrorInvalidCommand);
    expect(client.IsConnected).toBe(true);
    await client.Disconnect();
  });
});

it("what the connection says of itself", async () => {
  await using target = await recordingServer();
  const client = clientFor(target);
  client.KeepAlive = true;
  await client.Connect();
  client.KeepAlive = false;
  expect([
    client.LocalAddress,
    client.IsConnected,
    client.Connected,
    client.IsWritable,
    client.IsReadable,
  ]).toEqual(["127.0.0.1", true, true, true, false]);
  expect(client.LocalName).not.toBe("");
  await client.Disconnect();
  expect([client.LocalAddress, client.LocalName, client.IsConnected, client.IsWritable]).toEqual([
    "",
    "",
    false,
    false,
  ]);
});
