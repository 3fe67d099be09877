import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AUTHORITY_HOST, type Certificates, type Credential, certificates } from "../machine/certificates.js";
import { command } from "../machine/command.js";
import { freePort } from "../machine/ports.js";
import { HOST } from "./mail-server.js";
import { accepts } from "./ready.js";

export interface OpensslServer {
  readonly host: string;
  readonly port: number;
  log(): string;
  stop(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

async function startOpenssl(port: number, words: readonly string[]): Promise<OpensslServer> {
  // The kernel ends the server when this process ends.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "openssl", ...words], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  living.add(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  const stop = async () => {
    living.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  const deadline = performance.now() + 10_000;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`openssl ${words[0]} did not start\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { host: HOST, port, log: () => output, stop };
}

/** `openssl s_server`: a TLS server that answers each line with the line turned round. */
export async function startTlsServer(
  credential: Credential,
  more: readonly string[] = [],
): Promise<OpensslServer> {
  const port = await freePort();
  const files = ["-cert", credential.certificateFile, "-key", credential.keyFile];
  return startOpenssl(port, ["s_server", "-accept", `${HOST}:${port}`, ...files, "-rev", ...more]);
}

/**
 * The responder of the private authority, where its certificates say: `openssl ocsp` answers each request. (Its own
 * listener would be open to the whole network.)
 */
export async function startOcspResponder(): Promise<OpensslServer> {
  const { ocspPort } = await certificates();
  const folder = mkdtempSync(join(tmpdir(), "wirepost-ocsp-"));
  let count = 0;
  const answer = async (request: Uint8Array): Promise<Uint8Array> => {
    count += 1;
    const file = join(folder, String(count));
    writeFileSync(`${file}.request`, request);
    await respond(`${file}.request`, file);
    return readFileSync(file);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      answer(Buffer.concat(chunks)).then(
        (octets) => response.setHeader("content-type", "application/ocsp-response").end(octets),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(ocspPort, AUTHORITY_HOST, done);
  });
  return {
    host: AUTHORITY_HOST,
    port: ocspPort,
    log: () => "",
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Answers the request in a file as the private authority's responder. */
async function respond(requestFile: string, responseFile: string): Promise<void> {
  const made: Certificates = await certificates();
  const signer = ["-rsigner", made.ocspResponder.certificateFile, "-rkey", made.ocspResponder.keyFile];
  const files = ["-reqin", requestFile, "-respout", responseFile];
  await command("openssl", [
    "ocsp",
    "-index",
    made.indexFile,
    "-CA",
    made.caFile,
    ...signer,
    ...files,
    "-nmin",
    "60",
  ]);
}

/** A response of the responder in a file, for `openssl s_server -status_file`. */
export async function writeOcspResponse(credential: Credential, file: string): Promise<void> {
  const made = await certificates();
  const about = ["-issuer", made.caFile, "-cert", credential.certificateFile];
  await command("openssl", ["ocsp", ...about, "-no_nonce", "-reqout", `${file}.request`]);
  await respond(`${file}.request`, file);
}
