// Firewall: tunnel, SOCKS 4, 4A and 5, login, exceptions, AutoDetect.
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { httpProxy, socksProxy } from "../../socket-core/test/proxy-servers.js";
import { FirewallTypes } from "../src/dotnet.js";
import { dotnetSmtp, names, numberOf } from "./doors.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

const KINDS = [
  ["tunnel", FirewallTypes.fwTunnel, httpProxy],
  ["SOCKS 4", FirewallTypes.fwSOCKS4, socksProxy],
  ["SOCKS 4A", FirewallTypes.fwSOCKS4A, socksProxy],
  ["SOCKS 5", FirewallTypes.fwSOCKS5, socksProxy],
] as const;

describe.each(KINDS)("%s", (_, type, make) => {
  it("a message goes through it", async () => {
    const proxy = await make();
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.Firewall.FirewallType = type;
    smtp.Firewall.Host = "127.0.0.1";
    smtp.Firewall.Port = proxy.port;
    await smtp.Send();
    expect(target.messages).toHaveLength(1);
    expect(proxy.asked).toHaveLength(1);
    expect(log.slice(0, 2).map(([, what]) => what)).toEqual(["Firewall connected", "Remote host connected"]);
    expect(smtp.MailServer).toBe("127.0.0.1");
    await proxy.close();
  });

  it("refused: 118, with the reason", async () => {
    const proxy = await make({ refuse: type === FirewallTypes.fwTunnel ? "403 Forbidden" : 2 });
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.Firewall.FirewallType = type;
    smtp.Firewall.Host = "127.0.0.1";
    smtp.Firewall.Port = proxy.port;
    expect(await numberOf(smtp.Send())).toBe(118);
    expect(names(log)).not.toContain("PITrail");
    await proxy.close();
  });
});

describe.each(KINDS.filter(([name]) => name === "tunnel" || name === "SOCKS 5"))(
  "%s with a login",
  (_, type, make) => {
    it("User and Password; wrong ones are 118 and never shown", async () => {
      const proxy = await make({ login: "ann:pencil" });
      for (const [password, number] of [
        ["pencil", 0],
        ["brush-stroke", 118],
      ] as const) {
        const { smtp } = dotnetSmtp(target.port);
        smtp.Firewall.FirewallType = type;
        smtp.Firewall.Host = "127.0.0.1";
        smtp.Firewall.Port = proxy.port;
        smtp.Firewall.User = "ann";
        smtp.Firewall.Password = password;
        const thrown = await smtp.Send().catch((error: unknown) => error);
        expect((thrown as { code?: number } | undefined)?.code ?? 0).toBe(number);
        expect(JSON.stringify([String(thrown), thrown])).not.toContain("brush-stroke");
      }
      await proxy.close();
    });
  },
);

it("a leading `*` leaves the name to the proxy; without it the name is resolved here", async () => {
  const proxy = await socksProxy();
  for (const [server, asked] of [
    ["*localhost", "localhost"],
    ["localhost", "127.0.0.1"],
  ] as const) {
    const { smtp } = dotnetSmtp(target.port);
    smtp.MailServer = server;
    smtp.Firewall.FirewallType = FirewallTypes.fwSOCKS5;
    smtp.Firewall.Host = "127.0.0.1";
    smtp.Firewall.Port = proxy.port;
    await smtp.Send();
    expect(proxy.asked.at(-1)).toContain(asked);
  }
  await proxy.close();
});

it("ProxyExceptionsList: hosts that are reached without it", async () => {
  const proxy = await socksProxy();
  const { smtp } = dotnetSmtp(target.port);
  smtp.Firewall.FirewallType = FirewallTypes.fwSOCKS5;
  smtp.Firewall.Host = "127.0.0.1";
  smtp.Firewall.Port = proxy.port;
  smtp.Config("ProxyExceptionsList=mail.example.com;127.0.0.1");
  await smtp.Send();
  expect(proxy.asked).toEqual([]);
  expect(target.messages).toHaveLength(1);
  await proxy.close();
});

it("AutoDetect takes the proxy from the environment", async () => {
  const proxy = await socksProxy();
  vi.stubEnv("ALL_PROXY", `socks5://127.0.0.1:${proxy.port}`);
  vi.stubEnv("NO_PROXY", "");
  vi.stubEnv("no_proxy", "");
  try {
    const { smtp } = dotnetSmtp(target.port);
    await smtp.Send();
    expect(proxy.asked).toEqual([]);
    smtp.Firewall.AutoDetect = true;
    await smtp.Send();
    expect(proxy.asked).toHaveLength(1);
  } finally {
    vi.unstubAllEnvs();
    await proxy.close();
  }
});

it("the proxy is not there: its connection error", async () => {
  const { smtp } = dotnetSmtp(target.port);
  smtp.Firewall.FirewallType = FirewallTypes.fwSOCKS5;
  smtp.Firewall.Host = "127.0.0.1";
  smtp.Firewall.Port = 1;
  expect([118, 10_061]).toContain(await numberOf(smtp.Send()));
});
