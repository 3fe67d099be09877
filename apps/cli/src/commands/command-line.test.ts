import { describe, expect, it } from "vitest";
import { runCommand } from "../../test/run-command.js";
import { VERSION } from "../version.js";

describe("the command line", () => {
  it.each([
    ["--help"],
    ["send", "--help"],
    ["probe", "--help"],
    ["verify", "--help"],
    ["expand", "--help"],
    ["serve", "--help"],
  ])("%s %s explains and exits 0", async (...argv) => {
    const { exitCode, stdout, stderr } = await runCommand(argv.filter((word) => word !== undefined));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: wirepost/);
  });

  it("--version prints the version", async () => {
    expect(await runCommand(["--version"])).toEqual({ exitCode: 0, stdout: `${VERSION}\n`, stderr: "" });
  });

  it("--help lists the exit codes", async () => {
    expect((await runCommand(["--help"])).stdout).toMatch(/Exit codes:\n {2}0 .*\n {2}64 /);
  });

  it.each([
    { argv: [], says: /Usage: wirepost/ },
    { argv: ["sned"], says: /^wirepost: ERR_CLI_USAGE: unknown command 'sned'/ },
    { argv: ["--bogus"], says: /^wirepost: ERR_CLI_USAGE: unknown option '--bogus'\n.*--help/ },
    { argv: ["queue", "list", "--bogus"], says: /^wirepost: ERR_CLI_USAGE: unknown option '--bogus'/ },
    { argv: ["probe"], says: /^wirepost: ERR_CLI_USAGE: missing required argument 'server'/ },
    { argv: ["serve", "--port", "99999"], says: /^wirepost: ERR_CLI_USAGE: .*A port is a number/ },
    { argv: ["serve", "--max-size", "many"], says: /^wirepost: ERR_CLI_USAGE: .*A size is a number/ },
    { argv: ["serve", "--tls", "none", "--ca-file", "x"], says: /ERR_CLI_USAGE/ },
    { argv: ["serve", "--port", "0", "--user", "ann"], says: /ERR_CLI_USAGE/ },
    { argv: ["serve", "--port", "0", "--cert", "x"], says: /ERR_CLI_USAGE/ },
    { argv: ["send", "--timeout", "soon"], says: /^wirepost: ERR_CLI_USAGE: .*number of seconds/ },
  ])("$argv is a usage error: 64", async ({ argv, says }) => {
    const { exitCode, stderr } = await runCommand(argv);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(says);
  });
});
