// The one place that decides whether a file is read (row M12). A path from user input is a file disclosure, so a path
// in a message object means nothing by itself: either the caller names a folder, or the source was made by fromFile().
import { MimeError, quoteForError } from "./errors.js";
import { checkFields, fieldsOf } from "./options.js";
import { type AbortSignalLike, base64DecodeStrict, latin1Decode, utf8Encode } from "./platform.js";

/** Leave to read files that a message object names by `path` or by a `file:` `href`. */
export interface FileAccess {
  /** Files are read only if they are, with every symbolic link followed, inside this folder. */
  readonly baseDir: string;
}

/** A file chosen by the program itself, made by `fromFile()` of `@wirepost/mime-message/node`. */
export interface FileSource {
  /** Name that the attachment gets. */
  readonly filename: string;
  readonly contentType?: string | undefined;
  readonly contentDisposition?: "attachment" | "inline" | undefined;
  readonly cid?: string | undefined;
}

/** How a file is read; the node door makes these. */
export interface FileHandle {
  /** Size of the file, and its content when that is within the limit. Throws when the file cannot be read. */
  inspect(
    inlineLimitBytes: number,
    what: string,
  ): Promise<{ sizeBytes: number | undefined; octets: Uint8Array | undefined }>;
  open(what: string, signal: AbortSignalLike | undefined): AsyncIterable<Uint8Array>;
}

/** The mark of a FileSource: a symbol, which no JSON can carry. */
export const FILE_SOURCE: symbol = Symbol.for("@wirepost/mime-message.FileSource");

/** True for what `fromFile()` made. */
export function isFileSource(value: unknown): value is FileSource {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<symbol, unknown>)[FILE_SOURCE] !== undefined
  );
}

/** The reading side of a FileSource. */
export function fileHandleOf(file: FileSource): FileHandle {
  return (file as unknown as Record<symbol, FileHandle>)[FILE_SOURCE]!;
}

/** What the node door offers to the core. */
interface NodeDoor {
  openUnder(baseDir: string, path: string): FileSource;
}

const FILES_FIELDS = fieldsOf<FileAccess>({ baseDir: "text" });

/** Checks the `files` option. */
export function checkFileAccess(files: FileAccess | undefined): void {
  if (files === undefined) return;
  if (
    typeof files !== "object" ||
    files === null ||
    typeof files.baseDir !== "string" ||
    files.baseDir === ""
  ) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", "files must be an object with a baseDir", {
      subject: "files",
    });
  }
  checkFields(files, FILES_FIELDS, "files");
}

/** A `path` or `href` of a message object. */
export interface FileReference {
  readonly path?: unknown;
  readonly href?: unknown;
}

/**
 * Decides about a `path` or `href`. A `data:` URI is content, not access, and passes; everything else needs `files`.
 *
 * @throws MimeError `ERR_MIME_FILE_ACCESS`, which names both ways to get leave
 */
export async function resolveReference(
  reference: FileReference,
  files: FileAccess | undefined,
  what: string,
): Promise<FileSource | Uint8Array> {
  const data = dataReference(reference);
  if (data !== undefined) return data.octets;
  const name = reference.path === undefined ? "href" : "path";
  const target = reference.path ?? reference.href;
  checkReference(reference, files, what);
  let path = String(target);
  if (/^file:/i.test(path)) path = decodeFileUrl(path, what);
  const door = await loadNodeDoor(name, what);
  return door.openUnder(files!.baseDir, path);
}

/** The part of the decision that needs no file system: made while a message is planned. */
export function checkReference(reference: FileReference, files: FileAccess | undefined, what: string): void {
  if (dataReference(reference) !== undefined) return;
  const name = reference.path === undefined ? "href" : "path";
  const target = reference.path ?? reference.href;
  if (typeof target === "string") refuseUrl(target, name, what);
  if (files === undefined) {
    throw new MimeError(
      "ERR_MIME_FILE_ACCESS",
      `${what} has a ${name}, and reading it is not allowed: give files: { baseDir } to read below one folder, ` +
        "or make the source with fromFile() of @wirepost/mime-message/node",
      { subject: what },
    );
  }
  if (typeof target !== "string" || target === "" || target.includes("\0")) {
    throw new MimeError("ERR_MIME_FILE_ACCESS", `The ${name} of ${what} is no path`, { subject: what });
  }
}

