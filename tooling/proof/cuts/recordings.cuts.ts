// The sessions that are broken octet by octet are the sessions that were recorded: what is said in memory is what was said over
// TCP, through the recorder. `node tooling/proof/run.mjs cuts --record` writes the recordings anew.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installFakeClock, removeFakeClock } from "../src/fake-clock.js";
import { patternOf, recordSession } from "./record.js";
import { runSession } from "./run-session.js";
import { LOGIN_SESSIONS, PLAIN_SESSIONS, tlsSession } from "./sessions.js";

const FOLDER = new URL("recordings/", import.meta.url);
const SESSIONS = [
  ...PLAIN_SESSIONS,
  ...LOGIN_SESSIONS,
  await tlsSession("starttls"),
  await tlsSession("implicit-tls"),
];

const fileOf = (name: string): URL => new URL(`${name}.txt`, FOLDER);

describe.runIf(process.env["WIREPOST_PROOF_RECORD"] === "1")("recording", () => {
  it.each(SESSIONS)("$name", async (session) => {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(fileOf(session.name), await recordSession(session));
  });
});

describe("the recording of", () => {
  beforeAll(installFakeClock);
  afterAll(removeFakeClock);

  it.each(SESSIONS)("$name is what is said in memory", async (session) => {
    expect(existsSync(fileOf(session.name))).toBe(true);
    const recording = readFileSync(fileOf(session.name), "utf8");
    const { said } = await runSession(session);
    expect(said?.client).toMatch(patternOf(recording, "client"));
    expect(said?.server).toMatch(patternOf(recording, "server"));
  });
});
