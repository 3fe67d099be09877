import { readFileSync } from "node:fs";
import { recordingServer } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { sendTest } from "./readme-example.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

it("the README shows the example that runs here", () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read("../README.md")) ?? [];
  expect(shown).toBe(read("./readme-example.ts"));
});

it("the example sends", async () => {
  await using target = await recordingServer();
  expect(await sendTest("127.0.0.1", target.port)).toEqual(["sent Test from Xojo"]);
  expect(target.messages[0]?.text).toContain("This email was sent from a Xojo app.\r\n");
});
