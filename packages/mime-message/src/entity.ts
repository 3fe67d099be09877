// MIME entities (RFC 2045 2.4): a tree that is planned first, then given encodings, then written.
import { base64LinesLength, encodeBase64Lines } from "./base64.js";
import {
  type BodyFacts,
  MAX_BODY_LINE_OCTETS,
  normalizeOctets,
  normalizeText,
  scanOctets,
  scanText,
} from "./body-scan.js";
import { type TextCharset, UTF8 } from "./charset.js";
import { MimeError } from "./errors.js";
import type { TransferEncoding } from "./message-input.js";
import {
  base64Piece,
  checkedPiece,
  identityPiece,
  normalizedSource,
  type Piece,
  quotedPrintablePiece,
} from "./piece.js";
import { includesOctets, utf8Decode, utf8Encode } from "./platform.js";
import { quotedPrintableBlocks } from "./quoted-printable.js";
import { encodeReady, type ReadySource } from "./ready.js";
import type { Source } from "./source.js";

/** What the server can take. */
export type Transport = "7bit" | "8bit" | "binary";

/** A part with one content. */
export interface Leaf {
  readonly kind: "leaf";
  /** Its fields but Content-Transfer-Encoding, each with its CRLF. */
  readonly header: string;
  /** `text` may be changed in its line ends, `octets` are kept exactly. */
  readonly content: "text" | "octets";
  /** Text in memory, or where the octets come from. */
  readonly source: string | Source;
  readonly charset: TextCharset;
  /** Set for format=flowed: changes text in memory before it is encoded. */
  readonly transform?: ((text: string) => string) | undefined;
  readonly forced: TransferEncoding | undefined;
  readonly what: string;
}

/** A ready part with its own header, or a message, which is never encoded (RFC 2046 5.2.1), with the header given. */
export interface ReadyEntity {
  readonly kind: "ready";
  /** Undefined when the content has a header of its own. */
  readonly header: string | undefined;
  /** True when the content begins with a header, so that its parts can be found and encoded anew. */
  readonly isWhole: boolean;
  readonly source: ReadySource;
}

/** Several entities in one. */
export interface Multipart {
  readonly kind: "multipart";
  readonly subtype: "mixed" | "alternative" | "related";
  /** Further parameters of its Content-Type, with the semicolon and space before each. */
  readonly parameters: string;
  readonly children: readonly Entity[];
}

export type Entity = Leaf | ReadyEntity | Multipart;

/** An entity whose octets are decided but for boundaries. */
export interface Encoded {
  readonly entity: Entity;
  readonly encoding: TransferEncoding;
  readonly pieces: readonly Piece[];
  readonly children: readonly Encoded[];
}

/** Octets in memory up to this size are encoded at once; above, when they are sent. */
const EAGER_BYTES = 65_536;

const RANK = { "7bit": 0, "8bit": 1, binary: 2 } as const;

/** Decides how an entity travels. */
export function encodeEntity(entity: Entity, transport: Transport): Encoded {
  if (entity.kind === "multipart") {
    const children = entity.children.map((child) => encodeEntity(child, transport));
    // A multipart is labelled with the widest of its parts (RFC 2045 6.4).
    let widest: "7bit" | "8bit" | "binary" = "7bit";
    for (const { encoding } of children) {
      if ((encoding === "8bit" || encoding === "binary") && RANK[encoding] > RANK[widest]) widest = encoding;
    }
    return { entity, encoding: widest, pieces: [], children };
  }
  if (entity.kind === "ready") {
    const { encoding, piece } = encodeReady(entity.source, transport, entity.isWhole);
    return leaf(entity, encoding, [piece]);
  }
  switch (entity.content) {
    case "octets":
      return encodeOctets(entity, asSource(entity.source), transport);
    case "text":
      return encodeTextLeaf(entity, transport);
  }
}

function asSource(source: string | Source): Source {
  if (typeof source !== "string") return source;
  throw new MimeError("ERR_MIME_SOURCE_INVALID", "Octets expected, text found");
}

function leaf(entity: Entity, encoding: TransferEncoding, pieces: readonly Piece[]): Encoded {
  return { entity, encoding, pieces, children: [] };
}

function unsuitable(entity: Leaf, reason: string): MimeError {
  return new MimeError(
    "ERR_MIME_ENCODING_UNSUITABLE",
    `${entity.what} cannot travel as ${entity.forced}: ${reason}`,
    { subject: entity.what },
  );
}

/** An attachment: what is decoded equals what was put in, octet for octet. */
function encodeOctets(entity: Leaf, source: Source, transport: Transport): Encoded {
  const encoding = entity.forced ?? (transport === "binary" ? "binary" : "base64");
  const { octets } = source;
  switch (encoding) {
    case "base64":
      return leaf(entity, encoding, [
        octets !== undefined && octets.length <= EAGER_BYTES
          ? encodeBase64Lines(octets)
          : base64Piece(source),
      ]);
    case "quoted-printable":
      return leaf(
        entity,
        encoding,
        octets === undefined
          ? [quotedPrintablePiece(source, true)]
          : quotedPrintableBlocks(octets, { binary: true }),
      );
    case "binary":
      if (transport !== "binary") throw unsuitable(entity, "the transport is not binary");
      return leaf(entity, encoding, [octets ?? identityPiece(source)]);
    case "7bit":
    case "8bit": {
      if (encoding === "8bit" && transport === "7bit") throw unsuitable(entity, "the transport is 7bit");
      if (octets === undefined) {
        return leaf(entity, encoding, [
          checkedPiece(source, { allowHigh: encoding === "8bit", normalize: false }),
        ]);
      }
      assertForced(entity, scanOctets(octets));
      return leaf(entity, encoding, [octets]);
    }
  }
}

