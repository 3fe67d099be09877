// Charsets other than UTF-8 need iconv-lite. Bundles for browsers have an empty module in its place.
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const MESSAGE = { from: "ann@example.com", to: "bob@example.org", text: "Grüße", charset: "windows-1252" };

// Test files of one worker share their modules: another may have loaded the library already.
beforeEach(() => {
  vi.resetModules();
});

afterEach(() => {
  vi.doUnmock("iconv-lite");
  vi.resetModules();
});

it.each<[string, () => object]>([
  ["is not installed", () => Promise.reject(new Error("Cannot find package 'iconv-lite'"))],
  ["is an empty module", () => ({ default: {} })],
])("a charset is refused by name where its library %s", async (_, module) => {
  vi.doMock("iconv-lite", module);
  const { composeMessage } = await import("../src/index.js");
  await expect(composeMessage(MESSAGE)).rejects.toMatchObject({
    code: "ERR_MIME_MODULE_MISSING",
    message: expect.stringContaining("windows-1252"),
  });
  // UTF-8 needs none.
  expect(composeMessage({ ...MESSAGE, charset: "utf-8" })).not.toBeInstanceOf(Promise);
});

it("a charset is used where its library is there", async () => {
  const { composeMessage } = await import("../src/index.js");
  const { content } = await composeMessage(MESSAGE);
  expect(Buffer.from(content as Uint8Array).toString("latin1")).toContain("charset=windows-1252");
});
