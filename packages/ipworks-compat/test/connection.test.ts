// I24 to I32: time, connection, login, TLS.
import {
  client,
  clientContent,
  createSelfSignedIdentity,
  type RecordingServer,
  recordingServer,
  replay,
  scriptedServer,
  server,
  silence,
  stalls,
  type TestIdentities,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startOf } from "../src/connection/start-mode.js";
import {
  Certificate,
  CertStoreTypes,
  FirewallTypes,
  type IPWorksException,
  SMTPAuthMechanisms,
  SMTPSSLStartModes,
} from "../src/dotnet.js";
import * as java from "../src/java.js";
import { dotnetSmtp, type Entry, javaSmtp, names, numberOf } from "./doors.js";

let identities: TestIdentities;
let plain: RecordingServer;
let secure: RecordingServer;
let implicit: RecordingServer;
beforeAll(async () => {
  identities = await testIdentities();
  plain = await recordingServer();
  secure = await recordingServer({ tls: identities.good });
  implicit = await recordingServer({ tls: identities.good, implicitTls: true });
});
beforeEach(() => {
  for (const one of [plain, secure, implicit]) one.clear();
});
afterAll(async () => {
  for (const one of [plain, secure, implicit]) await one.close();
});

const lines = (log: readonly Entry[], direction: number): string[] =>
  log.filter(([event, from]) => event === "PITrail" && from === direction).map(([, , line]) => String(line));

/** A .NET object that trusts the test authority. */
function trusting(port: number, mode: SMTPSSLStartModes): ReturnType<typeof dotnetSmtp> {
  const made = dotnetSmtp(port);
  made.smtp.SSLStartMode = mode;
  made.smtp.Config(`SSLServerCACerts=${identities.ca}`);
  return made;
}

