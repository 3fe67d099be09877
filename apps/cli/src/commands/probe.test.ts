import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRecordingServer } from "../../test/recording-server.js";
import { runCommand } from "../../test/run-command.js";
import { generateCertificate } from "../serve/certificate.js";
import { type EmbeddedServer, startEmbeddedServer } from "../serve/embedded-server.js";

let folder: string;
let starttls: EmbeddedServer;
let implicit: EmbeddedServer;
let none: EmbeddedServer;
const users = [{ username: "ann", password: "s3cret" }];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
  starttls = await startEmbeddedServer({ tls: "starttls", users });
  implicit = await startEmbeddedServer({ tls: "implicit" });
  none = await startEmbeddedServer({ tls: "none" });
  await writeFile(join(folder, "starttls.pem"), starttls.ca!);
  await writeFile(join(folder, "implicit.pem"), implicit.ca!);
});
afterAll(async () => {
  await Promise.all([starttls.close(), implicit.close(), none.close()]);
  await rm(folder, { recursive: true, force: true });
});
const ca = (name: string) => ["--ca", join(folder, `${name}.pem`)];

describe("wirepost probe", () => {
  it("tells what a server offers, its certificate and the time of each step", async () => {
    const { exitCode, stdout } = await runCommand(["probe", starttls.url, ...ca("starttls"), "--json"]);
    const report = JSON.parse(stdout);
    expect({ exitCode, ...report }).toMatchObject({
      exitCode: 0,
      ok: true,
      port: starttls.port,
      greeting: ["localhost ESMTP Wirepost embedded server"],
      tls: {
        protocol: "TLSv1.3",
        cipherBits: 256,
        verified: true,
        failure: null,
        certificate: { subject: "CN=Wirepost embedded server", issuer: "CN=Wirepost development authority" },
      },
      loggedIn: null,
    });
    expect(report.announced.mechanisms).toEqual(["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"]);
    expect(report.announced.extensions).toContainEqual({ keyword: "SIZE", parameters: ["67108864"] });
    expect(report.beforeTls.extensions).toContainEqual({ keyword: "STARTTLS", parameters: [] });
    expect(report.announced.extensions).not.toContainEqual({ keyword: "STARTTLS", parameters: [] });
    expect(Object.keys(report.timings)).toEqual(
      expect.arrayContaining(["connectMs", "greetingMs", "ehloMs", "tlsMs", "totalMs"]),
    );
  });

  it("prints the same for a person", async () => {
    const { exitCode, stdout } = await runCommand(["probe", implicit.url, ...ca("implicit")]);
    expect(exitCode).toBe(0);
    for (const part of [
      /^Server {2}127\.0\.0\.1 port \d+/,
      /TLSv1\.3/,
      /^ {2}verified$/m,
      /SIZE 67108864 \(67\.1 MB\)/,
      /^Time/m,
    ]) {
      expect(stdout).toMatch(part);
    }
  });

  it("reports a certificate that does not stand, and ends with 76", async () => {
    const { exitCode, stdout } = await runCommand(["probe", implicit.url, "--json"]);
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
      exitCode: 76,
      ok: false,
      tls: { verified: false, failure: { code: expect.stringMatching(/^ERR_SOCKET_CERTIFICATE_/) } },
      announced: { mechanisms: [] },
    });
    expect((await runCommand(["probe", implicit.url, "--insecure"])).exitCode).toBe(0);
  });

  it("shows a server without TLS", async () => {
    const { exitCode, stdout } = await runCommand(["probe", `127.0.0.1:${none.port}`]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/TLS\n {2}none\n/);
    expect(stdout).toMatch(/Login\n {2}no mechanism offered\n/);
  });

  it("tries a login when it is given one, and shows it to nobody else", async () => {
    const argv = ["probe", starttls.url, "--user", "ann", "--json"];
    const good = await runCommand([...argv, ...ca("starttls")], { env: { WIREPOST_PASSWORD: "s3cret" } });
    expect({ exitCode: good.exitCode, ...JSON.parse(good.stdout) }).toMatchObject({
      exitCode: 0,
      loggedIn: true,
    });
    const bad = await runCommand([...argv, ...ca("starttls")], { env: { WIREPOST_PASSWORD: "wrong" } });
    expect({ exitCode: bad.exitCode, ...JSON.parse(bad.stdout) }).toMatchObject({
      exitCode: 77,
      loggedIn: false,
      error: { phase: "auth" },
      announced: { mechanisms: expect.arrayContaining(["PLAIN"]) },
    });
    const stranger = await runCommand([...argv, "--starttls", "required"], {
      env: { WIREPOST_PASSWORD: "s3cret" },
    });
    expect({ exitCode: stranger.exitCode, ...JSON.parse(stranger.stdout) }).toMatchObject({
      exitCode: 76,
      loggedIn: false,
    });
  });
});

