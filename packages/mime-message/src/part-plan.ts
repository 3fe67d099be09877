// From what the caller says about a body or an attachment to a planned part.
import { type TextCharset, UTF8 } from "./charset.js";
import type { Entity, Leaf } from "./entity.js";
import { MimeError, quoteForError } from "./errors.js";
import { dataContentType, type FileAccess, isFileSource } from "./file-policy.js";
import { formatFlowed } from "./flowed.js";
import { foldTokens } from "./folding.js";
import { assertFieldName, HeaderBlock } from "./header-block.js";
import { makeSource, referenceSource } from "./make-source.js";
import {
  ALTERNATIVE_FIELDS,
  type AlternativeInput,
  type AttachmentInput,
  type BodyInput,
  CONTENT_FIELDS,
  type ContentObject,
  type HeadersInput,
  type TransferEncoding,
} from "./message-input.js";
import { checkFields } from "./options.js";
import { parameterSegments, parseContentType } from "./parameters.js";
import { readySource } from "./ready.js";
import { type ContentInput, memorySource, type Source, wholeSource } from "./source.js";
import { decodeString } from "./string-content.js";

/** What all parts of a message share. */
export interface PlanContext {
  readonly files: FileAccess | undefined;
  readonly charset: TextCharset;
  readonly textEncoding: "quoted-printable" | "base64" | undefined;
  readonly filenameEncoding: "both" | "rfc2231" | "rfc2047";
  /** Contents that have something to do before the message can be encoded. */
  readonly pending: Source[];
}

/** Pairs of custom fields, in order. */
export function headerPairs(headers: HeadersInput, what: string): [string, string][] {
  const pairs: [string, string][] = [];
  if (typeof headers !== "object" || headers === null) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", `${what} must be an object or pairs`, { subject: what });
  }
  const add = (name: unknown, value: unknown): void => {
    if (typeof name !== "string") {
      throw new MimeError("ERR_MIME_INVALID_OPTION", `${what} must be names with values`, { subject: what });
    }
    if (typeof value === "string") pairs.push([name, value]);
    else if (Number.isFinite(value)) pairs.push([name, String(value)]);
    else {
      throw new MimeError(
        "ERR_MIME_INVALID_OPTION",
        `${quoteForError(name)} of ${what} must be text or a finite number, or several of these`,
        { subject: what },
      );
    }
  };
  if (typeof (headers as Iterable<unknown>)[Symbol.iterator] === "function") {
    for (const entry of headers as Iterable<unknown>) {
      if (Array.isArray(entry)) add(entry[0], entry[1]);
      else add((entry as { key?: unknown })?.key, (entry as { value?: unknown })?.value);
    }
    return pairs;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) add(name, one);
    else add(name, value);
  }
  return pairs;
}

/** Fields of a part that its options make. */
const PART_FIELDS = /^(?:content-(?:type|transfer-encoding|disposition|id)|mime-version)$/i;

/** Adds the custom fields of a part. */
export function addPartHeaders(block: HeaderBlock, headers: HeadersInput, what: string): void {
  for (const [name, value] of headerPairs(headers, `headers of ${what}`)) {
    assertFieldName(name);
    if (PART_FIELDS.test(name)) {
      throw new MimeError("ERR_MIME_RESERVED_FIELD", `${name} of ${what} is made from its options`, {
        subject: name,
      });
    }
    if (block.has(name.toLowerCase())) {
      throw new MimeError("ERR_MIME_DUPLICATE_FIELD", `${name} of ${what} would occur twice`, {
        subject: name,
      });
    }
    block.unstructured(name, value);
  }
}

/** The content of a content object; strings may stand for octets. */
export function contentSource(object: ContentObject, context: PlanContext, what: string): Source {
  const given = [object.content, object.path, object.href].filter((one) => one !== undefined && one !== null);
  if (given.length > 1) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", `${what} has more than one of content, path and href`, {
      subject: what,
    });
  }
  let source: Source;
  if (object.path !== undefined || object.href !== undefined)
    source = referenceSource(object, context.files, what);
  else if (given.length === 0) {
    // An empty content can be given; a missing one is a mistake that would send an empty file.
    throw new MimeError("ERR_MIME_SOURCE_INVALID", `${what} has no content`, { subject: what });
  } else if (typeof object.content === "string") {
    source = memorySource(decodeString(object.content, object.encoding, what), what);
  } else source = makeSource(object.content!, what);
  register(source, context);
  return source;
}

function register(source: Source, context: PlanContext): void {
  if (source.prepare !== undefined) context.pending.push(source);
}

/** True for an object that describes a content rather than being one. */
function isContentObject(input: object): input is ContentObject {
  if (isFileSource(input)) return false;
  return "content" in input || "path" in input || "href" in input;
}

/** A text body: its text when it is in memory as such, else its source. */
export function bodySource(input: BodyInput, context: PlanContext, what: string): string | Source {
  if (typeof input === "string") return input;
  if (typeof input === "object" && input !== null && isContentObject(input)) {
    checkFields(input, CONTENT_FIELDS, what);
    const { content, encoding } = input;
    if (
      typeof content === "string" &&
      encoding === undefined &&
      input.path === undefined &&
      input.href === undefined
    ) {
      return content;
    }
    return contentSource(input, context, what);
  }
  const source = makeSource(input as ContentInput, what);
  register(source, context);
  return source;
}

