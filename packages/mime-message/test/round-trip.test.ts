// What was put in comes out, for generated messages, in two parsers that others wrote and in our own way back.

import fc from "fast-check";
import type { AddressObject, ParsedMail } from "mailparser";
import { expect, it } from "vitest";
import type { ComposeOptions } from "../src/compose-options.js";
import { toWellFormed } from "../src/folding.js";
import { type AttachmentInput, EmailMessage, type MessageInput, messageEnvelope } from "../src/index.js";
import { faultsOf, readBack } from "./read-back.js";

const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g;

/** Text for headers. Readers trim it and may tidy blanks, so it has none at its ends; U+FEFF is dropped by decoders. */
const headerText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 10 }),
      fc.constantFrom(
        "ü",
        "日本語",
        "😀",
        "word",
        "=?utf-8?Q?x?=",
        "(a)",
        ",",
        ";",
        "@",
        "<b>",
        "'",
        "J. Doe",
        "=",
        "?=",
      ),
      fc.integer({ min: 30, max: 300 }).map((length) => "long".repeat(length / 4)),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((words) => toWellFormed(words.join(" ").replace(FORBIDDEN, "").replace(/\s+/gu, " ").trim()))
  .filter((text) => text !== "");

const atom = fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/);
const domain = fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/).map((label) => `${label}.example`);
const address = fc.tuple(atom, domain).map(([local, host]) => `${local}@${host}`);
const named = fc.record({ name: fc.oneof(fc.constant(""), headerText), address });
const addresses = fc.uniqueArray(named, { minLength: 1, maxLength: 4, selector: (entry) => entry.address });

/** Bodies: any text whose line ends are LF, with something in it. */
const bodyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constantFrom(
        "\n",
        "\n\n",
        ".",
        "\n.\n",
        "From ",
        "=3D",
        "é".repeat(40),
        "日本語",
        " \n",
        "\t",
        "x".repeat(80),
      ),
      fc.integer({ min: 900, max: 1100 }).map((length) => "y".repeat(length)),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map(
    (parts) =>
      `${parts
        .join("")
        .replace(/\r/g, "")
        .replace(FORBIDDEN, (c) => (c === "\n" || c === "\t" ? c : ""))}.`,
  );

const filename = headerText.filter((text) => text.length < 400);
const attachment = fc.record({
  filename: fc.oneof(filename, fc.constant("plain.pdf")),
  content: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    bodyText.map((text) => new Uint8Array(Buffer.from(text))),
  ),
  contentType: fc.constantFrom("application/x-thing", "image/png", "application/pdf"),
});

const message = fc.record(
  {
    from: named,
    to: addresses,
    cc: addresses,
    replyTo: addresses,
    subject: headerText,
    text: bodyText,
    html: bodyText.map((text) => `<p>${text.replace(/[<>&]/g, "")}</p>`),
    attachments: fc.array(attachment, { maxLength: 3 }),
  },
  { requiredKeys: ["from", "to", "subject"] },
);

const options: fc.Arbitrary<ComposeOptions> = fc.record({
  transport: fc.constantFrom("7bit", "8bit"),
  inlineLimitBytes: fc.constantFrom(0, 65_536),
});

const lines = (text: string | undefined | false): string =>
  (text || "").replace(/\r\n/g, "\n").replace(/\n$/, "");

function mailparserAddresses(
  field: AddressObject | AddressObject[] | undefined,
): { name: string; address: string }[] {
  const objects = field === undefined ? [] : Array.isArray(field) ? field : [field];
  return objects.flatMap(({ value }) =>
    value.map(({ name, address: text }) => ({ name, address: text ?? "" })),
  );
}

it("names, addresses, subjects, file names, bodies and attachments come out as they were put in", async () => {
  await fc.assert(
    fc.asyncProperty(message, options, async (fields, how) => {
      const { octets, postal, mailparser } = await readBack(fields as MessageInput, how);
      expect(faultsOf(octets, how.transport as "7bit" | "8bit")).toEqual([]);
      const { subject, to, cc, attachments = [] } = fields;

      expect(postal.subject).toBe(subject);
      expect(mailparser.subject).toBe(subject);
      expect(postal.from).toEqual(fields.from);
      expect(postal.to).toEqual(to);
      expect(postal.cc ?? []).toEqual(cc ?? []);
      expect(mailparserAddresses(mailparser.from)).toEqual([fields.from]);
      expect(mailparserAddresses(mailparser.to)).toEqual(to);
      expect(mailparserAddresses(mailparser.replyTo)).toEqual(fields.replyTo ?? []);

      expect(lines((mailparser as ParsedMail).text)).toBe(lines(fields.text));
      expect(lines(mailparser.html)).toBe(lines(fields.html));
      expect(postal.attachments.map((part) => part.filename)).toEqual(
        attachments.map((part) => part.filename),
      );
      expect(mailparser.attachments.map((part) => part.filename)).toEqual(
        attachments.map((part) => part.filename),
      );
      for (const [index, part] of attachments.entries()) {
        expect(Buffer.from(postal.attachments[index]!.content as Uint8Array).equals(part.content)).toBe(true);
        expect(mailparser.attachments[index]!.content.equals(part.content)).toBe(true);
        expect(mailparser.attachments[index]!.contentType).toBe(part.contentType);
      }
    }),
    { numRuns: 80 },
  );
});

it("EmailMessage.parse gives a message that composes to the same again", async () => {
  await fc.assert(
    fc.asyncProperty(message, async (fields) => {
      const first = await readBack(fields as MessageInput);
      const parsed = await EmailMessage.parse(first.octets);
      expect(parsed.subject).toBe(fields.subject);
      expect(lines(parsed.text as string)).toBe(lines(fields.text));
      expect(messageEnvelope(parsed)).toEqual(messageEnvelope(fields as MessageInput));
      const parts = (parsed.attachments ?? []) as AttachmentInput[];
      expect(parts.map((part) => part.filename)).toEqual(
        (fields.attachments ?? []).map((part) => part.filename),
      );
      const second = await readBack(parsed);
      expect(second.postal.from).toEqual(first.postal.from);
      expect(second.postal.to).toEqual(first.postal.to);
      expect(second.postal.subject).toBe(first.postal.subject);
      expect(second.postal.messageId).toBe(first.postal.messageId);
      expect(second.postal.date).toBe(first.postal.date);
      expect(second.postal.attachments).toEqual(first.postal.attachments);
    }),
    { numRuns: 30 },
  );
});
