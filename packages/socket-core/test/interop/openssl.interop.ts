// Against openssl's own server, authority and OCSP responder, and keytool's store. Run by `test:interop`.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadCertificate } from "../../src/certificates.js";
import { connect, type Socket, type SocketError, type TlsOptions } from "../../src/index.js";
import { type RevocationOptions, revocationChecker } from "../../src/revocation.js";
import { plainServer } from "../servers.js";

const folder = mkdtempSync(join(tmpdir(), "wirepost-openssl-"));
const file = (name: string): string => join(folder, name);
const running: ChildProcess[] = [];
let web: Server;
let ca: string;
let ocspPort: number;

async function freePort(): Promise<number> {
  const server = await plainServer(() => {});
  await server.close();
  return server.port;
}

/** A program that the suite needs; Debian's package is fetched when it is missing. */
function need(program: string, debianPackage: string): void {
  const found = () => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  if (found()) return;
  spawnSync("sh", ["-c", `apt-get update && apt-get install -y --no-install-recommends ${debianPackage}`], {
    stdio: "inherit",
  });
  if (!found()) throw new Error(`${program} is needed (Debian: ${debianPackage})`);
}

async function start(words: string[], environment: Record<string, string> = {}): Promise<void> {
  const child = spawn("openssl", words, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.push(child);
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`openssl ${words[0]} ended\n${output}`);
    // Not by connecting: the OCSP responder never comes back from a connection without a request.
    if (output.includes("ACCEPT")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

beforeAll(async () => {
  need("openssl", "openssl");
  need("keytool", "default-jre-headless");
  ocspPort = await freePort();
  web = createServer((request, response) => response.end(readFileSync(file(request.url!.slice(1)))));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const webPort = (web.address() as AddressInfo).port;
  const script = fileURLToPath(new URL("./make-authority.sh", import.meta.url));
  const made = spawnSync("sh", [script, String(ocspPort), String(webPort)], {
    cwd: folder,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(made.stderr);
  ca = readFileSync(file("ca.pem"), "utf8");
  const files = [
    "-index",
    "index.txt",
    "-CA",
    "ca.pem",
    "-rsigner",
    "responder.pem",
    "-rkey",
    "responder.key",
  ];
  await start(["ocsp", "-port", String(ocspPort), ...files, "-ndays", "1", "-ignore_err"]);
}, 120_000);

afterEach(() => {
  for (const child of running.splice(1)) child.kill("SIGKILL");
});
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  web.closeAllConnections();
  web.close();
});

async function serve(
  name: string,
  more: string[] = [],
  environment: Record<string, string> = {},
): Promise<number> {
  const port = await freePort();
  await start(
    [
      "s_server",
      "-accept",
      `127.0.0.1:${port}`,
      "-cert",
      `${name}.pem`,
      "-key",
      `${name}.key`,
      "-rev",
      ...more,
    ],
    environment,
  );
  return port;
}

const dial = (port: number, tls: TlsOptions = {}): Promise<Socket> =>
  connect({ host: "127.0.0.1", port, tls: { ca, servername: "localhost", ...tls } });

async function outcome(opening: Promise<Socket>): Promise<string> {
  try {
    const socket = await opening;
    socket.write(Buffer.from("hello\n"));
    const answer = Buffer.from((await socket.read()) ?? []).toString();
    socket.destroy();
    return answer;
  } catch (error) {
    return (error as SocketError).code;
  }
}

describe("certificates of openssl", () => {
  it.each([
    ["good", "olleh\n"],
    ["expired", "ERR_SOCKET_CERTIFICATE_EXPIRED"],
    ["wrong-host", "ERR_SOCKET_CERTIFICATE_HOST_MISMATCH"],
    ["self-signed", "ERR_SOCKET_CERTIFICATE_SELF_SIGNED"],
  ])("%s: %s", async (name, expected) => {
    expect(await outcome(dial(await serve(name)))).toBe(expected);
  });
});

describe("revocation", () => {
  const REVOKED = "ERR_SOCKET_CERTIFICATE_REVOKED";
  const CASES: [string, string, RevocationOptions, string][] = [
    ["good", "by OCSP", { mode: "hard", crl: "off" }, "olleh\n"],
    ["good", "by CRL", { mode: "hard", ocsp: "off" }, "olleh\n"],
    ["revoked", "by OCSP", { mode: "soft", crl: "off" }, REVOKED],
    ["revoked", "by CRL", { mode: "soft", ocsp: "off" }, REVOKED],
    ["revoked-crl", "by CRL alone", { mode: "soft" }, REVOKED],
    ["revoked", "not asked", { mode: "off" }, "olleh\n"],
  ];
  it.each(CASES)("%s %s %j: %s", async (name, _way, options, expected) => {
    expect(await outcome(dial(await serve(name), { revocation: revocationChecker(options) }))).toBe(expected);
  });

  it("a stapled response, and a certificate that demands one", async () => {
    const revocation = () => revocationChecker({ mode: "hard", ocsp: "stapled", crl: "off" });
    expect(
      await outcome(
        dial(await serve("staple", ["-status_file", file("staple.der")]), { revocation: revocation() }),
      ),
    ).toBe("olleh\n");
    expect(await outcome(dial(await serve("staple"), { revocation: revocation() }))).toBe(
      "ERR_SOCKET_REVOCATION_UNKNOWN",
    );
  });
});

describe("the extended master secret", () => {
  it.each([
    ["-tls1_2", "", true],
    ["-tls1_2", "no-ems.cnf", false],
    ["-tls1_3", "", true],
  ])("%s %s: exporter %s", async (version, configuration, usable) => {
    const section =
      "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nOptions = -ExtendedMasterSecret\n";
    writeFileSync(file("no-ems.cnf"), section);
    const environment = configuration === "" ? {} : { OPENSSL_CONF: file(configuration) };
    const socket = await dial(await serve("good", [version], environment));
    expect(socket.tls!.channelBinding("tls-exporter") !== undefined).toBe(usable);
    socket.destroy();
  });
});

describe("stores made a moment ago", () => {
  it.each(["legacy.pfx", "modern.pfx", "store.jks"])(
    "%s is a client certificate that openssl takes",
    async (name) => {
      const loaded = await loadCertificate(file(name), { password: "secret" });
      const port = await serve("good", ["-Verify", "2", "-CAfile", "ca.pem", "-purpose", "any"]);
      expect(await outcome(dial(port, loaded.tls))).toBe("olleh\n");
    },
  );
});
