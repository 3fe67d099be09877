import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { SmtpClient } from "@wirepost/smtp-client";
import {
  chunkingServer,
  ends,
  recordingServer,
  replay,
  server as says,
  scriptedServer,
  testIdentities,
} from "@wirepost/test-server";
import { beforeAll, describe, expect, it } from "vitest";
import type { WiretapOptions } from "../src/index.js";
import { tap, track } from "./tap.js";

let identities: Awaited<ReturnType<typeof testIdentities>>;

beforeAll(async () => {
  identities = await testIdentities();
});

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n.dot\n" };

/** A client that says exactly what a test says. */
async function dial(port: number): Promise<{
  readonly socket: Socket;
  readonly heard: () => string;
  readonly hear: (mark: string) => Promise<void>;
  readonly closed: Promise<void>;
}> {
  const socket = connectTcp({ port, host: "127.0.0.1" });
  track({ close: async () => void socket.destroy() });
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  await once(socket, "connect");
  const hear = async (mark: string): Promise<void> => {
    while (!text.includes(mark)) {
      if (socket.readableEnded || socket.destroyed) throw new Error(`the end came before ${mark}: ${text}`);
      await Promise.race([once(socket, "data"), closed]);
    }
  };
  return { socket, heard: () => text, hear, closed };
}

describe("connections", () => {
  it("TLS from the first octet on both sides", async () => {
    const server = track(await recordingServer({ tls: identities.good, implicitTls: true }));
    const { wiretap, texts, over } = await tap({
      tls: "implicit",
      server: { host: "localhost", port: server.port, tls: "implicit", ca: identities.good.ca },
    });
    const client = track(
      new SmtpClient({ host: "localhost", port: wiretap.port, tls: { policy: "implicit", ca: wiretap.ca! } }),
    );
    await client.send(MESSAGE);
    await client.close();
    await over(1);
    expect(server.messages[0]).toMatchObject({ secure: true });
    expect(texts("to-server")).toEqual([]);
    expect(texts("event").filter((text) => text.includes("secured"))).toHaveLength(2);
  });

  it("forty pipelined messages arrive in order, each as it was sent", async () => {
    const server = track(await recordingServer());
    const { wiretap, conversations } = await tap({
      server: { host: "127.0.0.1", port: server.port, tls: "none" },
    });
    const client = track(
      new SmtpClient({
        host: "127.0.0.1",
        port: wiretap.port,
        maxConnections: 1,
        tls: { policy: "required", ca: wiretap.ca! },
      }),
    );
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => client.send({ ...MESSAGE, subject: `number ${i}` })),
    );
    const messages = await server.arrived(40);
    expect(messages.map(({ text }) => /Subject: number (\d+)/.exec(text)?.[1])).toEqual(
      Array.from({ length: 40 }, (_, i) => String(i)),
    );
    expect(messages.every(({ text }) => text.endsWith("\r\n\r\nHello\r\n.dot\r\n"))).toBe(true);
    expect(conversations).toHaveLength(1);
  });

  it("LMTP, with a final reply for each recipient", async () => {
    const server = track(
      await chunkingServer({ lmtp: true, extensions: ["PIPELINING"], tls: identities.good }),
    );
    const { wiretap, texts, over } = await tap({
      lmtp: true,
      server: { host: "localhost", port: server.port, ca: identities.good.ca },
    });
    const client = track(
      new SmtpClient({
        host: "localhost",
        port: wiretap.port,
        protocol: "lmtp",
        tls: { policy: "required", ca: wiretap.ca! },
      }),
    );
    const receipt = await client.send({ ...MESSAGE, to: ["bob@example.org", "datareject@example.org"] });
    await client.close();
    await over(1);
    expect(receipt.recipients.map(({ outcome }) => outcome)).toEqual(["accepted", "rejected"]);
    expect(texts("to-server")[0]).toBe("LHLO [127.0.0.1]");
    expect(texts("event").join()).not.toContain("unread");
  });

  it.each(["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"])("a login by %s", async (mechanism) => {
    const server = track(
      await recordingServer({ tls: identities.good, users: { ann: "s3cr3t-pass" }, mechanisms: [mechanism] }),
    );
    const { wiretap, text, over } = await tap({
      server: { host: "localhost", port: server.port, ca: identities.good.ca },
    });
    for (const secret of ["s3cr3t-pass", "wr0ng-pass"]) {
      const client = track(
        new SmtpClient({
          host: "localhost",
          port: wiretap.port,
          tls: { policy: "required", ca: wiretap.ca! },
          auth: { username: "ann", ...(mechanism === "XOAUTH2" ? { token: secret } : { password: secret }) },
        }),
      );
      const sent = client.send(MESSAGE).then(
        () => true,
        () => false,
      );
      expect(await sent).toBe(secret === "s3cr3t-pass");
      await client.close();
    }
    await over(2);
    expect(server.logins.map(({ ok }) => ok)).toEqual([true, false]);
    expect(text()).not.toMatch(/s3cr3t|wr0ng|czNjcjN0|d3Iwbmc/);
    expect(text()).toContain("S: 535");
  });
});

