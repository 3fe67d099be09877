// Python's email package, a third reader with other habits than the JavaScript parsers of the unit tests.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { MessageInput } from "../../src/index.js";
import { compose, readBack } from "../read-back.js";

interface Seen {
  readonly defects: string[];
  readonly subject: string | null;
  readonly from: { name: string; address: string }[];
  readonly to: { name: string; address: string }[];
  readonly fields: string[];
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: { filename: string | null; type: string; content: string }[];
}

const SCRIPT = fileURLToPath(new URL("read_back.py", import.meta.url));

function python(messages: readonly Buffer[]): Seen[] {
  const input = messages.map((octets) => octets.toString("base64")).join("\n");
  const output = execFileSync("python3", [SCRIPT], { input, maxBuffer: 1 << 28, encoding: "utf8" });
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Seen);
}

const headerText = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[!-~]{1,15}$/),
      fc.constantFrom("ü", "日本語", "😀😀", "=?utf-8?Q?x?=", "Größe", "(a)", ",", "x".repeat(90)),
    ),
    {
      minLength: 1,
      maxLength: 10,
    },
  )
  .map((words) => words.join(" "));
const named = fc.record({
  name: fc.oneof(fc.constant(""), headerText),
  address: fc.stringMatching(/^[a-z0-9]{1,9}$/).map((local) => `${local}@example.org`),
});
const body = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[ -~]{0,80}$/),
      fc.constantFrom("é".repeat(40), "日本語", "", ".", "From x", "=3D", "y".repeat(1100)),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((lines) => `${lines.join("\n")}.\n`);
const message = fc.record({
  from: named,
  to: fc.array(named, { minLength: 1, maxLength: 4 }),
  subject: headerText,
  text: body,
  html: body,
  attachments: fc.array(
    fc.record({
      filename: headerText.map((text) => `${text}.bin`),
      content: fc.uint8Array({ maxLength: 200 }),
      contentType: fc.constantFrom("application/x-thing", "image/png"),
    }),
    { maxLength: 3 },
  ),
});

/** Python 3.11 keeps the blank between two encoded words of a display name, which RFC 2047 6.2 says to drop. */
function withoutBlanks(addresses: readonly { name: string; address: string }[]): unknown {
  return addresses.map(({ name, address }) => ({ name: name.replaceAll(" ", ""), address }));
}

it("generated messages come out as they were put in", async () => {
  const inputs = fc.sample(message, { numRuns: 200, seed: 20_261_122 });
  const seen = python(await Promise.all(inputs.map((input) => compose(input as MessageInput))));
  inputs.forEach((input, index) => {
    const read = seen[index]!;
    expect(read.defects).toEqual([]);
    expect(read.subject).toBe(input.subject);
    expect(withoutBlanks(read.from)).toEqual(withoutBlanks([input.from]));
    expect(withoutBlanks(read.to)).toEqual(withoutBlanks(input.to));
    expect(read.text?.replaceAll("\r\n", "\n")).toBe(input.text);
    expect(read.html?.replaceAll("\r\n", "\n")).toBe(input.html);
    expect(read.attachments).toEqual(
      input.attachments.map((part) => ({
        filename: part.filename,
        type: part.contentType,
        content: Buffer.from(part.content).toString("base64"),
      })),
    );
  });
});

it("sees no more fields than were written", async () => {
  const payloads = ["a\u010d\u010aBcc: x", "=?utf-8?Q?a=0D=0ABcc:_x?=", "a\u2027Bcc: x", "a=0D=0ABcc: x"];
  const inputs = payloads.map(
    (text): MessageInput => ({ subject: text, to: { name: text, address: "bob@example.org" }, text: "x" }),
  );
  for (const read of python(await Promise.all(inputs.map((input) => compose(input))))) {
    expect(read.fields).toEqual([
      "From",
      "To",
      "Subject",
      "Message-ID",
      "Date",
      "MIME-Version",
      "Content-Type",
      "Content-Transfer-Encoding",
    ]);
  }
});

it("agrees with the JavaScript parsers about a message with everything", async () => {
  const { octets, mailparser } = await readBack({
    from: "Ann Größe <ann@bücher.example>",
    to: "Team: Jörg <joerg@example.org>, bob@example.org;",
    subject: "Grüße aus Köln 日本語 😀",
    text: "Grüße\n",
    html: '<p>Grüße <img src="cid:logo@x"></p>\n',
    attachments: [
      { filename: "größe 日本語.pdf", content: Buffer.alloc(5000, 7) },
      { filename: "logo.png", cid: "logo@x", content: Buffer.alloc(100, 8) },
    ],
  });
  const [read] = python([octets]);
  expect(read!.defects).toEqual([]);
  expect(read!.subject).toBe(mailparser.subject);
  expect(read!.attachments.map((part) => part.filename)).toContain("größe 日本語.pdf");
});
