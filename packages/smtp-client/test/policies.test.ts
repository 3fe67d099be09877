import { connect as connectTcp } from "node:net";
import { connect as connectTls, createServer, type TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { connect, type Socket } from "@wirepost/socket-core";
import { recordingServer, testIdentities } from "@wirepost/test-server";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionOptions, type SendError, SmtpConnection } from "../src/index.js";
import { resolveConnectionOptions } from "../src/session/connection-options.js";
import { failure } from "./outcomes.js";
import { loopbackServer } from "./truth-connection.js";

let identities: Awaited<ReturnType<typeof testIdentities>>;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  identities = await testIdentities();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
function track<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const AUTH = { username: "ann", password: "correct horse battery" };
function failureOf(run: () => unknown): SendError {
  try {
    run();
  } catch (error) {
    return error as SendError;
  }
  throw new Error("it was taken");
}
const NO_SOCKET = {} as Socket;

describe("the TLS policy that holds where none is given", () => {
  const CASES: { name: string; given: ConnectionOptions | string; policy: string; port: number }[] = [
    { name: "a remote host", given: { host: "mail.example" }, policy: "opportunistic", port: 25 },
    { name: "… with a login", given: { host: "mail.example", auth: AUTH }, policy: "required", port: 587 },
    { name: "port 465", given: { host: "mail.example", port: 465 }, policy: "implicit", port: 465 },
    {
      name: "localhost with a login",
      given: { host: "localhost", auth: AUTH },
      policy: "opportunistic",
      port: 587,
    },
    {
      name: "localhost with a login, through a proxy",
      given: {
        host: "localhost",
        auth: AUTH,
        proxy: { type: "socks5", host: "proxy.example", port: 1080 },
      },
      policy: "required",
      port: 587,
    },
    { name: "LMTP", given: { host: "mail.example", protocol: "lmtp" }, policy: "opportunistic", port: 24 },
    {
      name: "LMTP with a login",
      given: { host: "mail.example", protocol: "lmtp", auth: AUTH },
      policy: "required",
      port: 24,
    },
    {
      name: "LMTP on port 465",
      given: { host: "mail.example", protocol: "lmtp", port: 465 },
      policy: "opportunistic",
      port: 465,
    },
    {
      name: "LMTP on this machine with a login",
      given: { host: "127.0.0.1", protocol: "lmtp", auth: AUTH },
      policy: "opportunistic",
      port: 24,
    },
    {
      name: "a unix socket with a login",
      given: { path: "/run/lmtp", protocol: "lmtp", auth: AUTH },
      policy: "opportunistic",
      port: 24,
    },
    { name: "a socket without a host", given: { socket: NO_SOCKET }, policy: "opportunistic", port: 25 },
    { name: "… with a login", given: { socket: NO_SOCKET, auth: AUTH }, policy: "required", port: 587 },
    {
      name: "a socket with host localhost and a login",
      given: { socket: NO_SOCKET, host: "localhost", auth: AUTH },
      policy: "required",
      port: 587,
    },
    { name: "smtps:", given: "smtps://mail.example", policy: "implicit", port: 465 },
    {
      name: "smtps: with tls=implicit",
      given: "smtps://mail.example?tls=implicit",
      policy: "implicit",
      port: 465,
    },
  ];

  it.each(CASES)("$name: $policy", ({ given, policy, port }) => {
    expect(resolveConnectionOptions(given)).toMatchObject({ policy, port });
  });

  it.each(["none", "opportunistic", "required"])("smtps: with tls=%s contradicts itself", (tls) => {
    expect(() => resolveConnectionOptions(`smtps://ann:secret@mail.example?tls=${tls}`)).toThrow(
      expect.objectContaining({ code: "ERR_CLIENT_URL" }),
    );
  });

  it.each([
    "smtp://ann:1234?hunter2@mail.example",
    "smtp://ann:1234?hunter2=x@mail.example",
    "smtp://ann:1234#hunter2@mail.example",
    "smtp://ann:1234/hunter2@mail.example",
    "smtp://ann:hunter2 ?@mail.example",
    "smtp://ann:%hunter2@mail.example",
    "hunter2://ann@mail.example",
  ])("S11 a URL that cannot be read is not shown: %s", (url) => {
    const error = failureOf(() => resolveConnectionOptions(url));
    expect(error.code).toMatch(/^ERR_CLIENT_(?:URL|UNKNOWN_OPTION)$/);
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain("hunter2");
  });

  const UNKNOWN: { name: string; given: object; code: string }[] = [
    { name: "tls", given: { tls: { polcy: "required" } }, code: "ERR_CLIENT_UNKNOWN_OPTION" },
    { name: "window", given: { window: { maxMesages: 9 } }, code: "ERR_CLIENT_UNKNOWN_OPTION" },
    { name: "window.maxMessages", given: { window: { maxMessages: Number.NaN } }, code: "ERR_CLIENT_OPTION" },
    { name: "replyLimits", given: { replyLimits: { maxLine: 9 } }, code: "ERR_CLIENT_UNKNOWN_OPTION" },
    { name: "signal", given: { signal: new AbortController() }, code: "ERR_CLIENT_OPTION" },
    {
      name: "observer",
      given: { observer: { onCertifcate: () => false } },
      code: "ERR_CLIENT_UNKNOWN_OPTION",
    },
  ];
  it.each(UNKNOWN)(
    "is not guessed from names that are misspelt, or of another kind, in $name",
    ({ given, code }) => {
      expect(() => resolveConnectionOptions({ host: "mail.example", ...given })).toThrow(
        expect.objectContaining({ code }),
      );
    },
  );
});

