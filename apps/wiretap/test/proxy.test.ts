import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SmtpClient } from "@wirepost/smtp-client";
import { chunkingServer, recordingServer, replay, testIdentities } from "@wirepost/test-server";
import { beforeAll, describe, expect, it } from "vitest";
import { parseTranscript } from "../src/index.js";
import { replaySteps } from "./replay-steps.js";
import { tap, track } from "./tap.js";

let identities: Awaited<ReturnType<typeof testIdentities>>;

beforeAll(async () => {
  identities = await testIdentities();
});

const PASSWORD = "correct horse";
const MESSAGE = {
  from: "Ann <ann@example.com>",
  to: ["bob@example.org", "reject550@example.org"],
  subject: "Grüße",
  text: "Hello\n.dot\n..two\n",
  date: new Date("2026-01-02T09:41:07Z"),
  messageId: "<1@example.com>",
};

/** What came of a send, as far as it is told by the server. */
function result(receipt: Awaited<ReturnType<SmtpClient["send"]>>) {
  return {
    reply: receipt.reply,
    recipients: receipt.recipients.map(({ address, outcome, reply }) => ({ address, outcome, reply })),
  };
}

function secureClient(port: number, ca: string) {
  return track(
    new SmtpClient({
      host: "localhost",
      port,
      maxConnections: 1,
      clientName: "client.example",
      tls: { policy: "required", ca },
      auth: { username: "ann", password: PASSWORD, mechanisms: ["PLAIN"] },
    }),
  );
}

describe("a login and a message, with STARTTLS on both sides", () => {
  it("arrive as they do without the proxy, and a replay of the recording gives the same result", async () => {
    const server = track(await recordingServer({ tls: identities.good, users: { ann: PASSWORD } }));
    const direct = await secureClient(server.port, identities.good.ca).send(MESSAGE);
    const recordTo = await mkdtemp(join(tmpdir(), "wiretap-"));
    const { wiretap, text, texts, over } = await tap({
      server: { host: "localhost", port: server.port, ca: identities.good.ca },
      recordTo,
    });

    const client = secureClient(wiretap.port, wiretap.ca!);
    const receipt = await client.send(MESSAGE);
    await client.close();
    await over(1);

    const [first, second] = await server.arrived(2);
    expect(second!.text).toBe(first!.text);
    expect(second).toMatchObject({ from: first!.from, to: first!.to, user: "ann", secure: true });
    expect(result(receipt).recipients.map(({ outcome }) => outcome)).toEqual(["accepted", "rejected"]);
    expect(receipt.recipients[1]).toEqual(direct.recipients[1]);

    expect(text()).not.toContain(PASSWORD);
    expect(text()).not.toContain(Buffer.from(`\0ann\0${PASSWORD}`).toString("base64"));
    expect(text()).not.toContain("Hello");
    expect(texts("client")).toContain("AUTH PLAIN <redacted>");
    expect(texts("event").filter((event) => / secured TLS/.test(event))).toEqual([
      expect.stringMatching(/^server secured TLSv1\.\d \S+, verified$/),
      expect.stringMatching(/^client secured TLSv1\.\d \S+$/),
    ]);

    const [file] = await readdir(recordTo);
    expect((await stat(join(recordTo, file!))).mode & 0o777).toBe(0o600);
    const recording = parseTranscript(await readFile(join(recordTo, file!), "utf8"));
    await rm(recordTo, { recursive: true });
    const player = track(await replay(replaySteps(recording, identities.good)));
    const again = secureClient(player.port, identities.good.ca);
    const repeated = await again.send(MESSAGE);
    await again.close();
    await player.finished();
    expect(result(repeated)).toEqual(result(receipt));
  });
});

describe("content", () => {
  it.each([false, true])(
    "in BDAT chunks arrives, is counted and can be replayed (content: %s)",
    async (content) => {
      const server = track(await chunkingServer());
      const { wiretap, conversations, texts, over } = await tap({
        server: { host: "127.0.0.1", port: server.port, tls: "none" },
        tls: "none",
        content,
      });
      const send = async (port: number) => {
        const client = track(new SmtpClient({ host: "127.0.0.1", port, clientName: "client.example" }));
        const receipt = await client.send(MESSAGE);
        await client.close();
        return receipt;
      };
      const receipt = await send(wiretap.port);
      await over(1);
      const [message] = server.messages;
      expect(message!.framing).toBe("BDAT");
      expect(message!.text).toContain("\r\n.dot\r\n");
      const lines = message!.text.split("\r\n").length - 1;
      expect(texts("content-end")).toEqual([`BDAT ${lines} lines, ${message!.content.length} octets, last`]);
      expect(texts("content").join("\n").includes("\n.dot\n")).toBe(content);

      const player = track(await replay(replaySteps(conversations[0]!)));
      expect(result(await send(player.port))).toEqual(result(receipt));
      await player.finished();
    },
  );
});
