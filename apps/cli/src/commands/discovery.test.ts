import { createSocket, type Socket } from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "../../test/run-command.js";
import { knownProvider } from "../probe/providers.js";
import { type EmbeddedServer, startEmbeddedServer } from "../serve/embedded-server.js";

let folder: string;
let server: EmbeddedServer;
let names: Socket;
let flags: string[];

/** A name server that knows `_submission._tcp.<anything>`, `_submissions` of example.com, and where `localhost` is. */
function answer(query: Buffer, ports: { submission: number; submissions: number }): Buffer {
  let end = 12;
  const labels: string[] = [];
  while (query[end] !== 0) {
    const length = query[end] ?? 0;
    labels.push(query.subarray(end + 1, end + 1 + length).toString("latin1"));
    end += 1 + length;
  }
  const question = query.subarray(12, end + 5);
  const type = query.readUInt16BE(end + 1);
  const domain = labels.slice(2).join(".");
  let data: Buffer | undefined;
  if (type === 33 && (labels[0] === "_submission" || domain === "example.com")) {
    data = Buffer.alloc(17);
    data.writeUInt16BE(labels[0] === "_submission" ? ports.submission : ports.submissions, 4);
    data.write("\x09localhost\x00", 6, "latin1");
  }
  if (type === 1 && labels.join(".") === "localhost") data = Buffer.from([127, 0, 0, 1]);
  const head = Buffer.from([0, 0, 0x81, data === undefined ? 0x83 : 0x80, 0, 1, 0, 0, 0, 0, 0, 0]);
  query.copy(head, 0, 0, 2);
  if (data === undefined) return Buffer.concat([head, question]);
  head[7] = 1;
  const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([head, question, record, data]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
  server = await startEmbeddedServer({ tls: "starttls", users: [{ username: "ann", password: "s3cret" }] });
  await writeFile(join(folder, "ca.pem"), server.ca!);
  const other = await startEmbeddedServer({ tls: "starttls" });
  await writeFile(join(folder, "other.pem"), other.ca!);
  await other.close();
  names = createSocket("udp4");
  const ports = { submission: server.port, submissions: 1 };
  names.on("message", (query, from) => names.send(answer(query, ports), from.port, from.address));
  await new Promise<void>((resolve) => names.bind(0, "127.0.0.1", resolve));
  flags = [
    "--name-server",
    `127.0.0.1:${(names.address() as AddressInfo).port}`,
    "--ca",
    join(folder, "ca.pem"),
  ];
});
afterAll(async () => {
  names.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it("finds the server of user@domain and looks at it", async () => {
  const { exitCode, stdout } = await runCommand(["probe", "ann@example.org", ...flags, "--json"]);
  expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
    exitCode: 0,
    host: "localhost",
    port: server.port,
    tls: { verified: true },
    discovered: [
      { host: "localhost", port: server.port, tls: "required", source: "srv", needsConfirmation: true },
    ],
  });
});

it("prints the same for a person", async () => {
  const { exitCode, stdout } = await runCommand(["probe", "ann@example.org", ...flags]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    `Found\n  localhost port ${server.port}  STARTTLS, published by the domain, outside the domain\n\nServer  localhost`,
  );
});

it("looks at every server that was found; one that nobody answers at is told, and is not the end", async () => {
  const argv = ["probe", "ann@example.com", ...flags];
  const { exitCode, stdout } = await runCommand([...argv, "--json"]);
  expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
    exitCode: 0,
    ok: true,
    port: server.port,
    discovered: [{ port: 1 }, { port: server.port }],
    servers: [
      { ok: false, port: 1, error: { phase: "connect" } },
      { ok: true, port: server.port, tls: { verified: true } },
    ],
  });
  const text = await runCommand(argv);
  expect([text.exitCode, text.stderr]).toEqual([0, ""]);
  expect(text.stdout).toMatch(/\n\nServer {2}localhost port 1\n {2}ERR_SOCKET_/);
  expect(text.stdout).toMatch(/\n\nServer {2}localhost port \d{3,}\n/);
  expect((await runCommand([...argv, "-v"])).exitCode).toBe(0);
});

it("logs in at the server that would be used, and at no other", async () => {
  const argv = ["probe", "ann@localhost", ...flags, "--user", "ann", "--json"];
  const { exitCode, stdout } = await runCommand(argv, { env: { WIREPOST_PASSWORD: "s3cret" } });
  expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, loggedIn: true });
  const wrong = await runCommand(argv, { env: { WIREPOST_PASSWORD: "wrong" } });
  expect({ exitCode: wrong.exitCode, ...JSON.parse(wrong.stdout) }).toMatchObject({
    exitCode: 77,
    loggedIn: false,
    servers: [{ error: { phase: "auth" } }],
  });
});

it("no server is who it says it is: the first that answers, and 76", async () => {
  const argv = ["probe", "ann@example.com", ...flags.slice(0, 2), "--timeout", "5", "--json"];
  const { exitCode, stdout } = await runCommand([...argv, "--ca", join(folder, "other.pem")]);
  expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 76, ok: false, port: server.port });
});

it.each<[string, object | undefined]>([
  ["gmail.com", { host: "smtp.gmail.com", port: 465, tls: "implicit" }],
  ["outlook.com", { host: "smtp-mail.outlook.com", port: 587, tls: "required" }],
  ["bluewin.ch", { host: "smtpauths.bluewin.ch", port: 465, tls: "implicit" }],
  ["gmail", undefined],
  ["example.org", undefined],
  ["constructor.prototype", undefined],
])("the table of providers: %s", async (domain, expected) => {
  expect(await knownProvider(domain)).toEqual(expected);
});

it("gives no password to a host that nobody vouches for", async () => {
  const { exitCode, stderr } = await runCommand(["probe", "ann@example.org", ...flags, "--user", "ann"], {
    env: { WIREPOST_PASSWORD: "s3cret" },
  });
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining("name it yourself")]);
});

it("user@host:port and URLs are servers, as before", async () => {
  const url = `ann:s3cret@127.0.0.1:${server.port}`;
  const { exitCode } = await runCommand(["probe", url, ...flags.slice(2)]);
  expect(exitCode).toBe(0);
});
