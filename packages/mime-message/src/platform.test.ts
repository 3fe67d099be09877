import { afterEach, expect, it, vi } from "vitest";
import type { ComposedMessage, MessageInput } from "./index.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it("gives the same octets without Node's Buffer, as in a browser", async () => {
  const message: MessageInput = {
    from: "Ann Größe <ann@example.com>",
    to: "bob@example.org",
    subject: "Grüße 😀",
    date: new Date("2026-11-22T10:00:00Z"),
    messageId: "a@b",
    text: "Grüße\n",
    html: "日本語",
    attachments: [
      { filename: "a.bin", content: Uint8Array.from({ length: 60_000 }, (_, at) => (at * 7919) >> 3) },
      { filename: "b.txt", content: "aGVsbG8", encoding: "base64" },
      { raw: "Content-Type: text/plain\n\nplain\n" },
    ],
  };
  const options = { random: (target: Uint8Array) => void target.fill(1), inlineLimitBytes: 1e6 };
  const octets: string[] = [];
  const { createHash } = await import("node:crypto");
  for (const buffer of [globalThis.Buffer, undefined]) {
    vi.resetModules();
    vi.stubGlobal("Buffer", buffer);
    const { composeMessage } = await import("./index.js");
    const composed = composeMessage(message, options) as ComposedMessage;
    vi.unstubAllGlobals();
    octets.push(
      createHash("sha256")
        .update(composed.content as Uint8Array)
        .digest("hex"),
    );
  }
  expect(octets[1]).toBe(octets[0]);
});
