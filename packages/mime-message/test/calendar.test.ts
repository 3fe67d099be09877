// The method of an invitation: programs go by the parameter of the part or by the property in it (RFC 5545 3.7.2).
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type CalendarInput, composeMessage, EmailMessage } from "../src/index.js";
import { fromFile } from "../src/node.js";
import { BASE, compose } from "./read-back.js";

const event = (...properties: string[]): string =>
  ["BEGIN:VCALENDAR", ...properties, "BEGIN:VEVENT", "SUMMARY:x", "END:VEVENT", "END:VCALENDAR", ""].join(
    "\r\n",
  );

async function methodOf(calendar: string | CalendarInput): Promise<string | undefined> {
  const octets = (await compose({ text: "x", calendar })).toString("latin1");
  return /text\/calendar; charset=utf-8; method=([^\r]*)\r\n/.exec(octets)?.[1];
}

describe("the method is that of the content", () => {
  it.each([
    ["REQUEST", event("METHOD:REQUEST")],
    ["CANCEL", event("VERSION:2.0", "method:cancel")],
    ["REPLY", event("METHOD:REPLY").replaceAll("\r\n", "\n")],
    ["REPLY", event("METHOD:REPLY").replaceAll("\r\n", "\r")],
    ["REQUEST", event("MET\r\n HOD:RE\r\n\tQUEST")],
    ["COUNTER", event('METHOD;X-A="a:b;c";X-B=d: COUNTER ')],
    ["ADD", event("X-LONG:a\r\n METHOD:CANCEL", "METHOD:ADD")],
    ["REQUEST", `\ufeff${event("METHOD:REQUEST")}`],
    ["PUBLISH", event("VERSION:2.0")],
    ["PUBLISH", event("X-METHOD:REQUEST")],
    ["PUBLISH", event("X-WR-CALNAME:a\u2028METHOD:REQUEST")],
    ["PUBLISH", event().replace("SUMMARY:x", "METHOD:REQUEST")],
    ["PUBLISH", ""],
  ])("%s", async (method, content) => {
    expect(await methodOf(content)).toBe(method);
    expect(await methodOf({ content: Buffer.from(content) })).toBe(method);
    expect(await methodOf({ content: Buffer.from(content).toString("base64"), encoding: "base64" })).toBe(
      method,
    );
  });

  it("also where the content is read while composing", async () => {
    const text = event("METHOD:REQUEST");
    const path = join(mkdtempSync(join(tmpdir(), "wirepost-calendar-")), "invite.ics");
    writeFileSync(path, text);
    const large = `${text}${" ".repeat(100_000)}`;
    for (const content of [fromFile(path), new Blob([text]), () => text, Readable.from([text])])
      expect(await methodOf({ content })).toBe("REQUEST");
    expect(await methodOf({ content: Readable.from([text, large]), filename: false })).toBe("REQUEST");
    // Both parts would read it.
    await expect(
      composeMessage({ ...BASE, calendar: { content: Readable.from([large]) } }),
    ).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_CONSUMED" });
    // Not looked into, as the documentation says.
    expect(await methodOf({ content: new Blob([large]) })).toBe("PUBLISH");
    expect(await methodOf({ content: new Blob([large]), method: "request" })).toBe("REQUEST");
  });
});

describe("an explicit method", () => {
  it.each([
    ["request", event("METHOD:REQUEST"), "REQUEST"],
    ["REQUEST", event("METHOD:request"), "REQUEST"],
    ["X-Own", event(), "X-OWN"],
  ])("%s with a content that agrees or says nothing", async (method, content, expected) => {
    expect(await methodOf({ method, content })).toBe(expected);
  });

  it("is refused where the content says another, at once or when that is read", async () => {
    const content = event("METHOD:REQUEST");
    const refused = {
      code: "ERR_MIME_INVALID_OPTION",
      subject: "calendar",
      message: expect.stringMatching(/"CANCEL".*"REQUEST"/),
    };
    expect(() => composeMessage({ ...BASE, calendar: { method: "cancel", content } })).toThrow(
      expect.objectContaining(refused),
    );
    await expect(methodOf({ method: "cancel", content: Readable.from([content]) })).rejects.toMatchObject(
      refused,
    );
  });
});

it.each([
  "METHOD:",
  "METHOD:a b",
  "METHOD:a;b",
  "METHOD:a\u2028X-Header: b",
  `METHOD:${"A".repeat(41)}`,
  "METHOD:Größe",
])("refuses what no header can hold: %j", async (property) => {
  await expect(methodOf(event(property))).rejects.toMatchObject({ code: "ERR_MIME_INVALID_OPTION" });
});

it("reads long content in linear time", async () => {
  for (const property of [
    "METHOD;".repeat(200_000),
    `METHOD${';a="b'.repeat(200_000)}`,
    "METHOD;\r\n".repeat(200_000),
    "\r\n ".repeat(200_000),
    "BEGIN:VCALENDAR\r\n".repeat(100_000),
  ])
    expect(await methodOf(event(property))).toBe("PUBLISH");
});

it("a message whose part and content disagree can be composed again", async () => {
  const octets = await compose({
    text: "x",
    calendar: { content: event("METHOD:REQUEST"), filename: false },
  });
  const foreign = octets.toString("latin1").replace("method=REQUEST", "method=PUBLISH");
  const parsed = await EmailMessage.parse(foreign);
  expect(parsed.calendar).toMatchObject({ method: "REQUEST" });
  expect((await compose(parsed)).toString("latin1")).toContain("method=REQUEST");
});