/** URLs are refused whatever `files` says, so the error must not send anybody there. */
function refuseUrl(target: string, name: string, what: string): void {
  // One letter and a colon is a drive.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(target)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === "file") return;
  if (scheme === "data") {
    throw new MimeError(
      "ERR_MIME_SOURCE_INVALID",
      `The ${name} of ${what} is a data: URI without a comma, or its base64 is broken`,
      { subject: what },
    );
  }
  throw new MimeError(
    "ERR_MIME_FILE_ACCESS",
    `The ${name} of ${what} is a URL, which is not fetched here: give content a function that fetches it, ` +
      "checks response.ok and returns response.body",
    { subject: what },
  );
}

function decodeFileUrl(url: string, what: string): string {
  const match = /^file:(?:\/\/(?:localhost)?(?=\/))?(\/[^?#]*)$/i.exec(url);
  try {
    // %2F and %00 have no meaning in a path and are used to slip past checks.
    if (match !== null && !/%(?:2f|5c|00)/i.test(match[1]!)) return decodeURIComponent(match[1]!);
  } catch {
    // broken percent-encoding: refused below
  }
  throw new MimeError("ERR_MIME_FILE_ACCESS", `The href of ${what} is no file URL: ${quoteForError(url)}`, {
    subject: what,
  });
}

// The name is a variable so that bundlers for browsers do not follow it: they have no files to read.
const NODE_DOOR: string = "@wirepost/mime-message/node";

async function loadNodeDoor(name: string, what: string): Promise<NodeDoor> {
  try {
    return ((await import(/* webpackIgnore: true */ /* @vite-ignore */ NODE_DOOR)) as { fileDoor: NodeDoor })
      .fileDoor;
  } catch (cause) {
    throw new MimeError(
      "ERR_MIME_MODULE_MISSING",
      `The ${name} of ${what} needs ${NODE_DOOR}, which cannot be loaded; use fromFile() instead`,
      { cause, subject: what },
    );
  }
}

/** A `data:` URI (RFC 2397) taken apart. */
export interface DataUri {
  /** `type/subtype` with its parameters; `text/plain;charset=US-ASCII` when the URI names none. */
  readonly contentType: string;
  readonly octets: Uint8Array;
}

function dataReference(reference: FileReference): DataUri | undefined {
  const target = reference.path ?? reference.href;
  return typeof target === "string" ? readDataUri(target) : undefined;
}

/** Reads a `data:` URI; undefined when the text is none, or its base64 is broken. Linear in its length. */
export function readDataUri(uri: string): DataUri | undefined {
  if (!/^data:/i.test(uri)) return undefined;
  const comma = uri.indexOf(",");
  if (comma < 0) return undefined;
  let head = uri.slice(5, comma);
  const isBase64 = /;base64$/i.test(head);
  if (isBase64) head = head.slice(0, -7);
  const data = uri.slice(comma + 1);
  const octets = isBase64 ? base64Data(data) : percentDecode(utf8Encode(data));
  if (octets === undefined) return undefined;
  return {
    contentType:
      head === "" ? "text/plain;charset=US-ASCII" : head.startsWith(";") ? `text/plain${head}` : head,
    octets,
  };
}

function base64Data(data: string): Uint8Array | undefined {
  return base64DecodeStrict(data.includes("%") ? latin1Decode(percentDecode(utf8Encode(data))) : data);
}

function percentDecode(octets: Uint8Array): Uint8Array {
  let size = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const code = octets[at] === 37 ? Number.parseInt(latin1Decode(octets, at + 1, at + 3), 16) : Number.NaN;
    if (Number.isNaN(code)) octets[size] = octets[at]!;
    else {
      octets[size] = code;
      at += 2;
    }
    size += 1;
  }
  return octets.subarray(0, size);
}

/** The content type that a `data:` reference carries, if it is one. */
export function dataContentType(reference: FileReference): string | undefined {
  return dataReference(reference)?.contentType;
}