describe("a server that cannot be had", () => {
  const refusals: [string, () => Promise<WiretapOptions["server"]>, string][] = [
    [
      "nobody listens",
      async () => {
        const gone = await scriptedServer([]);
        await gone.close();
        return { host: "127.0.0.1", port: gone.port };
      },
      "ERR_SOCKET_REFUSED",
    ],
    [
      "no STARTTLS",
      async () => ({ host: "127.0.0.1", port: track(await recordingServer()).port }),
      "ERR_WIRETAP_SERVER_REFUSED",
    ],
    [
      "the certificate is of an unknown authority",
      async () => ({ host: "localhost", port: track(await recordingServer({ tls: identities.good })).port }),
      "ERR_SOCKET_CERTIFICATE_",
    ],
    [
      "the certificate names another host",
      async () => ({
        host: "localhost",
        port: track(await recordingServer({ tls: identities.wrongHost })).port,
        ca: identities.wrongHost.ca,
      }),
      "ERR_SOCKET_CERTIFICATE_",
    ],
    [
      "it closes before TLS",
      async () => ({ host: "127.0.0.1", port: track(await replay([says("220 mx\r\n"), ends()])).port }),
      "ERR_WIRETAP_SERVER_CLOSED",
    ],
    [
      "octets follow its 220 to STARTTLS",
      async () => {
        const script = track(
          await scriptedServer(async (peer) => {
            await peer.send("220 mx\r\n");
            await peer.line();
            await peer.send("250-mx\r\n250 STARTTLS\r\n");
            await peer.line();
            await peer.send("220 go\r\n250 injected\r\n");
            await peer.drain();
          }),
        );
        return { host: "127.0.0.1", port: script.port };
      },
      "ERR_SMTP_LEFTOVER_BYTES",
    ],
  ];

  it.each(refusals)(
    "%s: the client hears 421, and not an octet of it went in clear",
    async (_, server, code) => {
      const { wiretap, texts, over } = await tap({ server: await server() });
      const { socket, hear, heard, closed } = await dial(wiretap.port);
      socket.write("EHLO client.example\r\nAUTH PLAIN AGFubgBzM2NyM3Q=\r\n");
      await hear("421 ");
      await closed;
      await over(1);
      expect(heard()).toMatch(/^421 4\.4\.1 The server cannot be reached: ERR_[A-Z_]+\r\n$/);
      expect(texts("event")[0]).toContain(`server not reached: ${code}`);
    },
  );

  it("a greeting that refuses is handed on", async () => {
    const server = track(
      await scriptedServer(async (peer) => {
        await peer.send("554 go away\r\n");
        await peer.drain();
      }),
    );
    const { wiretap, over } = await tap({ server: { host: "127.0.0.1", port: server.port } });
    const { hear, heard } = await dial(wiretap.port);
    await hear("\n");
    await over(1);
    expect(heard()).toBe("554 go away\r\n");
    expect(server.connections[0]!.segments).toEqual([]);
  });

  it("any certificate will do when it is not to be verified, and it is said what is wrong with it", async () => {
    const server = track(await recordingServer({ tls: identities.expired }));
    const { wiretap, texts } = await tap({
      server: { host: "localhost", port: server.port, verify: "none" },
    });
    const { hear } = await dial(wiretap.port);
    await hear("220 ");
    expect(texts("event")[0]).toMatch(/^server secured TLSv1\.\d \S+, not verified: ERR_SOCKET_CERTIFICATE_/);
  });
});