function assertForced(entity: Leaf, facts: BodyFacts): void {
  if (facts.nuls > 0) throw unsuitable(entity, "it holds a NUL");
  if (facts.highOctets > 0 && entity.forced === "7bit") throw unsuitable(entity, "it holds octets above 127");
  if (facts.longestLine > MAX_BODY_LINE_OCTETS)
    throw unsuitable(entity, "it has a line of more than 998 octets");
  if (facts.bareLineEnds > 0 && entity.content === "octets")
    throw unsuitable(entity, "it has bare line ends");
}

function encodeTextLeaf(entity: Leaf, transport: Transport): Encoded {
  const { source, charset } = entity;
  const { transform } = entity;
  if (typeof source === "string") return encodeText(entity, transform?.(source) ?? source, transport);
  const { octets } = source;
  if (octets === undefined) {
    // What is in a stream is not known, and quoted-printable can carry all of it.
    if (entity.forced === "base64") return leaf(entity, "base64", [base64Piece(normalizedSource(source))]);
    return leaf(entity, "quoted-printable", [quotedPrintablePiece(source, false)]);
  }
  if (charset !== UTF8 || transform !== undefined) {
    const text = utf8Decode(octets);
    return encodeText(entity, transform?.(text) ?? text, transport);
  }
  return encodeTextOctets(entity, octets, scanOctets(octets), transport);
}

/** Text as it is, when nothing speaks against it: most messages end here. */
function encodeText(entity: Leaf, text: string, transport: Transport): Encoded {
  const { charset, forced } = entity;
  // No question is left that a look at the text would answer.
  if (forced === "quoted-printable" && charset === UTF8) {
    return leaf(entity, forced, quotedPrintableBlocks(utf8Encode(text)));
  }
  const facts = scanText(text);
  if (
    facts.highOctets === 0 &&
    charset.asciiCompatible &&
    canBePlain(facts) &&
    (forced === undefined || forced === "7bit")
  ) {
    return leaf(entity, "7bit", [facts.bareLineEnds > 0 ? normalizeText(text) : text]);
  }
  if (charset === UTF8) return encodeTextOctets(entity, utf8Encode(text), facts, transport);
  // Line ends are normalised before the charset, whose octets may not show them.
  const octets = charset.encode(normalizeText(text));
  return encodeTextOctets(entity, octets, scanOctets(octets), transport);
}

function canBePlain(facts: BodyFacts): boolean {
  return facts.controls === 0 && facts.longestLine <= MAX_BODY_LINE_OCTETS;
}

function encodeTextOctets(entity: Leaf, octets: Uint8Array, facts: BodyFacts, transport: Transport): Encoded {
  const { charset, forced } = entity;
  const encoding = forced ?? chooseTextEncoding(facts, charset, transport);
  switch (encoding) {
    case "quoted-printable":
      if (!charset.asciiCompatible) throw unsuitable(entity, `${charset.name} has no line ends of its own`);
      return leaf(entity, encoding, quotedPrintableBlocks(octets));
    case "base64": {
      const lines = facts.bareLineEnds > 0 && charset.asciiCompatible ? normalizeOctets(octets) : octets;
      return leaf(entity, encoding, [encodeBase64Lines(lines)]);
    }
    default:
      if (RANK[encoding] > RANK[transport]) throw unsuitable(entity, `the transport is ${transport}`);
      if (forced !== undefined && encoding !== "binary") assertForced(entity, facts);
      return leaf(entity, encoding, [facts.bareLineEnds > 0 ? normalizeOctets(octets) : octets]);
  }
}

function chooseTextEncoding(facts: BodyFacts, charset: TextCharset, transport: Transport): TransferEncoding {
  if (!charset.asciiCompatible) return "base64";
  // ISO-2022-JP lives in 7 bits by escape sequences: its ESC is no reason to encode.
  const plain =
    canBePlain(facts) || (/^iso-2022/.test(charset.name) && facts.longestLine <= MAX_BODY_LINE_OCTETS);
  if (plain && facts.nuls === 0) {
    if (facts.highOctets === 0) return "7bit";
    if (transport !== "7bit") return "8bit";
  }
  // Quoted-printable keeps Latin text readable; where most octets are escaped, base64 is shorter.
  return facts.octets + 2 * facts.highOctets <= base64LinesLength(facts.octets)
    ? "quoted-printable"
    : "base64";
}

/** True when `needle` occurs in content that travels unencoded. */
export function occursInPlainContent(encoded: Encoded, needle: string): boolean {
  if (encoded.encoding !== "base64" && encoded.encoding !== "quoted-printable") {
    for (const piece of encoded.pieces) {
      if (typeof piece === "string") {
        if (piece.includes(needle)) return true;
      } else if (piece instanceof Uint8Array && includesOctets(piece, needle)) return true;
    }
  }
  return encoded.children.some((child) => occursInPlainContent(child, needle));
}