describe("a login", () => {
  it("over LMTP to a remote host is refused where STARTTLS is not offered", async () => {
    const commands: string[] = [];
    const server = track(
      await loopbackServer((socket) => {
        socket.on("data", (piece: Buffer) => {
          commands.push(piece.toString().trimEnd());
          socket.write(/^(LHLO|EHLO)/.test(piece.toString()) ? "250-x\r\n250 AUTH PLAIN\r\n" : "235 ok\r\n");
        });
        socket.write("220 x\r\n");
      }),
    );
    const lookup: ConnectionOptions["lookup"] = ((
      _host: string,
      _options: object,
      done: (error: null, addresses: { address: string; family: number }[]) => void,
    ) => done(null, [{ address: "127.0.0.1", family: 4 }])) as ConnectionOptions["lookup"];
    const error = await failure(
      SmtpConnection.connect({
        host: "remote.example",
        port: server.port,
        protocol: "lmtp",
        lookup,
        clientName: "client.example",
        auth: AUTH,
        timeouts: { quitMs: 100 },
      }),
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_TLS_NOT_OFFERED", phase: "tls" });
    expect(commands.filter((line) => line.startsWith("AUTH"))).toEqual([]);
  });

  it("over a given socket needs a server that is verified", async () => {
    const smtp = track(await recordingServer({ tls: identities.selfSigned, users: { ann: AUTH.password } }));
    const socket = await connect({ host: "127.0.0.1", port: smtp.port });
    const error = await failure(SmtpConnection.connect({ socket, auth: AUTH }));
    expect(error).toMatchObject({ phase: "tls", state: "not-sent" });
    expect(error.code).toMatch(/^ERR_SOCKET_/);
    expect(smtp.logins).toEqual([]);
  });

  it("over a given socket works with a host to verify", async () => {
    const smtp = track(await recordingServer({ tls: identities.good, users: { ann: AUTH.password } }));
    const socket = await connect({ host: "127.0.0.1", port: smtp.port });
    const connection = await SmtpConnection.connect({
      socket,
      host: "localhost",
      tls: { policy: "required", ca: identities.good.ca },
      auth: AUTH,
    });
    expect(connection.tls?.verified).toBe(true);
    expect(smtp.logins).toMatchObject([{ user: "ann", ok: true }]);
    await connection.close();
  });
});

describe("the host given with a socket is the name that is checked", () => {
  const SOCKETS: { name: string; make: (port: number) => Promise<Socket> }[] = [
    { name: "connected by name", make: (port) => connect({ host: "localhost", port }) },
    { name: "connected by address", make: (port) => connect({ host: "127.0.0.1", port }) },
    {
      name: "adopted from Node",
      make: (port) => connect({ socket: connectTcp({ host: "127.0.0.1", port }) }),
    },
  ];

  it.each(SOCKETS)("$name: the certificate's own name is accepted", async ({ make }) => {
    const smtp = track(await recordingServer({ tls: identities.good }));
    const connection = await SmtpConnection.connect({
      socket: await make(smtp.port),
      host: "localhost",
      tls: { policy: "required", ca: identities.good.ca },
    });
    expect(connection.tls?.verified).toBe(true);
    await connection.close();
  });

  it.each(SOCKETS)("$name: another name is refused", async ({ make }) => {
    const smtp = track(await recordingServer({ tls: identities.good }));
    const error = await failure(
      SmtpConnection.connect({
        socket: await make(smtp.port),
        host: "mail.bank.example",
        tls: { policy: "required", ca: identities.good.ca },
      }),
    );
    expect(error).toMatchObject({ code: "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH", phase: "tls" });
  });
});

describe("a TLS socket that the caller made", () => {
  /** Implicit TLS with a certificate that nobody vouches for; what was said to it. */
  async function server(): Promise<{ port: number; commands: string[]; close(): Promise<void> }> {
    const commands: string[] = [];
    const { key, certificate } = identities.selfSigned;
    const sockets = new Set<TLSSocket>();
    const listening = createServer({ key, cert: certificate }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (piece: Buffer) => {
        const line = piece.toString().trimEnd();
        commands.push(line.split(" ")[0] ?? "");
        if (line.startsWith("EHLO")) socket.write("250-x\r\n250 AUTH PLAIN\r\n");
        else if (line.startsWith("AUTH")) socket.write("235 ok\r\n");
        else socket.write("250 ok\r\n");
      });
      socket.write("220 x\r\n");
    });
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return {
      port: address.port,
      commands,
      close: () =>
        new Promise((resolve) => {
          for (const socket of sockets) socket.destroy();
          listening.close(() => resolve());
        }),
    };
  }

  async function adopted(port: number): Promise<Socket> {
    const tls = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      tls.once("secureConnect", () => resolve());
      tls.once("error", reject);
    });
    return connect({ socket: tls });
  }

  it.each(["required", "implicit"] as const)("without verification is refused by %s", async (policy) => {
    const smtp = track(await server());
    const error = await failure(
      SmtpConnection.connect({
        socket: await adopted(smtp.port),
        host: "mail.example",
        tls: policy,
        auth: AUTH,
        timeouts: { quitMs: 100 },
      }),
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_TLS_UNVERIFIED", phase: "tls", state: "not-sent" });
    expect(smtp.commands).not.toContain("AUTH");
  });

  it("without verification is taken by verify: none, said by name", async () => {
    const smtp = track(await server());
    const connection = await SmtpConnection.connect({
      socket: await adopted(smtp.port),
      host: "mail.example",
      tls: { policy: "required", verify: "none" },
      auth: AUTH,
      timeouts: { quitMs: 100 },
    });
    expect(connection.tls?.verified).toBe(false);
    expect(smtp.commands).toEqual(["EHLO", "AUTH"]);
    connection.destroy();
  });
});

