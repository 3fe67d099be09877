// I21 to I23, and every setting that has an effect and no test of its own elsewhere.
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  client,
  createSelfSignedIdentity,
  type RecordingServer,
  recordingServer,
  scriptedServer,
  server,
  type TestIdentities,
  testIdentities,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_SETTINGS, type SettingRow, SMTP, SMTPSSLStartModes } from "../src/dotnet.js";
import { SETTINGS } from "../src/generated/settings.js";
import * as java from "../src/java.js";
import { mailers } from "../src/mailer.js";
import { makeDialing } from "../src/make-dialing.js";
import { dotnetSmtp, numberOf } from "./doors.js";

let identities: TestIdentities;
let plain: RecordingServer;
let implicit: RecordingServer;
let rsa: RecordingServer;
beforeAll(async () => {
  identities = await testIdentities();
  plain = await recordingServer();
  implicit = await recordingServer({ tls: identities.good, implicitTls: true });
  rsa = await recordingServer({ tls: await createSelfSignedIdentity({ keyType: "rsa" }), implicitTls: true });
});
beforeEach(() => {
  plain.clear();
  implicit.clear();
});
afterAll(async () => {
  await plain.close();
  await implicit.close();
  await rsa.close();
});

function secure(port = implicit.port): ReturnType<typeof dotnetSmtp> {
  const made = dotnetSmtp(port);
  made.smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
  made.smtp.Config(`SSLServerCACerts=${identities.ca}`);
  return made;
}

describe("I21: Config", () => {
  it.each([
    ["True", "True"],
    ["true", "True"],
    ["1", "True"],
    ["YES", "True"],
    ["False", "False"],
    ["0", "False"],
    ["no", "False"],
  ])("booleans take %s and read back %s", (given, read) => {
    const smtp = new SMTP();
    expect(smtp.Config(`KeepQueue=${given}`)).toBe(read);
    expect(smtp.Config("KeepQueue")).toBe(read);
    expect(new java.SMTP().config(`keepqueue=${given}`)).toBe(read);
  });

  it("names in any letter case; everything behind the first `=` is the value", () => {
    const smtp = new SMTP();
    smtp.Config("otherheaders=X-Sum: 1+1=2");
    expect(smtp.Config("OTHERHEADERS")).toBe("X-Sum: 1+1=2");
    expect(smtp.OtherHeaders).toBe("X-Sum: 1+1=2");
    smtp.Config("OtherHeaders=");
    expect(smtp.Config("OtherHeaders")).toBe("");
  });

  it("an unknown name throws, read or set", async () => {
    for (const configuration of ["NoSuchSetting", "NoSuchSetting=1", "", "=1", "toString", "__proto__=1"]) {
      expect(await numberOf(() => new SMTP().Config(configuration))).toBe(10_022);
      expect(await numberOf(() => new java.SMTP().config(configuration))).toBe(10_022);
    }
  });

  it.each([
    "KeepQueue=maybe",
    "MaxHeaderLength=long",
    "BuildInfo=mine",
    "TransferText=text",
    "FirewallType=7",
    "MaxLineLength=255",
    "LocalPort=65536",
    "MessageIdAlgorithm=ROT13",
  ])("%s cannot be", async (configuration) => {
    expect(await numberOf(() => new SMTP().Config(configuration))).toBe(10_022);
  });

  it("every setting has its default, can be set, and reads back", () => {
    for (const row of CONFIG_SETTINGS) {
      const { name, kind, default: fallback } = row;
      const smtp = new SMTP();
      if (["Hello", "UseInternalSecurityAPI"].includes(name) || name.endsWith("Info")) continue;
      expect([name, smtp.Config(name)]).toEqual([name, fallback]);
      if (kind === "read") continue;
      const value = another(row);
      expect([name, smtp.Config(`${name}=${value}`)]).toEqual([name, value]);
      smtp.Reset();
      expect([name, smtp.Config(name)]).toEqual([name, fallback]);
    }
  });
});

