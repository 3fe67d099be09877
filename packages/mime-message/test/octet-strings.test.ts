// Strings that stand for octets: all of what they say arrives, or they are refused before anything is sent.
import { afterEach, describe, expect, it, vi } from "vitest";
import { type AttachmentInput, composeMessage, type MessageInput } from "../src/index.js";
import { BASE, compose, readBack } from "./read-back.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const PLACES: Record<string, (content: AttachmentInput) => MessageInput> = {
  attachment: (content) => ({ attachments: [content] }),
  text: (content) => ({ text: content }),
  html: (content) => ({ html: content }),
  alternative: (content) => ({ alternatives: [content] }),
  calendar: (content) => ({ calendar: content as never }),
  raw: (content) => ({ raw: content }),
};

describe("base64 arrives whole", () => {
  it.each([
    ["padded", "aGVsbG8=", "hello"],
    ["without its padding", "aGVsbG8", "hello"],
    ["of the URL alphabet", "-_8", "\u00fb\u00ff"],
    ["of the URL alphabet, padded", "-_8=", "\u00fb\u00ff"],
    ["of the usual alphabet", "+/8=", "\u00fb\u00ff"],
    ["in lines", "aGVs\r\nbG8g\r\ndGhl\ncmU=\r\n", "hello there"],
    ["with blanks in its padding", "\t YQ =\f=\n", "a"],
    ["of nothing", "", ""],
    ["of blanks", " \r\n", ""],
    ["with unused bits that are not zero", "YR==", "a"],
  ])("%s", async (_, content, expected) => {
    const { mailparser } = await readBack({ attachments: [{ content, encoding: "base64" }] });
    expect(mailparser.attachments[0]!.content.toString("latin1")).toBe(expected);
    vi.stubGlobal("Buffer", undefined);
    vi.resetModules();
    const { base64DecodeStrict } = await import("../src/platform.js");
    expect(String.fromCharCode(...base64DecodeStrict(content)!)).toBe(expected);
  });
});

describe("what is not base64 is refused at once", () => {
  const BROKEN = {
    "a character of no alphabet": "aGVs%bG8=",
    "percent-encoding": "aGVsbG8%3D",
    "a data: URI": "data:text/plain;base64,aGVsbG8=",
    "a length that no octets have": "aGVsb",
    "one character": "a",
    "padding in the middle": "YQ==YQ==",
    "padding at the start": "=YQ=",
    "too much padding": "YQ===",
    "too little padding": "YQ=",
    "padding of nothing": "=",
    "four of padding": "====",
    "padding that is not needed": "aGVs=",
    "a no-break space": "aGVs\u00a0bG8=",
    "a byte order mark": "\ufeffaGVsbG8=",
    "letters of other scripts": "aGVsbG\u0438=",
    NUL: "aGVs\0bG8=",
  };
  it.each(Object.entries(BROKEN))("%s", (_, content) => {
    for (const make of Object.values(PLACES)) {
      const fields = make({ content, encoding: "base64" });
      expect(() => composeMessage(fields.raw === undefined ? { ...BASE, ...fields } : fields)).toThrow(
        expect.objectContaining({ code: "ERR_MIME_SOURCE_INVALID" }),
      );
    }
  });

  it("and the error shows nothing of it", async () => {
    const attachments = [{ filename: "key.pem", content: "c2VjcmV0%", encoding: "base64" as const }];
    await expect(compose({ attachments })).rejects.toThrow(
      /^The content of attachment "key.pem" is not base64$/,
    );
  });

  it("and a data: URI is told its place", async () => {
    const attachments = [{ content: BROKEN["a data: URI"], encoding: "base64" as const }];
    await expect(compose({ attachments })).rejects.toThrow(/belongs into href/);
    const { mailparser } = await readBack({ attachments: [{ href: BROKEN["a data: URI"] }] });
    expect(mailparser.attachments[0]!.content.toString()).toBe("hello");
  });
});

it("64 MiB of base64 are read in one walk, in lines or not", async () => {
  const { base64DecodeStrict } = await import("../src/platform.js");
  const line = "QUJD".repeat(19);
  for (const text of [line.repeat(883_000), `${line}\r\n`.repeat(883_000), `${" ".repeat(6e7)}!`]) {
    const octets = base64DecodeStrict(text);
    expect(octets?.length).toBe(text.endsWith("!") ? undefined : 883_000 * 57);
  }
});

describe("data: URIs", () => {
  it.each([
    ["base64", "data:text/plain;base64,aGVsbG8=", "hello"],
    ["base64, percent-encoded", "data:;base64,aGVsbG8%3d", "hello"],
    ["base64, all of it percent-encoded", "data:;base64,%61GVsbG8", "hello"],
    ["octets", "data:,hel%6Co", "hello"],
  ])("%s", async (_, href, expected) => {
    const { mailparser } = await readBack({ attachments: [{ href }] });
    expect(mailparser.attachments[0]!.content.toString()).toBe(expected);
  });

  it.each(["data:;base64,aGVs!bG8=", "data:;base64,a", "data:image/png"])(
    "refused: %s",
    async (reference) => {
      for (const name of ["path", "href"]) {
        for (const options of [{}, { files: { baseDir: "/" } }]) {
          await expect(compose({ attachments: [{ [name]: reference }] }, options)).rejects.toMatchObject({
            code: "ERR_MIME_SOURCE_INVALID",
          });
        }
      }
    },
  );

  it("a broken image in html stays where it is", async () => {
    const html = '<img src="data:image/png;base64,iVBO!w0KGgo=">';
    const { mailparser } = await readBack({ html, attachDataUrls: true });
    expect(mailparser.html).toContain(html);
    expect(mailparser.attachments).toHaveLength(0);
  });
});
