// What other parsers read in the message that arrived, held against what was expected.
import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";
import { type AddressObject, type ParsedMail, simpleParser } from "mailparser";
import { BASE, BASE_FIELDS, type Expected, type ExpectedPart } from "./hostile-object.js";
import type { PythonJudge, PythonMessage, PythonPart } from "./python-judge.js";

const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");
const octetsOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? Buffer.from(content, "utf8") : content;
/** Line ends as LF, none at the end. */
const plain = (text: string): string => text.replace(/\r\n|\r/g, "\n").replace(/\n+$/, "");
const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 300) ?? String(value);

function differ(what: string, found: unknown, wanted: unknown): string[] {
  return JSON.stringify(found) === JSON.stringify(wanted)
    ? []
    : [`${what} is ${show(found)}, not ${show(wanted)}`];
}

/** The header fields that this message must have, sorted. */
export function expectedFields({ fields = [], without = [] }: Expected): string[] {
  const left = [...without].map((name) => name.toLowerCase());
  const base = BASE_FIELDS.filter((name) => !left.includes(name));
  return [...base, ...fields.map((name) => name.toLowerCase())].sort();
}

interface NamedAddress {
  readonly name: string;
  readonly address: string;
}

/** Python 3.11 keeps the blank between two encoded words of a display name, which RFC 2047 6.2 says to drop. */
function withoutBlanks(mailboxes: readonly NamedAddress[] | undefined): unknown {
  return mailboxes?.map(({ name, address }) => ({ name: name.replace(/ /g, ""), address }));
}

/** mailparser shows A-labels as what they stand for. */
function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, at + 1)}${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`;
}

function isAttachment(part: PythonPart): boolean {
  return part.disposition !== null || !part.type.startsWith("text/");
}

function judgePart(found: PythonPart | undefined, wanted: ExpectedPart, which: string): string[] {
  if (found === undefined) return [`Python finds no ${which}`];
  const faults: string[] = [];
  if (wanted.filename !== undefined)
    faults.push(...differ(`Python: file name of ${which}`, found.filename, wanted.filename));
  if (wanted.contentType !== undefined)
    faults.push(...differ(`Python: type of ${which}`, found.type, wanted.contentType));
  if (wanted.content !== undefined && found.sha256 !== sha256(octetsOf(wanted.content)))
    faults.push(`Python: ${which} has another content`);
  return faults;
}

/** What both readers object to, and what is not known to be their fault. */
export async function judgeByReaders(
  python: PythonJudge,
  content: Uint8Array,
  expected: Expected,
): Promise<string[]> {
  const faults = [
    ...judgeByPython(await python.read(content), expected),
    ...(await judgeByMailparser(content, expected)),
  ];
  return faults.filter((fault) => !(expected.known ?? []).some((pattern) => pattern.test(fault)));
}

function judgeByPython(found: PythonMessage, expected: Expected): string[] {
  if (expected.defective === true) return differ("Python: fields", found.fields, expectedFields(expected));
  if (found.refused !== undefined) return [`Python refuses it: ${found.refused}`];
  const faults = found.defects.map((defect) => `Python: ${defect}`);
  faults.push(...differ("Python: fields", found.fields, expectedFields(expected)));
  if (!(expected.without ?? []).includes("subject"))
    faults.push(...differ("Python: subject", found.values["subject"], expected.subject ?? BASE.subject));
  for (const [name, value] of Object.entries(expected.values ?? {}))
    faults.push(...differ(`Python: ${name}`, found.values[name.toLowerCase()], value));
  for (const [name, value] of Object.entries(expected.mailboxes ?? {}))
    faults.push(
      ...differ(`Python: ${name}`, withoutBlanks(found.mailboxes[name.toLowerCase()]), withoutBlanks(value)),
    );
  const bodies = found.parts.filter((part) => !isAttachment(part));
  const text = bodies.find((part) => part.type === "text/plain");
  const html = bodies.find((part) => part.type === "text/html");
  if (expected.octets === undefined) {
    const wanted = expected.text ?? (BASE.text as string);
    if (wanted !== "" || text !== undefined)
      faults.push(...differ("Python: text", plain(text?.text ?? ""), plain(wanted)));
    if (expected.html !== undefined)
      faults.push(...differ("Python: html", plain(html?.text ?? ""), plain(expected.html)));
    const attachments = found.parts.filter(isAttachment);
    const wantedParts = expected.attachments ?? [];
    faults.push(...differ("Python: number of attachments", attachments.length, wantedParts.length));
    wantedParts.forEach((part, index) => {
      faults.push(...judgePart(attachments[index], part, `attachment ${index + 1}`));
    });
  }
  return faults;
}

function mailboxesOf(field: AddressObject | AddressObject[] | undefined): NamedAddress[] {
  const objects = field === undefined ? [] : Array.isArray(field) ? field : [field];
  const flat = (entries: AddressObject["value"]): AddressObject["value"] =>
    entries.flatMap((entry) => (entry.group === undefined ? [entry] : flat(entry.group)));
  return objects.flatMap(({ value }) =>
    flat(value).map(({ name, address }) => ({ name, address: withAsciiDomain(address ?? "") })),
  );
}

async function judgeByMailparser(content: Uint8Array, expected: Expected): Promise<string[]> {
  const mail: ParsedMail = await simpleParser(Buffer.from(content), {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipImageLinks: true,
    skipTextLinks: true,
  });
  const names = mail.headerLines.map(({ key }) => key.toLowerCase()).sort();
  const faults = differ("mailparser: fields", names, expectedFields(expected));
  for (const [name, value] of mail.headers) {
    if (typeof value === "string" && /[\r\n\0]/.test(value))
      faults.push(`mailparser: ${name} has a line break or NUL when decoded`);
  }
  if (expected.defective === true || expected.octets !== undefined) return faults;
  const subject = expected.subject ?? BASE.subject ?? "";
  faults.push(...differ("mailparser: subject", mail.subject ?? "", subject));
  const addressFields = { From: mail.from, To: mail.to, Cc: mail.cc, "Reply-To": mail.replyTo };
  for (const [name, value] of Object.entries(expected.mailboxes ?? {})) {
    if (name in addressFields)
      faults.push(
        ...differ(
          `mailparser: ${name}`,
          mailboxesOf(addressFields[name as keyof typeof addressFields]),
          value,
        ),
      );
  }
  faults.push(
    ...differ("mailparser: text", plain(mail.text ?? ""), plain(expected.text ?? (BASE.text as string))),
  );
  if (expected.html !== undefined)
    faults.push(...differ("mailparser: html", plain(mail.html || ""), plain(expected.html)));
  const parts = expected.attachments ?? [];
  faults.push(...differ("mailparser: number of attachments", mail.attachments.length, parts.length));
  parts.forEach((part, index) => {
    const found = mail.attachments[index];
    if (found === undefined) return;
    const which = `attachment ${index + 1}`;
    if (part.filename !== undefined && part.filename !== null)
      faults.push(...differ(`mailparser: file name of ${which}`, found.filename, part.filename));
    if (part.contentType !== undefined)
      faults.push(...differ(`mailparser: type of ${which}`, found.contentType, part.contentType));
    if (part.content !== undefined && sha256(found.content) !== sha256(octetsOf(part.content)))
      faults.push(`mailparser: ${which} has another content`);
  });
  return faults;
}