/** A value that is not the default. */
function another({ name, kind, default: fallback }: SettingRow): string {
  if (kind === "bool") return fallback === "True" ? "False" : "True";
  if (kind === "int") return name === "FirewallType" ? "3" : "1024";
  return name === "MessageIdAlgorithm" ? "MD5" : "some text";
}

describe("what was read can be set again", () => {
  const rows = SETTINGS.filter(({ kind }) => kind !== "read").map((row) => [row.name, row] as const);
  /** Config of the edition that has the setting. */
  const configOf = ({ door }: SettingRow): ((configuration: string) => string) => {
    if (door === "java") {
      const smtp = new java.SMTP();
      return (configuration) => smtp.config(configuration);
    }
    const smtp = new SMTP();
    return (configuration) => smtp.Config(configuration);
  };

  it.each(rows)("%s, as it is at first and changed", (name, row) => {
    const config = configOf(row);
    for (const value of [config(name), another(row)]) {
      config(`${name}=${value}`);
      expect(config(name)).toBe(value);
      expect(config(`${name}=${config(name)}`)).toBe(value);
      expect(config(name)).toBe(value);
    }
  });

  it.each(rows)("%s: an empty value is the default", (name, row) => {
    const config = configOf(row);
    const first = config(name);
    config(`${name}=${another(row)}`);
    expect(config(`${name}=`)).toBe(first);
    expect(config(name)).toBe(first);
  });

  it("all of them in turn, which changes none, nor the properties beside them", () => {
    const smtp = new SMTP();
    const all = CONFIG_SETTINGS.filter(({ kind }) => kind !== "read");
    for (const row of all) smtp.Config(`${row.name}=${another(row)}`);
    smtp.Firewall.Port = 1081;
    const read = (): string[] => all.map(({ name }) => smtp.Config(name));
    const before = read();
    for (const { name } of all) smtp.Config(`${name}=${smtp.Config(name)}`);
    expect(read()).toEqual(before);
    expect([smtp.Firewall.FirewallType, smtp.Firewall.Port]).toEqual([3, 1081]);
  });

  it("a connection is the same with every default written back", async () => {
    const { smtp } = secure();
    for (const { name, kind } of CONFIG_SETTINGS)
      if (kind !== "read") smtp.Config(`${name}=${smtp.Config(name)}`);
    const { tls, hello, keepAliveMs, connect } = await makeDialing(mailers.of(smtp));
    const fresh = await makeDialing(mailers.of(secure().smtp));
    const { minVersion, maxVersion, ciphers, ca, extraCa } = tls;
    expect({ minVersion, maxVersion, ciphers, ca, extraCa }).toEqual({
      minVersion: undefined,
      maxVersion: undefined,
      ciphers: undefined,
      ca: fresh.tls.ca,
      extraCa: undefined,
    });
    expect([hello, keepAliveMs, connect.connectTimeoutMs]).toEqual([
      secure().smtp.Config("Hello"),
      fresh.keepAliveMs,
      fresh.connect.connectTimeoutMs,
    ]);
    await smtp.Send();
    expect(implicit.messages).toHaveLength(1);
  });
});

