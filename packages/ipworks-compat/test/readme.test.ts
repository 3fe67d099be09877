import { readFileSync } from "node:fs";
import { recordingServer, testIdentities } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { sendSecurely } from "./readme-dotnet-example.js";
import { sendTest } from "./readme-example.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

it("the README shows the examples that run here", () => {
  const shown = [...read("../README.md").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(shown).toEqual([read("./readme-example.ts"), read("./readme-dotnet-example.ts")]);
});

it("the examples send", async () => {
  const { selfSigned } = await testIdentities();
  await using target = await recordingServer();
  await using secure = await recordingServer({ tls: selfSigned });
  const trail = await sendTest("127.0.0.1", target.port);
  expect(trail.filter((line) => line.startsWith("C: MAIL FROM:<ann@example.com>"))).toHaveLength(1);
  expect(target.messages[0]?.text).toContain("This is the message body.\r\n");
  expect(await sendSecurely("127.0.0.1", secure.port, new AbortController().signal)).toBe(0);
  expect(secure.messages[0]?.secure).toBe(true);
  expect(secure.messages[0]?.text).toContain("X-Mailer: a C# program\r\n");
  expect(await sendSecurely("127.0.0.1", 1, new AbortController().signal)).toBe(10_061);
});

it("each rule of I1 to I36 has a test of its number", () => {
  const files = ["sending", "message", "queue", "settings", "connection", "events"];
  const text = files.map((file) => read(`./${file}.test.ts`)).join("\n");
  for (let number = 1; number <= 36; number++) expect(text).toContain(`describe("I${number}: `);
});
