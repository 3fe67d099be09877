import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Internet, startInternet } from "./internet.js";

const BIN = join(
  dirname(createRequire(import.meta.url).resolve("@wirepost/cli/package.json")),
  "dist",
  "bin.js",
);
let net: Internet;
let folder: string;
beforeAll(async () => {
  if (!existsSync(BIN)) throw new Error(`${BIN} is not there: build first (pnpm turbo run build)`);
  folder = mkdtempSync(join(tmpdir(), "wirepost-probe-"));
  net = await startInternet();
  writeFileSync(join(folder, "ca.pem"), net.ca);
});
afterAll(async () => {
  await net?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** `wirepost probe` with our name server and authority. */
function probe(
  address: string,
  ...more: string[]
): Promise<{ code: number | null; out: string; error: string }> {
  const words = [
    "probe",
    address,
    "--name-server",
    net.dns.resolver,
    "--ca",
    join(folder, "ca.pem"),
    ...more,
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [BIN, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let error = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      error += chunk;
    });
    child.on("close", (code) => resolve({ code, out, error }));
  });
}

test("every server that a domain publishes is looked at", async () => {
  const { code, out } = await probe("ann@users.plain.test", "--json");
  expect({ code, ...JSON.parse(out) }).toMatchObject({
    code: 0,
    host: "mx1.signed.test",
    tls: { verified: true },
    discovered: [
      {
        host: "down.plain.test",
        tls: "implicit",
        source: "srv",
        authenticated: false,
        needsConfirmation: true,
      },
      { host: "mx1.signed.test", tls: "required", source: "srv", needsConfirmation: true },
    ],
    servers: [
      { ok: false, error: { phase: "connect" } },
      { ok: true, greeting: ["mx1.signed.test ESMTP Postfix"] },
    ],
  });
  const person = await probe("ann@users.plain.test");
  expect(person.error).toBe("");
  expect(person.out).toMatch(
    /^Found\n {2}down\.plain\.test port \d+ {2}TLS, published by the domain, outside the domain\n/,
  );
  expect(person.out).toContain("ERR_SOCKET_REFUSED");
});

test("nothing published, a guess that nobody answers at; and a domain that offers nothing", async () => {
  const guess = await probe("ann@unpublished.plain.test", "--json", "--timeout", "10");
  expect(JSON.parse(guess.out)).toMatchObject({
    ok: false,
    discovered: [
      { host: "smtp.unpublished.plain.test", port: 465, source: "name" },
      { host: "smtp.unpublished.plain.test", port: 587, source: "name" },
    ],
  });
  expect(guess.code).not.toBe(0);
  const before = await net.mx1.connections();
  const refusing = await probe("ann@refusing.plain.test", "--json");
  expect(JSON.parse(refusing.out)).toMatchObject({
    ok: false,
    error: { code: "ERR_DELIVERY_NO_SUBMISSION" },
  });
  expect(await net.mx1.connections()).toBe(before);
});