describe("I22: one value under two names", () => {
  it("properties", () => {
    const smtp = new SMTP();
    smtp.ReturnPath = "bounces@example.com";
    smtp.LocalHost = "127.0.0.1";
    expect(smtp.Config("ReturnPath")).toBe("bounces@example.com");
    expect(smtp.Config("LocalHost")).toBe("127.0.0.1");
    smtp.Config("ReturnPath=others@example.com");
    smtp.Config("LocalHost=127.0.0.2");
    expect([smtp.ReturnPath, smtp.LocalHost]).toEqual(["others@example.com", "127.0.0.2"]);
    smtp.From = "ann@example.com";
    expect(smtp.Config("MessageHeadersString")).toBe(smtp.MessageHeadersString);
  });

  it("Firewall", () => {
    const smtp = new SMTP();
    smtp.Config("FirewallType=3");
    smtp.Config("FirewallHost=proxy.example.com");
    smtp.Config("FirewallPort=1081");
    smtp.Config("FirewallUser=ann");
    smtp.Config("FirewallPassword=pencil");
    smtp.Config("FirewallAutoDetect=Yes");
    const { FirewallType, Host, Port, User, Password, AutoDetect } = smtp.Firewall;
    expect([FirewallType, Host, Port, User, Password, AutoDetect]).toEqual([
      3,
      "proxy.example.com",
      1081,
      "ann",
      "pencil",
      true,
    ]);
    smtp.Firewall.Host = "other.example.com";
    expect(smtp.Config("FirewallHost")).toBe("other.example.com");
  });
});

describe("I23: settings of one edition", () => {
  it.each(["SSLContextProtocol", "SSLTrustManagerFactoryAlgorithm", "UseDaemonThreads"])(
    "%s is Java's",
    (name) => {
      expect(new java.SMTP().config(name)).toBeDefined();
      expect(() => new SMTP().Config(name)).toThrow(/10022/);
    },
  );

  it.each(["CACertFilePaths", "SSLSecurityFlags"])("%s is .NET's", (name) => {
    expect(new SMTP().Config(name)).toBeDefined();
    expect(() => new java.SMTP().config(name)).toThrow(/10022/);
  });
});

it("BuildInfo and LicenseInfo say what this is", () => {
  const smtp = new SMTP();
  expect([smtp.Config("BuildInfo"), smtp.Config("LicenseInfo")]).toEqual(["@wirepost/ipworks-compat", "MIT"]);
});

