import { createSocket, type Socket } from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "../../test/run-command.js";
import { type EmbeddedServer, startEmbeddedServer } from "../serve/embedded-server.js";

let folder: string;
let server: EmbeddedServer;
let names: Socket;
let flags: string[];

/** A name server that knows one record: `_submission._tcp.<anything>` SRV 0 0 port localhost. */
function answer(query: Buffer, port: number): Buffer {
  let end = 12;
  while (query[end] !== 0) end += 1 + (query[end] ?? 0);
  const question = query.subarray(12, end + 5);
  const known = question[0] === 11 && question.subarray(1, 12).toString("latin1") === "_submission";
  const head = Buffer.from([0, 0, 0x81, known ? 0x80 : 0x83, 0, 1, 0, known ? 1 : 0, 0, 0, 0, 0]);
  query.copy(head, 0, 0, 2);
  if (!known) return Buffer.concat([head, question]);
  const target = Buffer.from("\x09localhost\x00", "latin1");
  const record = Buffer.from([
    0xc0,
    12,
    0,
    33,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    6 + target.length,
    0,
    0,
    0,
    0,
    port >> 8,
    port & 255,
  ]);
  return Buffer.concat([head, question, record, target]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
  server = await startEmbeddedServer({ tls: "starttls", users: [{ username: "ann", password: "s3cret" }] });
  await writeFile(join(folder, "ca.pem"), server.ca!);
  names = createSocket("udp4");
  names.on("message", (query, from) => names.send(answer(query, server.port), from.port, from.address));
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
    `Found\n  localhost port ${server.port}  STARTTLS, published by the domain, outside the domain\nServer  localhost`,
  );
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
