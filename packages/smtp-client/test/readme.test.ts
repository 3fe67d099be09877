import { readFileSync } from "node:fs";
import { recordingServer } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { CLIENT_ERROR_CODES, SendError, SmtpClient } from "../src/index.js";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("names every error code with its meaning, and no other", () => {
  const rows = [...README.matchAll(/^\| `(ERR_CLIENT_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ]);
  expect(Object.fromEntries(rows)).toEqual(CLIENT_ERROR_CODES);
});

it("begins with an example that runs", async () => {
  const server = await recordingServer({ users: { ann: "secret" }, mechanisms: ["CRAM-MD5"] });
  const example = /```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
  // The example's server is not ours to call; everything else is as printed.
  const body = example
    .replace(/^import .*\n/, "")
    .replace("mail.example:587", `127.0.0.1:${server.port}`)
    .replace("console.log", "shown.push");
  const shown: unknown[] = [];
  try {
    const AsyncFunction = (async () => {}).constructor as new (
      ...parameters: string[]
    ) => (...values: unknown[]) => Promise<void>;
    await new AsyncFunction("SendError", "SmtpClient", "shown", body)(SendError, SmtpClient, shown);
  } finally {
    await server.close();
  }
  expect(shown.slice(0, 3)).toEqual([2, 0, 250]);
  expect(server.messages[0]?.to.map(({ address }) => address)).toEqual(["bob@example.org", "cy@example.net"]);
});