it("every setting with an effect is named in a test", () => {
  const files = [
    "certificates",
    "connection",
    "events",
    "firewall",
    "message",
    "queue",
    "sending",
    "settings",
  ];
  const text = files
    .map((file) => readFileSync(new URL(`./${file}.test.ts`, import.meta.url), "utf8"))
    .join("\n");
  const missing = CONFIG_SETTINGS.filter(({ name, effect }) => effect !== undefined && !text.includes(name));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

describe("settings of the connection", () => {
  it("FirewallListener: 213", async () => {
    const { smtp, log } = dotnetSmtp(plain.port);
    smtp.Config("FirewallListener=True");
    expect(await numberOf(smtp.Connect())).toBe(213);
    expect(log).toEqual([]);
  });

  it("LocalPort is where it connects from", async () => {
    const { smtp } = dotnetSmtp(plain.port);
    await smtp.Connect();
    const port = smtp.Config("LocalPort");
    await smtp.Disconnect();
    const other = dotnetSmtp(plain.port).smtp;
    other.Config(`LocalPort=${Number(port) > 40_000 ? Number(port) - 7 : Number(port) + 7}`);
    await other.Connect();
    expect(other.Config("LocalPort")).toBe(
      String(Number(port) > 40_000 ? Number(port) - 7 : Number(port) + 7),
    );
    await other.Disconnect();
  });

  it("MaxLineLength bounds a line of a reply", async () => {
    const reply = `250 ${"x".repeat(600)}\r\n`;
    for (const [length, number] of [
      [2048, 0],
      [256, 162],
    ] as const) {
      await using mx = await scriptedServer([
        server("220 mx\r\n"),
        client(/^EHLO/),
        server(reply),
        client("QUIT\r\n"),
        server("221 bye\r\n"),
      ]);
      const { smtp } = dotnetSmtp(mx.port);
      smtp.Config(`MaxLineLength=${length}`);
      expect(await numberOf(smtp.Connect())).toBe(number);
      await smtp.Disconnect();
    }
  });

  it("Linger false: the connection is reset, without QUIT", async () => {
    const { smtp, log } = dotnetSmtp(plain.port);
    smtp.Config("Linger=False");
    await smtp.Send();
    expect(smtp.Connected).toBe(false);
    expect(log.some(([, , line]) => line === "QUIT")).toBe(false);
    expect(log.at(-1)?.[1]).toBe("Remote host disconnected");
    expect(plain.messages).toHaveLength(1);
  });

  it("TCPKeepAlive, KeepAliveTime and TcpNoDelay reach the socket", async () => {
    const dialing = async (...settings: string[]): Promise<unknown[]> => {
      const { smtp } = dotnetSmtp(plain.port);
      for (const setting of settings) smtp.Config(setting);
      const { keepAliveMs, connect } = await makeDialing(mailers.of(smtp));
      await smtp.Send();
      return [keepAliveMs, connect.noDelay];
    };
    expect(await dialing()).toEqual([undefined, true]);
    expect(await dialing("KeepAliveTime=1000")).toEqual([undefined, true]);
    expect(await dialing("TCPKeepAlive=True")).toEqual([7_200_000, true]);
    expect(await dialing("TCPKeepAlive=True", "KeepAliveTime=1000")).toEqual([1000, true]);
    expect(await dialing("TcpNoDelay=False")).toEqual([undefined, false]);
    expect(await dialing("TcpNoDelay=True")).toEqual([undefined, true]);
    expect(plain.messages).toHaveLength(6);
  });

  it("MaxTransferRate holds back what goes out", async () => {
    const { smtp } = dotnetSmtp(plain.port);
    smtp.Config("MaxTransferRate=20000");
    smtp.MessageText = `${"x".repeat(78)}\r\n`.repeat(600);
    const began = performance.now();
    await smtp.Send();
    expect(performance.now() - began).toBeGreaterThan(700);
  });

  it("UseIPv6: 0 takes IPv4 alone, 1 IPv6 alone, 2 IPv6 first; an address is what it is", async () => {
    await using six = await recordingServer({ host: "::1" });
    for (const [use, host, port, reached] of [
      [0, "localhost", plain.port, true],
      [1, "localhost", plain.port, false],
      [2, "localhost", plain.port, true],
      [0, "::1", six.port, true],
      [1, "127.0.0.1", plain.port, true],
    ] as const) {
      const { smtp } = dotnetSmtp(port);
      smtp.MailServer = host;
      smtp.Config(`UseIPv6=${use}`);
      expect([use, host, (await numberOf(smtp.Send())) === 0]).toEqual([use, host, reached]);
    }
  });
});

describe("settings of TLS", () => {
  it("the negotiated values are empty before, and there while connected", async () => {
    const { smtp } = secure();
    const read = (): string[] =>
      [
        "SSLNegotiatedCipher",
        "SSLNegotiatedCipherStrength",
        "SSLNegotiatedCipherSuite",
        "SSLNegotiatedKeyExchange",
        "SSLNegotiatedKeyExchangeStrength",
        "SSLNegotiatedVersion",
      ].map((name) => smtp.Config(name));
    expect(read()).toEqual(Array(6).fill(""));
    await smtp.Connect();
    const [cipher, strength, suite, exchange, , version] = read();
    expect(cipher).not.toBe("");
    expect(Number(strength)).toBeGreaterThanOrEqual(128);
    expect(suite).toMatch(/^TLS_/);
    expect(exchange).not.toBe("");
    expect(version).toBe("TLSv1.3");
    await smtp.Disconnect();
  });

  it.each([
    [3072, "TLSv1.2"],
    [12_288, "TLSv1.3"],
    [15_360, "TLSv1.3"],
    [16_320, "TLSv1.3"],
    // The default of the documents, written by hand or by a loop that restores settings.
    [4032, "TLSv1.3"],
  ])("SSLEnabledProtocols=%d ends in %s", async (bits, version) => {
    const { smtp } = secure();
    smtp.Config(`SSLEnabledProtocols=${bits}`);
    await smtp.Connect();
    expect(smtp.Config("SSLNegotiatedVersion")).toBe(version);
    await smtp.Disconnect();
  });

  it.each([48, 12, 60, 3120, 0])("SSLEnabledProtocols=%d: 270", async (bits) => {
    const { smtp, log } = secure();
    smtp.Config(`SSLEnabledProtocols=${bits}`);
    expect(await numberOf(smtp.Connect())).toBe(270);
    expect(log).toEqual([]);
  });

  it("SSLEnabledCipherSuites by JSSE names, and SSLCipherStrength", async () => {
    const { smtp } = secure();
    smtp.Config("SSLEnabledProtocols=3072");
    smtp.Config(
      "SSLEnabledCipherSuites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    );
    await smtp.Connect();
    expect(smtp.Config("SSLNegotiatedCipherSuite")).toMatch(
      /^TLS_ECDHE_(?:EC|R)[DS]+A?_WITH_AES_128_GCM_SHA256$/,
    );
    expect(smtp.Config("SSLNegotiatedCipherStrength")).toBe("128");
    await smtp.Disconnect();
    smtp.Config("SSLCipherStrength=256");
    expect(await numberOf(smtp.Connect())).toBe(276);
    expect(implicit.logins).toEqual([]);
    smtp.Config("SSLEnabledCipherSuites=NO_SUCH_SUITE");
    expect(await numberOf(smtp.Connect())).not.toBe(0);
  });

  it("TLS12SupportedGroups, TLS13SupportedGroups", async () => {
    for (const [name, bits, group, shown] of [
      // In TLS 1.2 the curve of the server's own key has to be among them.
      ["TLS12SupportedGroups", 3072, "ecdhe_secp256r1", /256/],
      ["TLS13SupportedGroups", 12_288, "ecdhe_secp384r1", /384/],
    ] as const) {
      const { smtp } = secure();
      smtp.Config(`SSLEnabledProtocols=${bits}`);
      smtp.Config(`${name}=${group}`);
      await smtp.Connect();
      expect([name, smtp.Config("SSLNegotiatedKeyExchange")]).toEqual([name, expect.stringMatching(shown)]);
      await smtp.Disconnect();
      smtp.Config(`${name}=ecdhe_nowhere`);
      expect(await numberOf(smtp.Connect())).toBe(270);
    }
  });

  it("TLS12SignatureAlgorithms and TLS13SignatureAlgorithms that the server cannot meet: no connection", async () => {
    for (const [name, bits, good, bad] of [
      ["TLS12SignatureAlgorithms", 3072, "sha256-ecdsa,sha256-rsa", "sha512-dsa"],
      ["TLS13SignatureAlgorithms", 12_288, "ecdsa_secp256r1_sha256,rsa_pss_sha256", "ed448"],
    ] as const) {
      for (const value of [good, bad]) {
        const { smtp } = secure();
        smtp.Config(`SSLEnabledProtocols=${bits}`);
        smtp.Config(`${name}=${value}`);
        const number = await numberOf(smtp.Connect());
        expect([name, value, number === 0]).toEqual([name, value, value === good]);
        await smtp.Disconnect();
      }
    }
  });

  it.each([
    ["sha256-rsa", undefined, "TLSv1.3"],
    ["sha256-rsa", 12_288, "TLSv1.3"],
    ["sha256-rsa", 3072, "TLSv1.2"],
    ["sha512-dsa", 12_288, "TLSv1.3"],
    ["its default", undefined, "TLSv1.3"],
    ["its default", 15_360, "TLSv1.3"],
    ["its default", 12_288, "TLSv1.3"],
    ["its default", 3072, "TLSv1.2"],
  ] as const)(
    "TLS12SignatureAlgorithms=%s with SSLEnabledProtocols=%s and an RSA certificate: %s",
    async (list, bits, version) => {
      const { smtp } = secure(rsa.port);
      smtp.OnSSLServerAuthentication.add((_s, e) => {
        e.Accept = true;
      });
      if (bits !== undefined) smtp.Config(`SSLEnabledProtocols=${bits}`);
      const value = list === "its default" ? smtp.Config("TLS12SignatureAlgorithms") : list;
      smtp.Config(`TLS12SignatureAlgorithms=${value}`);
      await smtp.Connect();
      expect(smtp.Config("SSLNegotiatedVersion")).toBe(version);
      await smtp.Disconnect();
    },
  );

  it.each([true, false])("ReuseSSLSession=%s: the same object resumes, or not", async (on) => {
    const { smtp } = secure();
    smtp.Config("SSLEnabledProtocols=3072");
    smtp.Config(`ReuseSSLSession=${on}`);
    await smtp.Send();
    await smtp.Connect();
    expect(mailers.of(smtp).link.tls?.resumed).toBe(on);
    await smtp.Disconnect();
  });

  it("SSLServerCACerts are the only ones that count; CACertFilePaths come on top", async () => {
    const folder = await mkdtemp(join(tmpdir(), "wirepost-ca-"));
    try {
      await writeFile(join(folder, "ca.pem"), identities.ca);
      const { smtp } = dotnetSmtp(implicit.port);
      smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
      expect(await numberOf(smtp.Connect())).toBe(280);
      smtp.Config(`SSLServerCACerts=${identities.unknownAuthority.ca}`);
      expect(await numberOf(smtp.Connect())).toBe(280);
      smtp.Config(`CACertFilePaths=${join(folder, "nowhere.pem")};${join(folder, "ca.pem")}`);
      await smtp.Connect();
      await smtp.Disconnect();
      smtp.Config(`CACertFilePaths=${join(folder, "nowhere.pem")}`);
      expect(await numberOf(smtp.Connect())).toBe(271);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("SSLKeyLogFile: secrets are appended", async () => {
    const folder = await mkdtemp(join(tmpdir(), "wirepost-keys-"));
    try {
      const path = join(folder, "keys.log");
      await writeFile(path, "# before\n");
      const { smtp } = secure();
      smtp.Config(`SSLKeyLogFile=${path}`);
      await smtp.Send();
      const text = await readFile(path, "utf8");
      expect(text).toMatch(/^# before\n/);
      expect(text).toMatch(/CLIENT_HANDSHAKE_TRAFFIC_SECRET|CLIENT_RANDOM/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(["SSLCheckCRL", "SSLCheckOCSP"])(
    "%s: 1 goes on where nothing is known, 2 does not",
    async (name) => {
      const { smtp } = secure();
      smtp.Config(`${name}=1`);
      await smtp.Connect();
      await smtp.Disconnect();
      smtp.Config(`${name}=2`);
      expect(await numberOf(smtp.Connect())).toBe(280);
      smtp.Config(`${name}=3`);
      expect(await numberOf(smtp.Connect())).toBe(10_022);
    },
  );

  it("what is stored only changes nothing", async () => {
    const { smtp } = secure();
    for (const { name, kind, stored } of CONFIG_SETTINGS)
      if (stored !== undefined)
        smtp.Config(`${name}=${kind === "bool" ? "True" : kind === "int" ? "1" : "text"}`);
    await smtp.Send();
    expect(implicit.messages).toHaveLength(1);
  });
});

it("a connection keeps the process while a method runs, and not between two calls", async () => {
  const { smtp } = dotnetSmtp(plain.port);
  const held = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  await smtp.Connect();
  const between = held();
  let during = 0;
  smtp.OnPITrail.add(() => {
    during = held();
  });
  await smtp.SendCommand("NOOP");
  expect(during).toBe(between + 1);
  smtp.Dispose();
  expect(smtp.Connected).toBe(false);
});
