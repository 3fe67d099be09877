// Composed messages read back by parsers that others wrote.
import { type ParsedMail, simpleParser } from "mailparser";
import PostalMime, { type Email } from "postal-mime";
import type { ComposeOptions } from "../src/compose-options.js";
import { type ComposedMessage, composeMessage, type MessageInput } from "../src/index.js";

/** All octets of a composed message. */
export async function octetsOf(composed: ComposedMessage | Promise<ComposedMessage>): Promise<Buffer> {
  const { content, sizeBytes } = await composed;
  if (content instanceof Uint8Array) return Buffer.from(content);
  const blocks: Uint8Array[] = [];
  for await (const block of content.open()) blocks.push(block);
  const octets = Buffer.concat(blocks);
  if (sizeBytes !== undefined && sizeBytes !== octets.length) {
    throw new Error(`announced ${sizeBytes} octets, gave ${octets.length}`);
  }
  return octets;
}

/** The same fields everywhere, so that tests name only what they are about. */
export const BASE: MessageInput = {
  from: "ann@example.com",
  to: "bob@example.org",
  date: new Date("2026-11-22T10:00:00Z"),
};

export function compose(fields: MessageInput, options?: ComposeOptions): Promise<Buffer> {
  // Refusals come at once or as a rejection; tests await both in one way.
  return new Promise((resolve, reject) => {
    const message = fields.raw === undefined ? { ...BASE, ...fields } : fields;
    octetsOf(composeMessage(message, options)).then(resolve, reject);
  });
}

export interface ReadBack {
  readonly octets: Buffer;
  readonly header: string;
  readonly postal: Email;
  readonly mailparser: ParsedMail;
}

export async function readBack(fields: MessageInput, options?: ComposeOptions): Promise<ReadBack> {
  const octets = await compose(fields, options);
  return {
    octets,
    header: octets.subarray(0, octets.indexOf("\r\n\r\n") + 2).toString("latin1"),
    postal: await PostalMime.parse(octets),
    // Only what was sent is of interest, not what the parser would make of it for showing.
    mailparser: await simpleParser(octets, {
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipImageLinks: true,
      skipTextLinks: true,
    }),
  };
}

/** What makes a message a message on the wire: CRLF only, lines of at most 998 octets, no NUL (rows M4, M11, M14). */
export function faultsOf(octets: Buffer, transport: "7bit" | "8bit" = "7bit"): string[] {
  const faults: string[] = [];
  const text = octets.toString("latin1");
  if (/\r(?!\n)|(?<!\r)\n/.test(text)) faults.push("a bare line end");
  if (text.includes("\0")) faults.push("a NUL");
  if (transport === "7bit" && /[\u0080-\u00ff]/.test(text)) faults.push("an octet above 127");
  if (text.split("\r\n").some((line) => line.length > 998)) faults.push("a line of more than 998 octets");
  if (!text.endsWith("\r\n")) faults.push("no line end at the end");
  const header = text.slice(0, text.indexOf("\r\n\r\n") + 2);
  if (/^[ \t]+$/m.test(header.replaceAll("\r", ""))) faults.push("a header line of blanks");
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(header)) faults.push("a control in the header");
  return faults;
}