describe("startTls() by hand", () => {
  async function begin(port: number, tls: ConnectionOptions["tls"]): Promise<SmtpConnection> {
    const connection = await SmtpConnection.connect({
      host: "localhost",
      port,
      setup: "greeting",
      tls,
    });
    await connection.hello();
    return connection;
  }

  it.each([
    { name: "opportunistic", tls: { policy: "opportunistic" } },
    { name: "required", tls: { policy: "required" } },
    { name: "none", tls: { policy: "none" } },
  ] as const)("verifies the server whatever the policy: $name", async ({ tls }) => {
    const smtp = track(await recordingServer({ tls: identities.selfSigned, users: { ann: AUTH.password } }));
    const connection = await begin(smtp.port, tls);
    const error = await failure(connection.startTls());
    expect(error.phase).toBe("tls");
    expect(error.code).toMatch(/^ERR_SOCKET_/);
    await expect(connection.authenticate(AUTH)).rejects.toMatchObject({ state: "not-sent" } as SendError);
    expect(smtp.logins).toEqual([]);
    expect(connection.closed).toBe(true);
  });

  it("resolves with what was agreed on", async () => {
    const smtp = track(await recordingServer({ tls: identities.good, users: { ann: AUTH.password } }));
    const connection = await begin(smtp.port, { policy: "opportunistic", ca: identities.good.ca });
    expect(await connection.startTls()).toMatchObject({ verified: true });
    await connection.authenticate(AUTH);
    expect(smtp.logins).toMatchObject([{ user: "ann", ok: true }]);
    await connection.close();
  });
});