describe("wirepost probe with a login, at a server that is not who it says it is", () => {
  const FAILURE = { verified: false, failure: { code: expect.stringMatching(/^ERR_SOCKET_CERTIFICATE_/) } };
  const env = { WIREPOST_PASSWORD: "s3cret" };
  const WAYS = [
    { name: "implicit TLS", scheme: "smtps", implicit: true, flags: [] },
    { name: "STARTTLS on this machine", scheme: "smtp", implicit: false, flags: [] },
    {
      name: "STARTTLS, opportunistic",
      scheme: "smtp",
      implicit: false,
      flags: ["--starttls", "opportunistic"],
    },
    { name: "STARTTLS, required", scheme: "smtp", implicit: false, flags: ["--starttls", "required"] },
  ];
  const HEARD = { true: [], false: [expect.stringMatching(/^EHLO /), "STARTTLS"] };

  it.each(WAYS)(
    "shows certificate and reason, and ends there: $name",
    async ({ scheme, implicit, flags }) => {
      const recorder = await startRecordingServer(await generateCertificate(), implicit);
      try {
        const argv = ["probe", `${scheme}://ann@127.0.0.1:${recorder.port}`, ...flags];
        const { exitCode, stdout, stderr } = await runCommand(argv, { env });
        expect(exitCode).toBe(76);
        expect(stdout).toMatch(/^TLS\n {2}not verified: ERR_SOCKET_CERTIFICATE_\w+, .+\n {2}subject {2}CN=/m);
        expect(stdout).not.toContain("; logged in");
        expect(/^(Extensions.*)$/m.exec(stdout)?.[1]).toBe(implicit ? undefined : "Extensions before TLS");
        expect(stderr).toMatch(/^wirepost: ERR_SOCKET_CERTIFICATE_/);
        const { stdout: text } = await runCommand([...argv, "--json"], { env });
        expect(JSON.parse(text)).toMatchObject({
          ok: false,
          exitCode: 76,
          loggedIn: false,
          tls: { ...FAILURE, protocol: null, certificate: { subject: "CN=Wirepost embedded server" } },
        });
        const heard = HEARD[`${implicit}`];
        expect(recorder.lines).toEqual([...heard, ...heard]);
      } finally {
        await recorder.close();
      }
    },
  );

  it.each(WAYS)(
    "logs in all the same when told not to verify: $name",
    async ({ scheme, implicit, flags }) => {
      const recorder = await startRecordingServer(await generateCertificate(), implicit);
      try {
        const argv = [
          "probe",
          `${scheme}://ann@127.0.0.1:${recorder.port}`,
          ...flags,
          "--insecure",
          "--json",
        ];
        const { exitCode, stdout } = await runCommand([...argv, "--auth", "PLAIN"], { env });
        expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
          exitCode: 0,
          loggedIn: true,
          tls: FAILURE,
        });
        expect(recorder.lines).toContainEqual(expect.stringMatching(/^AUTH PLAIN /));
      } finally {
        await recorder.close();
      }
    },
  );

  it("shows the certificate of a server that refuses the login", async () => {
    const { exitCode, stdout } = await runCommand(
      ["probe", starttls.url, "--user", "ann", ...ca("starttls")],
      {
        env: { WIREPOST_PASSWORD: "wrong" },
      },
    );
    expect(exitCode).toBe(77);
    expect(stdout).toMatch(/^TLS\n {2}verified\n {2}subject {2}CN=Wirepost embedded server$/m);
    expect(stdout).toMatch(/; not logged in$/m);
  });
});

describe("wirepost verify, wirepost expand", () => {
  it("a server that tells nothing: 69", async () => {
    const { exitCode, stdout } = await runCommand(["verify", none.url, "ann@example.com", "--json"]);
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
      exitCode: 69,
      answers: [{ argument: "ann@example.com", verdict: "not-told", reply: { code: 252 } }],
    });
    const list = await runCommand(["expand", none.url, "staff"]);
    expect({ exitCode: list.exitCode, stdout: list.stdout }).toEqual({
      exitCode: 69,
      stdout: expect.stringMatching(/^not-told {2}staff {2}50/),
    });
  });

  it("a line break in a name is refused before it is sent: 65", async () => {
    const { exitCode, stderr } = await runCommand(["verify", none.url, "ann\r\nRSET"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 65,
      stderr: expect.stringContaining("ERR_SMTP_ARGUMENT"),
    });
  });
});
