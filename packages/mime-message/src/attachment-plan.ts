// Attachments and inline parts.
import { UTF8 } from "./charset.js";
import type { Entity } from "./entity.js";
import { MimeError, quoteForError } from "./errors.js";
import { dataContentType, isFileSource } from "./file-policy.js";
import { HeaderBlock } from "./header-block.js";
import { mediaTypeOf } from "./media-types.js";
import { readId } from "./message-id.js";
import { ATTACHMENT_FIELDS, type AttachmentInput } from "./message-input.js";
import { checkFields } from "./options.js";
import { type ParameterEncoding, parameterSegments, parseContentType } from "./parameters.js";
import {
  addPartHeaders,
  checkEncoding,
  contentSource,
  contentTypeValue,
  type PlanContext,
  rawEntity,
  readyEntity,
  withSemicolons,
} from "./part-plan.js";

/** The last step of a path, whichever slashes it has. */
function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function attachmentFilename(object: AttachmentInput): string | undefined {
  if (object.filename === false || object.filename === "") return undefined;
  if (object.filename !== undefined) {
    if (typeof object.filename === "string") return object.filename;
    throw new MimeError("ERR_MIME_INVALID_OPTION", "filename must be a string or false", {
      subject: "filename",
    });
  }
  const reference = object.path ?? object.href;
  // A URL other than of a file has content or is refused; what it ends in may be a secret, which no error may show.
  if (typeof reference !== "string" || /^(?!file:)[a-z][a-z0-9+.-]+:/i.test(reference)) {
    return isFileSource(object.content) ? object.content.filename : undefined;
  }
  return baseName(reference);
}

/** How the two parameters that hold the file name are written. */
function filenameWays(
  filename: string | undefined,
  encoding: "both" | "rfc2231" | "rfc2047",
): { name: ParameterEncoding; filename: ParameterEncoding } {
  if (encoding !== "both") return { name: encoding, filename: encoding };
  // Many readers look for encoded words even in what RFC 2231 decoded to, and would show another name than was given
  // (row M7). As an encoded word of its own, text that looks like one is decoded once by all of them.
  return { name: "rfc2047", filename: filename?.includes("=?") === true ? "rfc2047" : "rfc2231" };
}

/** How errors name an attachment. */
function attachmentName(filename: string | undefined, index: number): string {
  return filename === undefined || filename === ""
    ? `attachment ${index + 1}`
    : `attachment ${quoteForError(filename)}`;
}

/** A planned attachment and where it belongs. */
export interface PlannedAttachment {
  readonly entity: Entity;
  /** True when it stands beside the html, which links to it. */
  readonly related: boolean;
}

/** An attachment. `besideHtml` tells whether there is an html body that may link to it. */
export function planAttachment(
  input: AttachmentInput,
  index: number,
  besideHtml: boolean,
  context: PlanContext,
): PlannedAttachment {
  if (typeof input !== "object" || input === null) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", `attachment ${index + 1} is no object`, {
      subject: "attachments",
    });
  }
  const object: AttachmentInput = isFileSource(input)
    ? {
        content: input,
        filename: input.filename,
        contentType: input.contentType,
        contentDisposition: input.contentDisposition,
        cid: input.cid,
      }
    : input;
  const filename = attachmentFilename(object);
  const what = attachmentName(filename, index);
  checkFields(object, ATTACHMENT_FIELDS, what);
  if (object.raw !== undefined) return { entity: rawEntity(object, context, what), related: false };

  const disposition = object.contentDisposition ?? object.disposition;
  if (disposition !== undefined && disposition !== "attachment" && disposition !== "inline") {
    throw new MimeError("ERR_MIME_INVALID_OPTION", `${what} has an unknown disposition`, { subject: what });
  }
  const cid = object.cid === undefined ? undefined : readId(object.cid, `cid of ${what}`);
  const related = cid !== undefined && besideHtml && disposition !== "attachment";
  const type =
    object.contentType ??
    dataContentType(object) ??
    (filename === undefined ? undefined : mediaTypeOf(filename));
  const mediaType = parseContentType(type ?? "application/octet-stream").mediaType;
  // Composite types are never encoded (RFC 2045 6.4), their parts are.
  const isMessage = mediaType.startsWith("message/") || mediaType.startsWith("multipart/");
  // Text of the caller's that is not said to be in another charset is written in UTF-8, so it is labelled so.
  const isOurText =
    typeof object.content === "string" &&
    object.encoding === undefined &&
    mediaType.startsWith("text/") &&
    !/;\s*charset\s*=/i.test(type ?? "");

  const block = new HeaderBlock();
  const ways = filenameWays(filename, context.filenameEncoding);
  const nameSegments = filename === undefined ? [] : parameterSegments("name", filename, ways.name);
  block.folded(
    "Content-Type",
    contentTypeValue(type ?? "application/octet-stream", isOurText ? "utf-8" : undefined, nameSegments),
  );
  const fileSegments = filename === undefined ? [] : parameterSegments("filename", filename, ways.filename);
  block.tokens(
    "Content-Disposition",
    withSemicolons(disposition ?? (related ? "inline" : "attachment"), fileSegments),
  );
  if (cid !== undefined) block.tokens("Content-ID", [cid]);
  if (object.description !== undefined) {
    block.unstructured("Content-Description", object.description);
  }
  if (object.headers !== undefined) addPartHeaders(block, object.headers, what);

  const forced = checkEncoding(object.contentTransferEncoding, what);
  if (isMessage && (forced === "base64" || forced === "quoted-printable")) {
    throw new MimeError(
      "ERR_MIME_ENCODING_UNSUITABLE",
      `${what} is a composite, which must not be encoded (RFC 2045 6.4)`,
      { subject: what },
    );
  }
  if (isMessage) {
    const isWhole = mediaType === "message/rfc822" || mediaType === "message/global";
    const entity = readyEntity(block.text, isWhole, context, (inner) => contentSource(object, inner, what));
    return { entity, related };
  }
  return {
    entity: {
      kind: "leaf",
      header: block.text,
      content: "octets",
      source: contentSource(object, context, what),
      charset: UTF8,
      forced,
      what,
    },
    related,
  };
}
