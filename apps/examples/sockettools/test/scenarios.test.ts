import {
  client,
  ends,
  type RecordingServerOptions,
  recordingServer,
  replay,
  server,
  testIdentities,
} from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import type { Program, Server } from "../src/program.js";
import { eventDriven } from "../src/samples/event-driven.js";
import { deliverMessage } from "../src/scenarios/c1-sample.js";
import { allByProperties } from "../src/scenarios/c2-properties.js";
import { stepByStep } from "../src/scenarios/c3-low-level.js";

const LOGIN = { userName: "ann", password: "secret" };
const USERS = { ann: "secret" };

/** Runs a program; what it said. */
async function said(
  program: Program,
  target: { readonly port: number },
  more: Partial<Server> = {},
): Promise<string[]> {
  const lines: string[] = [];
  await program({ host: "127.0.0.1", port: target.port, ...more }, (line) => lines.push(line));
  return lines;
}

describe("C1: the sample of the page", () => {
  it("a good server", async () => {
    await using target = await recordingServer({ users: USERS });
    expect(await said(deliverMessage, target, LOGIN)).toEqual(["delivered"]);
    const [message] = target.messages;
    expect([message?.user, message?.from.address, message?.to[0]?.address]).toEqual([
      "ann",
      "ann@example.com",
      "bob@example.org",
    ]);
    expect(message?.text).toBe(
      [
        "From: ann@example.com",
        "To: bob@example.org",
        "Subject: A message that was ready",
        "",
        "It is contained in a string variable.",
        "",
      ].join("\r\n"),
    );
  });

  const WITHOUT_ESMTP = [
    server("220 old.example.test\r\n"),
    client(/^EHLO \S+\r\n$/),
    server("500 what?\r\n"),
    client(/^HELO \S+\r\n$/),
    server("250 old.example.test\r\n"),
  ];
  const BYE = [client("QUIT\r\n"), server("221 bye\r\n"), ends()];

  it("a server without ESMTP: without a login the message goes", async () => {
    const target = await replay([
      ...WITHOUT_ESMTP,
      client("MAIL FROM:<ann@example.com>\r\n"),
      server("250 ok\r\n"),
      client("RCPT TO:<bob@example.org>\r\n"),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go on\r\n"),
      client(/^From: ann@example\.com\r\n$/),
      client(/^To: /),
      client(/^Subject: /),
      client("\r\nIt is contained in a string variable.\r\n.\r\n"),
      server("250 queued\r\n"),
      ...BYE,
    ]);
    expect(await said(deliverMessage, target)).toEqual(["delivered"]);
    await target.finished();
    await target.close();
  });

  it("a server without ESMTP: a login is not possible", async () => {
    const target = await replay([...WITHOUT_ESMTP, ...BYE]);
    expect(await said(deliverMessage, target, LOGIN)).toEqual([expect.stringMatching(/ESMTP/)]);
    await target.finished();
    await target.close();
  });

  it("a wrong password", async () => {
    await using target = await recordingServer({ users: USERS });
    expect(await said(deliverMessage, target, { ...LOGIN, password: "wrong" })).toEqual([
      expect.stringMatching(/535/),
    ]);
    expect(target.messages).toEqual([]);
  });

  it.each(["reject550@example.org", "bob@example.org, reject550@example.org"])(
    "refused: %s",
    async (recipient) => {
      await using target = await recordingServer({ users: USERS });
      expect(await said(deliverMessage, target, { ...LOGIN, recipient })).toEqual([
        expect.stringMatching(/550/),
      ]);
      expect(target.messages).toEqual([]);
    },
  );

  it("nobody listens", async () => {
    const gone = await recordingServer();
    await gone.close();
    expect(await said(deliverMessage, gone)).toHaveLength(1);
  });
});

describe("C2: everything by properties", () => {
  async function secureServer(options: RecordingServerOptions = {}) {
    const { good } = await testIdentities();
    const target = await recordingServer({
      host: "localhost",
      tls: good,
      implicitTls: true,
      users: USERS,
      ...options,
    });
    return { target, more: { ...LOGIN, host: "localhost", trust: good.ca } };
  }

  it("sends over TLS", async () => {
    const { target, more } = await secureServer();
    expect(await said(allByProperties, target, more)).toEqual([
      "connected, secure, certificate status 1",
      "100%",
      expect.stringMatching(/^sent, \d+ bytes$/),
    ]);
    const [message] = target.messages;
    expect([message?.secure, message?.user]).toEqual([true, "ann"]);
    expect(message?.text).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000\r$/m);
    expect(target.logins).toHaveLength(1);
    await target.close();
  });

  it("is told of a wrong password", async () => {
    const { target, more } = await secureServer();
    const lines = await said(allByProperties, target, { ...more, password: "wrong" });
    expect(lines).toEqual([expect.stringMatching(/^Connect: 12004 .*535/)]);
    await target.close();
  });

  it("is told of a certificate that nobody vouches for", async () => {
    const { target, more } = await secureServer();
    const lines = await said(allByProperties, target, { ...more, trust: undefined });
    expect(lines).toEqual([expect.stringMatching(/^Connect: 12108 /)]);
    await target.close();
  });

  it("is told of a refused recipient", async () => {
    const { target, more } = await secureServer();
    const lines = await said(allByProperties, target, { ...more, recipient: "reject550@example.org" });
    expect(lines.at(-1)).toMatch(/^SendMessage: 550 5\.1\.1 /);
    await target.close();
  });
});

describe("C3: step by step", () => {
  it("two recipients, pieces with bare line feeds, a size above the limit, an exception", async () => {
    await using target = await recordingServer({ sizeBytes: 50_000 });
    const lines = await said(stepByStep, target);
    expect(lines).toEqual([
      "0 0 0 19 37 14 9 0, then 250",
      expect.stringMatching(/^CreateMessage: 12105 .*50001.*50000/),
      expect.stringMatching(/^Err 12105: .*50001.*50000/),
    ]);
    expect(target.messages).toHaveLength(1);
    const [message] = target.messages;
    expect(message?.to.map(({ address }) => address)).toEqual(["bob@example.org", "cy@example.org"]);
    expect(message?.from.parameters).toMatchObject({ SIZE: String(message?.content.length) });
    expect(message?.text).toBe(
      "Subject: In pieces\r\nTo: bob@example.org, cy@example.org\r\n\r\nOne line\r\n.\r\nand another\r\n",
    );
  });

  it("is told when nobody listens", async () => {
    const gone = await recordingServer();
    await gone.close();
    expect(await said(stepByStep, gone)).toHaveLength(1);
  });
});

describe("from event to event", () => {
  it("sends", async () => {
    await using target = await recordingServer();
    expect(await said(eventDriven, target)).toEqual([
      "OnCommand 250",
      "OnConnect",
      "OnCommand 250",
      "OnCommand 250",
      "OnCommand 354",
      "OnProgress 100",
      "OnCommand 250",
      "OnCommand 221",
      "OnDisconnect",
    ]);
    expect(target.messages[0]?.text).toContain("Subject: From event to event\r\n");
  });

  it("is told of failures", async () => {
    await using target = await recordingServer();
    const lines = await said(eventDriven, target, { recipient: "reject550@example.org" });
    expect(lines.filter((line) => line.startsWith("OnError"))).toEqual([
      expect.stringMatching(/^OnError 12103 /),
    ]);
    expect(lines.at(-1)).toBe("OnDisconnect");
    expect(await said(eventDriven, { port: 1 })).toEqual([expect.stringMatching(/^OnError 10061 /)]);
  });
});
