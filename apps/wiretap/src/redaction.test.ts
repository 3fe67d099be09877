import { describe, expect, it } from "vitest";
import { converse, GREETED, said, type Turn } from "../test/converse.js";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const SECRET = "s3cr3t-pass";

describe("secrets", () => {
  const LOGINS: Record<string, readonly Turn[]> = {
    "PLAIN with an initial response": [["C", `AUTH PLAIN ${base64(`\0ann\0${SECRET}`)}\r\n`]],
    "PLAIN in two steps": [
      ["C", "AUTH PLAIN\r\n"],
      ["S", "334 \r\n"],
      ["C", `${base64(`\0ann\0${SECRET}`)}\r\n`],
    ],
    LOGIN: [
      ["C", `auth login ${base64("ann")}\r\n`],
      ["S", "334 UGFzc3dvcmQ6\r\n"],
      ["C", `${base64(SECRET)}\r\n`],
    ],
    "LOGIN sent ahead of a refusal": [
      ["C", `AUTH LOGIN\r\n${base64("ann")}\r\n${base64(SECRET)}\r\n`],
      ["S", "504 no\r\n"],
    ],
    XOAUTH2: [["C", `AUTH XOAUTH2 ${base64(`user=ann\x01auth=Bearer ${SECRET}\x01\x01`)}\r\n`]],
    "a broken initial response": [["C", `AUTH PLAIN ${base64(`\0ann\0${SECRET}`)}!\r\n`]],
    "an initial response without a limit": [["C", `AUTH PLAIN ${base64(SECRET)}${"A".repeat(20_000)}\r\n`]],
    "a line that is no base64": [
      ["C", "AUTH LOGIN\r\n"],
      ["S", "334 VXNlcm5hbWU6\r\n"],
      ["C", `${SECRET}\r\n`],
    ],
    "an extension that is like AUTH": [["C", `X-EXPS LOGIN ${base64(SECRET)}\r\n`]],
    "a URL that authorises": [
      ["C", `BURL imap://ann@example.org/x;urlauth=anonymous:internal:${SECRET} LAST\r\n`],
    ],
  };

  it.each(Object.entries(LOGINS))("of %s are never shown, nor when the server repeats them", (_, turns) => {
    const words = said(turns, "C")
      .split(/\s+/)
      .filter((word) => word.length > 12);
    const echoes = [SECRET, base64(SECRET), ...words];
    const { shown } = converse([
      ...GREETED,
      ...turns,
      ["S", `535 ${echoes.join(" ")}\r\n`],
      ["S", `500 unknown: ${base64(SECRET)}\r\n`],
    ]);
    const text = shown.join("\n");
    expect(text).toContain("<redacted>");
    for (const secret of [...echoes, base64(SECRET).slice(0, 8)]) {
      expect(text).not.toContain(secret);
    }
  });

  it("challenges are not shown but for the prompts of LOGIN", () => {
    const turns: Turn[] = [
      ...GREETED,
      ["C", "AUTH CRAM-MD5\r\n"],
      ["S", "334 PDFAbXg+\r\n"],
      ["C", "YW5uIDAxMjM=\r\n"],
      ["S", "535 no\r\n"],
      ["C", "AUTH LOGIN\r\n"],
      ["S", "334 VXNlcm5hbWU6\r\n"],
      ["C", "*\r\n"],
      ["S", "501 cancelled\r\n"],
    ];
    expect(converse(turns).shown.slice(-8)).toEqual([
      "client AUTH CRAM-MD5",
      "server 334 <redacted>",
      "client <redacted>",
      "server 535 no",
      "client AUTH LOGIN",
      "server 334 VXNlcm5hbWU6",
      "client *",
      "server 501 cancelled",
    ]);
  });

  it("commands are shown whole again after a refused login", () => {
    const { shown } = converse([
      ...GREETED,
      ["C", "AUTH PLAIN AGFubgBzM2NyM3Q=\r\n"],
      ["S", "535 no\r\n"],
      ["C", "XFOO 1\r\nNOOP\r\nXFOO 2\r\n"],
    ]);
    expect(shown.slice(-3)).toEqual(["client <redacted>", "client NOOP", "client XFOO 2"]);
  });
});
