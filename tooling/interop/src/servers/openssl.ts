import { type ChildProcess, spawn } from "node:child_process";
import { type Certificates, type Credential, certificates } from "../machine/certificates.js";
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

/** `openssl ocsp`: the responder of the private authority. */
export async function startOcspResponder(): Promise<OpensslServer> {
  const made: Certificates = await certificates();
  const port = await freePort();
  const signer = ["-rsigner", made.ocspResponder.certificateFile, "-rkey", made.ocspResponder.keyFile];
  const files = ["-index", made.indexFile, "-CA", made.caFile, ...signer];
  return startOpenssl(port, ["ocsp", "-port", String(port), ...files, "-nmin", "60", "-ignore_err"]);
}
