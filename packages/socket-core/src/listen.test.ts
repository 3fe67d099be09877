import { beforeAll, describe, expect, it } from "vitest";
import { Authority, type Issued } from "../test/authority.js";
import { codeOf, readBytes, until } from "../test/servers.js";
import { acceptOne, connect, listen, type SocketError } from "./index.js";

let authority: Authority;
let own: Issued;
let client: Issued;
beforeAll(async () => {
  authority = await Authority.create();
  own = await authority.issue({ dnsNames: ["localhost"], ipAddresses: ["127.0.0.1", "::1"] });
  client = await authority.issue({ subject: "CN=Ann", usages: ["1.3.6.1.5.5.7.3.2"] });
});

describe("listen", () => {
  it("reports the port that the system chose, hands connections over, closes them", async () => {
    const listener = await listen({}, (socket) => {
      socket.setReceiver({
        onData: (chunk) => socket.write(chunk),
        onEnd: () => socket.end(),
        onError: () => {},
      });
    });
    expect(listener.port).toBeGreaterThan(0);
    expect(listener.address).toBe("127.0.0.1");
    const socket = await connect({ host: "127.0.0.1", port: listener.port! });
    socket.write(Buffer.from("echo"));
    expect((await readBytes(socket, 4)).toString()).toBe("echo");
    expect(listener.connections.size).toBe(1);
    await listener.close();
    expect(listener.listening).toBe(false);
    expect(await socket.read()).toBeNull();
    await socket.close();
  });

  it("TLS from the first octet, with the certificate of the client", async () => {
    const seen: unknown[] = [];
    const listener = await listen(
      { tls: { certificate: own.pem, key: own.key, ca: authority.pem, requestCertificate: true } },
      (socket) => {
        seen.push(socket.tls?.verified, socket.tls?.certificate?.subject.text, socket.tls?.servername);
        socket.write(Buffer.from("hi"));
      },
    );
    const tls = { ca: authority.pem, certificate: client.pem, key: client.key };
    const socket = await connect({ host: "localhost", port: listener.port!, family: 4, tls });
    expect((await readBytes(socket, 2)).toString()).toBe("hi");
    expect(seen).toEqual([true, "CN=Ann", "localhost"]);
    socket.destroy();
    await listener.close();
  });

  it("a client without the certificate that is asked for, or with a strange one, is refused", async () => {
    const errors: string[] = [];
    const stranger = await (await Authority.create("Stranger")).issue({ usages: ["1.3.6.1.5.5.7.3.2"] });
    const listener = await listen(
      {
        tls: { certificate: own.pem, key: own.key, ca: authority.pem, requestCertificate: true },
        onError: (error) => errors.push(error.code),
      },
      () => errors.push("connected"),
    );
    for (const tls of [{}, { certificate: stranger.pem, key: stranger.key }]) {
      const attempt = connect({
        host: "127.0.0.1",
        port: listener.port!,
        tls: { ca: authority.pem, ...tls },
      });
      await attempt.then((socket) => socket.read().catch(() => null)).catch(() => null);
    }
    await until(() => errors.length === 2);
    expect(errors).toEqual(["ERR_SOCKET_CERTIFICATE_MISSING", "ERR_SOCKET_CERTIFICATE_UNKNOWN_ISSUER"]);
    listener.destroy();
  });

  it("upgrades in place on the server side", async () => {
    const listener = await listen({}, async (socket) => {
      await readBytes(socket, 8);
      socket.write(Buffer.from("220\r\n"));
      await socket.startTls({ certificate: own.pem, key: own.key });
      socket.write(Buffer.from("secure"));
    });
    const socket = await connect({ host: "127.0.0.1", port: listener.port! });
    socket.write(Buffer.from("STARTTLS"));
    await readBytes(socket, 5);
    const tls = await socket.startTls({ ca: authority.pem });
    expect(tls.verified).toBe(true);
    expect((await readBytes(socket, 6)).toString()).toBe("secure");
    socket.destroy();
    await listener.close();
  });

  it("accepts one", async () => {
    const [server, socket] = await Promise.all([
      new Promise<Awaited<ReturnType<typeof acceptOne>>>((resolve, reject) => {
        acceptOne({ port: 0, onListening: (listener) => ready(listener.port!) }).then(resolve, reject);
      }),
      new Promise<number>((resolve) => {
        ready = resolve;
      }).then((port) => connect({ host: "127.0.0.1", port })),
    ]);
    server.write(Buffer.from("one"));
    expect((await readBytes(socket, 3)).toString()).toBe("one");
    socket.destroy();
    server.destroy();
  });

  it("a signal ends waiting for one", async () => {
    const controller = new AbortController();
    const waiting = acceptOne({ signal: controller.signal, onListening: () => controller.abort() });
    expect(await codeOf(waiting)).toBe("ERR_SOCKET_ABORTED");
  });

  it("refuses what cannot be", async () => {
    const listener = await listen({}, () => {});
    const cases: [object, string][] = [
      [{ port: listener.port }, "ERR_SOCKET_ADDRESS_IN_USE"],
      [{ host: "192.0.2.1" }, "ERR_SOCKET_ADDRESS_NOT_AVAILABLE"],
      [{ port: 70_000 }, "ERR_SOCKET_BAD_PORT"],
      [{ ports: 1 }, "ERR_SOCKET_UNKNOWN_OPTION"],
      [{ tls: {} }, "ERR_SOCKET_FILE_NO_CERTIFICATE"],
      [{ tls: { certificate: own.pem } }, "ERR_SOCKET_FILE_NO_KEY"],
      [{ tls: { certificate: own.pem, key: client.key } }, "ERR_SOCKET_FILE_KEY_MISMATCH"],
      [{ tls: { certificate: own.pem, key: "no key" } }, "ERR_SOCKET_FILE_FORMAT"],
    ];
    for (const [options, code] of cases)
      expect([options, await codeOf(listen(options, () => {}))]).toEqual([options, code]);
    const error = await listen({ port: listener.port }, () => {}).catch((reason: SocketError) => reason);
    expect((error as SocketError).phase).toBe("listen");
    await listener.close();
  });
});

let ready: (port: number) => void = () => {};