describe("ends", () => {
  it("a client that resets the connection in the middle of content does not end the content", async () => {
    const server = track(
      await scriptedServer(async (peer) => {
        await peer.send("220 mx\r\n");
        await peer.until("DATA\r\n");
        await peer.send("250 ok\r\n250 ok\r\n354 go\r\n");
        await peer.drain();
      }),
    );
    const { wiretap, texts, over } = await tap({
      server: { host: "127.0.0.1", port: server.port, tls: "none" },
    });
    const { socket, hear } = await dial(wiretap.port);
    socket.write("MAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n");
    await hear("354 ");
    socket.write("half a line");
    const peer = server.connections[0]!;
    while (!peer.receivedText.endsWith("half a line")) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.resetAndDestroy();
    await over(1);
    expect(await peer.closed).toBe("client-reset");
    expect(texts("content-end")).toEqual(["DATA 0 lines, 11 octets, not ended"]);
  });

  it("a server that resets the connection is seen to do so", async () => {
    const server = track(
      await scriptedServer(async (peer) => {
        await peer.send("220 mx\r\n");
        await peer.line();
        peer.reset();
      }),
    );
    const { wiretap, texts, over } = await tap({
      server: { host: "127.0.0.1", port: server.port, tls: "none" },
    });
    const { socket, hear, closed } = await dial(wiretap.port);
    await hear("220 ");
    socket.write("NOOP\r\n");
    await closed;
    await over(1);
    expect(texts("event")).toContain("server failed: ERR_SOCKET_RESET");
  });

  it("a client that says all at once and ends is answered to the end", async () => {
    const server = track(await recordingServer());
    const { wiretap, over } = await tap({ server: { host: "127.0.0.1", port: server.port, tls: "none" } });
    const { socket, heard } = await dial(wiretap.port);
    socket.end(
      "EHLO a\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nHi\r\n.\r\nQUIT\r\n",
    );
    await over(1);
    expect(heard()).toMatch(/354 .*\r\n250 .*\r\n221 .*\r\n$/s);
    expect(server.messages[0]!.text).toBe("Hi\r\n");
  });

  it("a client that turns away instead of beginning TLS leaves nothing behind", async () => {
    const server = track(await recordingServer());
    const { wiretap, texts, over } = await tap({
      server: { host: "127.0.0.1", port: server.port, tls: "none" },
      setupTimeoutMs: 500,
    });
    const { socket, hear } = await dial(wiretap.port);
    socket.write("EHLO a\r\nSTARTTLS\r\n");
    await hear("Begin TLS");
    socket.destroy();
    await over(1);
    expect(texts("event").at(-1)).toMatch(/^client not secured: ERR_SOCKET_/);
    expect(wiretap.openConnections).toBe(0);
  });

  it("close() lets a conversation end, and ends one that does not", async () => {
    const server = track(await recordingServer());
    const { wiretap, over } = await tap({
      server: { host: "127.0.0.1", port: server.port, tls: "none" },
      closeTimeoutMs: 100,
    });
    const { hear, closed } = await dial(wiretap.port);
    await hear("220 ");
    await wiretap.close();
    await over(1);
    await closed;
  });
});

describe("back-pressure", () => {
  const CHUNK = Buffer.from(`${"x".repeat(78)}\r\n`.repeat(4096));
  const TOTAL = 256 * CHUNK.length;
  /** What the systems of three sockets may hold, with room to spare. */
  const MOST = 40_000_000;

  it("a server that does not read stops the client; then all arrives", { timeout: 60_000 }, async () => {
    let read: () => void = () => {};
    const reading = new Promise<void>((resolve) => {
      read = resolve;
    });
    let received = 0;
    const server = track(
      await scriptedServer(async (peer) => {
        await peer.send("220 mx\r\n");
        await peer.until("DATA\r\n");
        await peer.send("250 ok\r\n250 ok\r\n354 go\r\n");
        peer.pauseReading();
        await reading;
        peer.resumeReading();
        received = (await peer.content()).length;
        await peer.send("250 taken\r\n");
        await peer.drain();
      }),
    );
    const { wiretap, texts } = await tap({ server: { host: "127.0.0.1", port: server.port, tls: "none" } });
    const { socket, hear } = await dial(wiretap.port);
    socket.write("MAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n");
    await hear("354 ");
    for (let i = 0; i < 256; i++) socket.write(CHUNK);
    let before = -1;
    while (before !== socket.writableLength) {
      before = socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(TOTAL - before).toBeLessThan(MOST);
    read();
    socket.write(".\r\n");
    await hear("250 taken");
    expect(received).toBe(TOTAL + 3);
    expect(texts("content-end")).toEqual([`DATA ${256 * 4096} lines, ${TOTAL} octets`]);
  });

  it("a client that does not read stops the server", { timeout: 60_000 }, async () => {
    let written = 0;
    const server = track(
      await scriptedServer(async (peer) => {
        await peer.send("220 mx\r\n");
        while (written < TOTAL) {
          const one = await peer.flood(`250 ${"x".repeat(60)}\r\n`, 65_536);
          if (one === 0) return;
          written += one;
        }
      }),
    );
    const { wiretap } = await tap({ server: { host: "127.0.0.1", port: server.port, tls: "none" } });
    const { socket, hear } = await dial(wiretap.port);
    await hear("220 ");
    socket.pause();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(written).toBeLessThan(MOST);
  });
});