/** A body that has to be in memory before it can be encoded. */
function wholeBody(input: BodyInput, context: PlanContext, what: string): string | Source {
  const source = bodySource(input, { ...context, pending: [] }, what);
  if (typeof source === "string") return source;
  const whole = wholeSource(source);
  register(whole, context);
  return whole;
}

/** A body of text. */
export function textLeaf(
  mediaType: string,
  input: BodyInput,
  context: PlanContext,
  what: string,
  flowed = false,
): Leaf {
  const isWhole = flowed || context.charset !== UTF8;
  return {
    kind: "leaf",
    header: `Content-Type: ${mediaType}; charset=${context.charset.name}${flowed ? "; format=flowed" : ""}\r\n`,
    content: "text",
    source: isWhole ? wholeBody(input, context, what) : bodySource(input, context, what),
    charset: context.charset,
    transform: flowed ? formatFlowed : undefined,
    forced: context.textEncoding,
    what,
  };
}

const ENCODINGS = new Set<TransferEncoding>(["7bit", "8bit", "binary", "quoted-printable", "base64"]);

/** Refuses a transfer encoding that does not exist. */
export function checkEncoding(
  encoding: TransferEncoding | undefined,
  what: string,
): TransferEncoding | undefined {
  if (encoding !== undefined && !ENCODINGS.has(encoding)) {
    throw new MimeError(
      "ERR_MIME_INVALID_OPTION",
      `${what} has the unknown transfer encoding ${quoteForError(String(encoding))}`,
      { subject: what },
    );
  }
  return encoding;
}

/** A ready part with its own header. */
export function rawEntity(
  object: AttachmentInput | AlternativeInput,
  context: PlanContext,
  what: string,
): Entity {
  for (const name of Object.keys(object)) {
    if (name !== "raw" && (object as Record<string, unknown>)[name] !== undefined) {
      throw new MimeError("ERR_MIME_INVALID_OPTION", `${what} has raw, which excludes ${name}`, {
        subject: what,
      });
    }
  }
  return readyEntity(undefined, true, context, (inner) => rawSource(object.raw!, inner, what));
}

/** A ready part: its source is looked into while it is prepared. */
export function readyEntity(
  header: string | undefined,
  isWhole: boolean,
  context: PlanContext,
  make: (context: PlanContext) => Source,
): Entity {
  const source = readySource(make({ ...context, pending: [] }));
  register(source, context);
  return { kind: "ready", header, isWhole, source };
}

/** A ready message or part: any content, or an object with one. */
export function rawSource(input: ContentInput | ContentObject, context: PlanContext, what: string): Source {
  if (typeof input === "object" && input !== null && isContentObject(input)) {
    checkFields(input, CONTENT_FIELDS, what);
    return contentSource(input, context, what);
  }
  const source = makeSource(input as ContentInput, what);
  register(source, context);
  return source;
}

/** A further alternative of the body. */
export function alternativeEntity(object: AlternativeInput, context: PlanContext, what: string): Entity {
  checkFields(object, ALTERNATIVE_FIELDS, what);
  if (object.raw !== undefined) return rawEntity(object, context, what);
  const source = contentSource(object, context, what);
  const block = new HeaderBlock();
  const type = object.contentType ?? dataContentType(object) ?? "text/plain";
  const isText = /^text\//i.test(type) && typeof object.content === "string" && object.encoding === undefined;
  block.folded("Content-Type", contentTypeValue(type, isText ? context.charset.name : undefined, []));
  if (object.headers !== undefined) addPartHeaders(block, object.headers, what);
  return {
    kind: "leaf",
    header: block.text,
    content: isText ? "text" : "octets",
    source: isText ? (object.content as string) : source,
    charset: isText ? context.charset : UTF8,
    forced:
      checkEncoding(object.contentTransferEncoding, what) ?? (isText ? context.textEncoding : undefined),
    what,
  };
}

/** A Content-Type value, read strictly and written anew, so that nothing of the caller's reaches the header unread. */
export function contentTypeValue(type: string, charset: string | undefined, more: readonly string[]): string {
  const { mediaType, parameters } = parseContentType(type);
  const segments: string[] = [];
  for (const [name, value] of parameters) {
    if (name === "charset" && charset !== undefined) continue;
    if (name === "name" && more.length > 0) continue;
    segments.push(...parameterSegments(name, value));
  }
  if (charset !== undefined) segments.unshift(`charset=${charset}`);
  segments.push(...more);
  return foldTokens("Content-Type".length, withSemicolons(mediaType, segments));
}

/** A value and its parameters as tokens, a semicolon behind all but the last. */
export function withSemicolons(value: string, segments: readonly string[]): string[] {
  const tokens = [value, ...segments];
  for (let at = 0; at < tokens.length - 1; at += 1) tokens[at] += ";";
  // Encoded words in one quoted string have a fold between them.
  return tokens.flatMap((token) => (token.includes("?= =?") ? token.split(" ") : token));
}
