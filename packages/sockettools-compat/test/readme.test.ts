import { readFileSync } from "node:fs";
import { recordingServer } from "@wirepost/test-server";
import { expect, it } from "vitest";
import * as sockettools from "../src/index.js";
import { SOCKETTOOLS_ERRORS } from "../src/index.js";
import { CLASSES } from "../table/index.mjs";
import { deliver } from "./readme-example.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

it("the README shows the example that runs here", () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read("../README.md")) ?? [];
  expect(shown).toBe(read("./readme-example.ts"));
});

it("the example delivers, and tells of failures", async () => {
  await using target = await recordingServer();
  const text = "Subject: Hello\r\n\r\nHello Bob and Cy\r\n";
  expect(await deliver("127.0.0.1", target.port, text)).toBe(`${text.length} bytes`);
  expect(target.messages[0]?.to).toHaveLength(2);
  expect(await deliver("127.0.0.1", target.port, "")).toMatch(/^10022: /);
  expect(await deliver("127.0.0.1", 1, text)).not.toBe("");
});

it("the README has every number with its name and meaning", () => {
  const page = read("../README.md");
  for (const [number, meaning] of Object.entries(SOCKETTOOLS_ERRORS)) {
    const [name] = Object.entries(sockettools).find(([, value]) => value === Number(number)) ?? [];
    expect(page).toContain(`| ${number} | \`${name}\` | ${meaning} |`);
  }
});

it("the porting guide uses names that exist", () => {
  const page = read("../PORTING.md");
  const members = new Set(
    CLASSES.flatMap((row) =>
      row.members.flatMap(({ name, aka }) => [name, ...(aka ?? []).map((one) => one.name)]),
    ),
  );
  const code = [...page.matchAll(/\|[^|]*\|\n/g)].map(([cell]) => cell).join("\n");
  const used = [...code.matchAll(/\b(?:SmtpClient1|Smtp|smtp|MailMessage1|DnsClient1)\.(\w+)/g)].map(
    ([, name]) => name as string,
  );
  expect(used.length).toBeGreaterThan(40);
  expect(used.filter((name) => !members.has(name))).toEqual([]);
  const constants = [...page.matchAll(/\b(?:smtp(?:Option|Port)|stError)[A-Z]\w*/g)].map(([name]) => name);
  expect(constants.filter((name) => !(name in sockettools))).toEqual([]);
});