describe("I24: time", () => {
  it("Timeout seconds of silence: 201", async () => {
    await using mx = await scriptedServer([stalls()]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.Timeout = 1;
    const error = (await smtp.Send().catch((thrown: unknown) => thrown)) as IPWorksException;
    expect([error.Code, error.Message]).toEqual([201, "timed out: nothing came or went within Timeout"]);
    expect(smtp.Connected).toBe(false);
  });

  it("any octet starts it anew; AbsoluteTimeout counts from the start of the call", async () => {
    const slow = [
      server("220-mx.example.test\r\n"),
      silence(500),
      server("220-still\r\n"),
      silence(500),
      server("220-there\r\n"),
      silence(500),
      server("220 ESMTP\r\n"),
      client(/^EHLO/),
      server("250 mx\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ];
    for (const [absolute, number] of [
      [false, 0],
      [true, 201],
    ] as const) {
      await using mx = await replay(slow);
      const { smtp } = dotnetSmtp(mx.port);
      smtp.Timeout = 1;
      smtp.Config(`AbsoluteTimeout=${absolute}`);
      expect(await numberOf(smtp.Connect())).toBe(number);
      await smtp.Disconnect();
    }
  });

  it("0: no limit; nothing is counted between two calls", async () => {
    await using mx = await scriptedServer([
      server("220 mx\r\n"),
      client(/^EHLO/),
      silence(1200),
      server("250 mx\r\n"),
      client("NOOP\r\n"),
      server("250 ok\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.Timeout = 0;
    await smtp.Connect();
    smtp.Timeout = 1;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await smtp.SendCommand("NOOP");
    expect(smtp.LastReply).toBe("250 ok");
    await smtp.Disconnect();
  });

  it("ConnectionTimeout counts for connecting alone", async () => {
    await using proxy = await scriptedServer([stalls()]);
    const { smtp } = dotnetSmtp(1);
    smtp.Firewall.FirewallType = FirewallTypes.fwSOCKS5;
    smtp.Firewall.Host = "127.0.0.1";
    smtp.Firewall.Port = proxy.port;
    smtp.Config("ConnectionTimeout=1");
    smtp.Timeout = 600;
    await expect(smtp.Connect()).rejects.toThrow(/^timed out: the firewall .* ConnectionTimeout/);
    expect(await numberOf(smtp.Connect())).toBe(201);
  });
});

describe("I25: greeting the server", () => {
  it("EHLO first, HELO when that is refused; the name is Hello, else the host's", async () => {
    await using mx = await replay([
      server("220 mx\r\n"),
      client("EHLO client.example.com\r\n"),
      server("502 no\r\n"),
      client("HELO client.example.com\r\n"),
      server("250 mx\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.Config("Hello=client.example.com");
    await smtp.Connect();
    await smtp.Disconnect();
    await mx.finished();
  });

  it("AllowExtensions false: HELO alone, and no extension is used", async () => {
    await using mx = await replay([
      server("220 mx ESMTP\r\n"),
      client("HELO client.example.com\r\n"),
      server("250 mx\r\n"),
      client("MAIL FROM:<ann@example.com>\r\n"),
      server("250 ok\r\n"),
      client("RCPT TO:<bob@example.org>\r\n"),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      clientContent(),
      server("250 ok\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.AllowExtensions = false;
    smtp.Config("Hello=client.example.com");
    await smtp.Send();
    await mx.finished();
    expect(lines(log, 0)[0]).toBe("HELO client.example.com");
  });

  it("a name that cannot be said is refused before any traffic", async () => {
    const { smtp, log } = dotnetSmtp(plain.port);
    smtp.Config("Hello=client\r\nMAIL FROM:<eve@example.net>");
    expect(await numberOf(smtp.Send())).toBe(10_022);
    await expect(smtp.Send()).rejects.toThrow(
      "[10022] the setting Hello takes a domain or an address literal",
    );
    expect(names(log)).toEqual([]);
  });
});

describe("I26: MailServer", () => {
  it("reads as the address after resolution; the name is kept for TLS and the next connection", async () => {
    const { smtp } = trusting(implicit.port, SMTPSSLStartModes.sslImplicit);
    smtp.MailServer = "localhost";
    await smtp.Send();
    expect(smtp.MailServer).toBe("127.0.0.1");
    await smtp.Send();
    expect(implicit.messages).toHaveLength(2);
    smtp.MailServer = "mx.example.test";
    expect(smtp.MailServer).toBe("mx.example.test");
  });

  it("0.0.0.0 is 102, a name that nobody has is 11001", async () => {
    const { smtp } = dotnetSmtp(25);
    smtp.MailServer = "0.0.0.0";
    expect(await numberOf(smtp.Send())).toBe(102);
    smtp.MailServer = "nobody.invalid";
    expect([11_001, 11_002]).toContain(await numberOf(smtp.Send()));
  });

  it("LocalHost is where it connects from; while connected it reads as the address", async () => {
    const { smtp } = dotnetSmtp(plain.port);
    expect(smtp.LocalHost).toBe("");
    await smtp.Connect();
    expect(smtp.LocalHost).toBe("127.0.0.1");
    expect(smtp.Config("LocalHost")).toBe("127.0.0.1");
    expect(Number(smtp.Config("LocalPort"))).toBeGreaterThan(0);
    await smtp.Disconnect();
    expect(smtp.Config("LocalPort")).toBe("0");
    smtp.LocalHost = "127.0.0.2";
    await smtp.Connect();
    expect(smtp.LocalHost).toBe("127.0.0.2");
    await smtp.Disconnect();
  });
});

describe("I27: SSLStartMode", () => {
  it.each([
    [SMTPSSLStartModes.sslNone, 25, "none"],
    [SMTPSSLStartModes.sslNone, 465, "none"],
    [SMTPSSLStartModes.sslExplicit, 465, "explicit"],
    [SMTPSSLStartModes.sslImplicit, 25, "implicit"],
    [SMTPSSLStartModes.sslAutomatic, 25, "explicit"],
    [SMTPSSLStartModes.sslAutomatic, 465, "implicit"],
    [SMTPSSLStartModes.sslAutomatic, 587, "implicit"],
    [SMTPSSLStartModes.sslAutomatic, 2525, "implicit"],
  ] as const)("mode %d on port %d is %s", (mode, port, start) => {
    expect(startOf(mode, port)).toBe(start);
  });

  it("setting it sets SSLEnabled; SSLEnabled alone means Automatic", () => {
    const { smtp } = dotnetSmtp(1);
    expect([smtp.SSLEnabled, smtp.SSLStartMode]).toEqual([false, SMTPSSLStartModes.sslNone]);
    smtp.SSLEnabled = true;
    expect(smtp.SSLStartMode).toBe(SMTPSSLStartModes.sslAutomatic);
    smtp.SSLStartMode = SMTPSSLStartModes.sslExplicit;
    expect(smtp.SSLEnabled).toBe(true);
    smtp.SSLEnabled = true;
    expect(smtp.SSLStartMode).toBe(SMTPSSLStartModes.sslExplicit);
    smtp.SSLStartMode = SMTPSSLStartModes.sslNone;
    expect(smtp.SSLEnabled).toBe(false);
  });

  it("explicit and implicit both end in TLS", async () => {
    const one = trusting(secure.port, SMTPSSLStartModes.sslExplicit);
    await one.smtp.Send();
    expect(secure.messages[0]?.secure).toBe(true);
    const two = trusting(implicit.port, SMTPSSLStartModes.sslAutomatic);
    await two.smtp.Send();
    expect(implicit.messages[0]?.secure).toBe(true);
  });
});

describe("I28: explicit and no STARTTLS", () => {
  it("not offered: 276, and nothing goes out in plain", async () => {
    const { smtp, log } = trusting(plain.port, SMTPSSLStartModes.sslExplicit);
    expect(await numberOf(smtp.Send())).toBe(276);
    expect(lines(log, 0).filter((line) => !/^(?:EHLO|QUIT)/.test(line))).toEqual([]);
    expect(plain.messages).toHaveLength(0);
  });

  it("offered and refused: 161 with the reply", async () => {
    await using mx = await scriptedServer([
      server("220 mx\r\n"),
      client(/^EHLO/),
      server("250-mx\r\n250 STARTTLS\r\n"),
      client("STARTTLS\r\n"),
      server("454 not today\r\n"),
      stalls(),
    ]);
    const { smtp } = trusting(mx.port, SMTPSSLStartModes.sslExplicit);
    await expect(smtp.Send()).rejects.toThrow("454 not today");
    expect(smtp.Connected).toBe(false);
  });

  it("an implicit handshake with a server that speaks plainly: 276", async () => {
    const { smtp } = trusting(plain.port, SMTPSSLStartModes.sslImplicit);
    smtp.Timeout = 5;
    expect(await numberOf(smtp.Send())).toBe(276);
  });
});

describe("I29: AuthMechanism", () => {
  const users = { ann: "pencil" };

  it.each([
    [SMTPAuthMechanisms.amUserPassword, "LOGIN"],
    [SMTPAuthMechanisms.amCRAMMD5, "CRAM-MD5"],
    [SMTPAuthMechanisms.amSASLPlain, "PLAIN"],
  ] as const)("%d is %s", async (number, mechanism) => {
    await using mx = await recordingServer({ users });
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.AuthMechanism = number;
    smtp.User = "ann";
    smtp.Password = "pencil";
    await smtp.Send();
    expect(mx.logins).toEqual([{ mechanism, user: "ann", ok: true }]);
    expect(JSON.stringify(log)).not.toContain("pencil");
    expect(JSON.stringify(log)).not.toContain(Buffer.from("pencil").toString("base64"));
  });

  it("UserPassword takes PLAIN where LOGIN is not offered", async () => {
    await using mx = await recordingServer({ users, mechanisms: ["PLAIN"] });
    const { smtp } = dotnetSmtp(mx.port);
    smtp.User = "ann";
    smtp.Password = "pencil";
    await smtp.Send();
    expect(mx.logins[0]?.mechanism).toBe("PLAIN");
  });

  it("XOAUTH2 takes User and AuthorizationIdentity, no password", async () => {
    await using mx = await recordingServer({ users: { ann: "ya29.token" } });
    const { smtp } = dotnetSmtp(mx.port);
    smtp.AuthMechanism = SMTPAuthMechanisms.amXOAUTH2;
    smtp.User = "ann";
    smtp.Config("AuthorizationIdentity=Bearer ya29.token");
    expect(smtp.Config("AuthorizationIdentity")).toBe("Bearer ya29.token");
    await smtp.Send();
    expect(mx.logins).toEqual([{ mechanism: "XOAUTH2", user: "ann", ok: true }]);
  });

  it("only with User and Password", async () => {
    const { smtp, log } = dotnetSmtp(plain.port);
    smtp.User = "ann";
    await smtp.Send();
    expect(lines(log, 0).some((line) => line.startsWith("AUTH"))).toBe(false);
  });

  it.each([
    [SMTPAuthMechanisms.amNTLM, "False", "NTLM", 161],
    [SMTPAuthMechanisms.amNTLM, "True", "NTLM", 161],
    [SMTPAuthMechanisms.amSASLDigestMD5, "False", "DIGEST-MD5", 161],
  ] as const)("%d (UseNTLMv2=%s) says AUTH %s", async (number, ntlm, mechanism, refused) => {
    const digest = 'nonce="abc",qop="auth",algorithm=md5-sess,charset=utf-8';
    const challenge = mechanism === "NTLM" ? undefined : Buffer.from(digest).toString("base64");
    await using mx = await scriptedServer([
      server("220 mx\r\n"),
      client(/^EHLO/),
      server("250-mx\r\n250 AUTH NTLM DIGEST-MD5\r\n"),
      client(new RegExp(`^AUTH ${mechanism}(?: [A-Za-z0-9+/=]+)?\\r\\n$`)),
      server(challenge === undefined ? "535 no\r\n" : `334 ${challenge}\r\n`),
      ...(challenge === undefined ? [] : [client(/^[A-Za-z0-9+/=]+\r\n$/), server("535 no\r\n")]),
      stalls(),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.AuthMechanism = number;
    smtp.Config(`UseNTLMv2=${ntlm}`);
    smtp.User = "EXAMPLE\\ann";
    smtp.Password = "pencil";
    expect(await numberOf(smtp.Connect())).toBe(refused);
  });

  it("Kerberos without its package is 273", async () => {
    await using mx = await scriptedServer([
      server("220 mx\r\n"),
      client(/^EHLO/),
      server("250-mx\r\n250 AUTH GSSAPI\r\n"),
      stalls(),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.AuthMechanism = SMTPAuthMechanisms.amKerberos;
    smtp.User = "ann";
    smtp.Password = "pencil";
    expect(await numberOf(smtp.Connect())).toBe(273);
  });

  it("APOP has no meaning in SMTP: 161, before any command but EHLO", async () => {
    const { smtp, log } = dotnetSmtp(plain.port);
    smtp.AuthMechanism = SMTPAuthMechanisms.amAPOP;
    smtp.User = "ann";
    smtp.Password = "pencil";
    await expect(smtp.Connect()).rejects.toThrow(/APOP/);
    expect(lines(log, 0).filter((line) => line.startsWith("AUTH"))).toEqual([]);
  });

  it("refused: 161 with the reply; not offered: 161", async () => {
    await using mx = await recordingServer({ users });
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.User = "ann";
    smtp.Password = "brush";
    const error = await smtp.Connect().catch((thrown: Error) => thrown);
    expect((error as Error).message).toMatch(/^535 /);
    expect(smtp.LastReply).toBe((error as Error).message);
    expect(lines(log, 0).at(-1)).toBe("QUIT");
    expect(log.at(-1)).toEqual(["ConnectionStatus", "Remote host disconnected", 161]);
    expect(JSON.stringify(error)).not.toContain("brush");
    const other = dotnetSmtp(plain.port).smtp;
    other.User = "ann";
    other.Password = "brush";
    expect(await numberOf(other.Connect())).toBe(161);
  });
});

describe("I30: SSLServerAuthentication", () => {
  it("a good certificate: Status OK, Accept true", async () => {
    const { smtp, log } = trusting(secure.port, SMTPSSLStartModes.sslExplicit);
    await smtp.Send();
    expect(log).toContainEqual(["SSLServerAuthentication", "OK", true]);
  });

  it("a bad one: Accept false and why; left false it is 280, and nothing secret was sent", async () => {
    await using bad = await recordingServer({ tls: identities.selfSigned, users: { ann: "pencil" } });
    const { smtp, log } = dotnetSmtp(bad.port);
    smtp.SSLStartMode = SMTPSSLStartModes.sslExplicit;
    smtp.User = "ann";
    smtp.Password = "pencil";
    expect(await numberOf(smtp.Send())).toBe(280);
    const event = log.find(([name]) => name === "SSLServerAuthentication");
    expect(event?.[1]).not.toBe("OK");
    expect(event?.[2]).toBe(false);
    expect(smtp.Connected).toBe(false);
    expect(lines(log, 0).at(-1)).toBe("STARTTLS");
    expect(bad.logins).toEqual([]);
  });

  it("set true: it goes on", async () => {
    await using bad = await recordingServer({ tls: identities.selfSigned, implicitTls: true });
    const { smtp } = javaSmtp(bad.port);
    const other = new java.SMTP();
    for (const one of [other]) {
      one.setMailServer("127.0.0.1");
      one.setMailPort(bad.port);
      one.setFrom("ann@example.com");
      one.setSendTo("bob@example.org");
      one.setSSLStartMode(java.SMTP.sslImplicit);
      one.addSMTPEventListener({
        SSLServerAuthentication: (e) => {
          expect(Buffer.from(e.certEncoded).toString()).toContain("BEGIN CERTIFICATE");
          expect(e.certSubject).not.toBe("");
          e.accept = true;
        },
      });
      await one.send();
    }
    expect(bad.messages).toHaveLength(1);
    expect(smtp.isSSLEnabled()).toBe(false);
  });

  it("Accept set false for a good one: 280", async () => {
    const { smtp } = trusting(implicit.port, SMTPSSLStartModes.sslImplicit);
    smtp.OnSSLServerAuthentication.add((_s, e) => {
      e.Accept = false;
    });
    expect(await numberOf(smtp.Send())).toBe(280);
    expect(implicit.messages).toHaveLength(0);
  });

  it.each(["expired", "wrongHost", "unknownAuthority"] as const)("%s is 280", async (which) => {
    await using bad = await recordingServer({ tls: identities[which], implicitTls: true });
    const { smtp, log } = trusting(bad.port, SMTPSSLStartModes.sslImplicit);
    expect(await numberOf(smtp.Send())).toBe(280);
    expect(log.find(([event]) => event === "SSLServerAuthentication")?.[2]).toBe(false);
  });

  it("one equal to SSLAcceptServerCert is accepted without asking, and no other is", async () => {
    const other = await createSelfSignedIdentity({});
    for (const [identity, number] of [
      [identities.selfSigned, 0],
      [other, 280],
    ] as const) {
      await using bad = await recordingServer({ tls: identity, implicitTls: true });
      const { smtp, log } = dotnetSmtp(bad.port);
      smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
      smtp.SSLAcceptServerCert = new Certificate(identities.selfSigned.der);
      expect(await numberOf(smtp.Send())).toBe(number);
      expect(names(log).includes("SSLServerAuthentication")).toBe(number !== 0);
    }
  });

  it("SSLIncludeCertChain shows the whole chain", async () => {
    await using mx = await recordingServer({ tls: identities.goodByIntermediate, implicitTls: true });
    const count = async (on: boolean): Promise<number> => {
      const { smtp } = trusting(mx.port, SMTPSSLStartModes.sslImplicit);
      smtp.Config(`SSLIncludeCertChain=${on}`);
      let shown = "";
      smtp.OnSSLServerAuthentication.add((_s, e) => {
        shown = e.CertEncoded;
      });
      await smtp.Send();
      return shown.split("BEGIN CERTIFICATE").length - 1;
    };
    expect(await count(false)).toBe(1);
    expect(await count(true)).toBeGreaterThan(1);
  });
});

describe("I31: SSLServerCert, and how certificates are found", () => {
  it("is emptied at each attempt", async () => {
    const { smtp } = trusting(implicit.port, SMTPSSLStartModes.sslImplicit);
    expect(smtp.SSLServerCert.Subject).toBe("");
    await smtp.Send();
    const kept = smtp.SSLServerCert;
    expect(kept.Subject).toContain("CN=");
    smtp.MailPort = 1;
    await smtp.Send().catch(() => undefined);
    expect(smtp.SSLServerCert.Subject).toBe("");
    expect(kept.Subject).toContain("CN=");
  });

  it("kept as SSLAcceptServerCert it accepts that server alone", async () => {
    await using mine = await recordingServer({ tls: identities.selfSigned, implicitTls: true });
    await using other = await recordingServer({
      tls: await createSelfSignedIdentity({}),
      implicitTls: true,
    });
    const { smtp } = dotnetSmtp(mine.port);
    smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
    const accept = (_sender: unknown, e: { Accept: boolean }): void => {
      e.Accept = true;
    };
    smtp.OnSSLServerAuthentication.add(accept);
    await smtp.Send();
    smtp.OnSSLServerAuthentication.remove(accept);
    smtp.SSLAcceptServerCert = smtp.SSLServerCert;
    await smtp.Send();
    expect(mine.messages).toHaveLength(2);
    smtp.MailPort = other.port;
    expect(await numberOf(smtp.Send())).toBe(280);
    expect(other.messages).toHaveLength(0);
  });

  it("Subject exact, then a part of it, `*` any, `Thumbprint=…`", async () => {
    const { client: mine } = identities;
    const store = `${mine.certificate}${mine.key}`;
    const all = new Certificate(CertStoreTypes.cstPEMKeyBlob, store, "", "*");
    const { ready } = await import("../src/dotnet.js");
    await ready(all);
    for (const subject of [all.Subject, all.Subject.slice(3, 9), `Thumbprint=${all.ThumbprintSHA1}`]) {
      const found = new Certificate(CertStoreTypes.cstPEMKeyBlob, store, "", subject);
      await ready(found);
      expect(found.ThumbprintSHA256).toBe(all.ThumbprintSHA256);
    }
    const none = new Certificate(CertStoreTypes.cstPEMKeyBlob, store, "", "CN=nobody");
    expect(await numberOf(ready(none))).toBe(272);
    const lined = new Certificate(
      CertStoreTypes.cstPEMKeyBlob,
      store,
      "",
      "",
      `Thumbprint=${all.ThumbprintMD5}`,
    );
    await ready(lined);
    expect(lined.Subject).toBe(all.Subject);
  });
});

describe("I32: setting FirewallType sets Port", () => {
  it.each([
    [FirewallTypes.fwTunnel, 80],
    [FirewallTypes.fwSOCKS4, 1080],
    [FirewallTypes.fwSOCKS5, 1080],
    [FirewallTypes.fwSOCKS4A, 1080],
  ] as const)("%d: %d", (type, port) => {
    const { smtp } = dotnetSmtp(1);
    smtp.Firewall.FirewallType = type;
    expect(smtp.Firewall.Port).toBe(port);
    expect(smtp.Config("FirewallPort")).toBe(String(port));
    const other = javaSmtp(1).smtp;
    other.config(`FirewallType=${type}`);
    expect([other.getFirewall().getFirewallType(), other.getFirewall().getPort()]).toEqual([type, port]);
  });
});

describe("an idle connection", () => {
  it("the server closes it: ConnectionStatus, and the next Send connects again", async () => {
    await using mx = await recordingServer({ server: { socketTimeout: 200 } });
    const { smtp, log } = dotnetSmtp(mx.port);
    await smtp.Connect();
    await vi.waitFor(() => expect(smtp.Connected).toBe(false), 5000);
    expect(log.at(-1)?.[0]).toBe("ConnectionStatus");
    await smtp.Send();
    expect(mx.messages).toHaveLength(1);
  });
});
