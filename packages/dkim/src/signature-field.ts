import type { Canonicalization } from "./body-canonicalization.js";
import type { DkimAlgorithm } from "./environment.js";

/** The tags of one DKIM-Signature field (RFC 6376 3.5), values checked and encoded. There is no l=, on purpose. */
export interface SignatureTags {
  readonly algorithm: DkimAlgorithm;
  readonly headerCanonicalization: Canonicalization;
  readonly bodyCanonicalization: Canonicalization;
  readonly domain: string;
  readonly selector: string;
  readonly identity: string | undefined;
  /** Seconds since 1970. */
  readonly timestamp: number | undefined;
  readonly expiration: number | undefined;
  readonly headers: readonly string[];
  /** Base64. */
  readonly bodyHash: string;
}

const COLUMNS = 76;
const FOLD = "\r\n ";

/** The field up to and with `b=`, which is last, so that the signature is appended and nothing before it moves. */
export function unsignedField(tags: SignatureTags): string {
  const words = [
    "v=1;",
    `a=${tags.algorithm};`,
    `c=${tags.headerCanonicalization}/${tags.bodyCanonicalization};`,
    `d=${tags.domain};`,
    `s=${tags.selector};`,
  ];
  if (tags.identity !== undefined) words.push(`i=${tags.identity};`);
  if (tags.timestamp !== undefined) words.push(`t=${tags.timestamp};`);
  if (tags.expiration !== undefined) words.push(`x=${tags.expiration};`);
  words.push(`bh=${tags.bodyHash};`);
  let text = "DKIM-Signature:";
  let column = text.length;
  for (const word of words) {
    const folds = column + 1 + word.length > COLUMNS;
    text += folds ? FOLD + word : ` ${word}`;
    column = folds ? 1 + word.length : column + 1 + word.length;
  }
  return `${text}${FOLD}h=${foldHeaderList(tags.headers)};${FOLD}b=`;
}

/** h= may fold before its colons (RFC 6376 3.5). */
function foldHeaderList(names: readonly string[]): string {
  const parts: string[] = [];
  let column = 3;
  names.forEach((name, i) => {
    const part = i === 0 ? name : `:${name}`;
    const folds = i > 0 && column + part.length > COLUMNS;
    parts.push(folds ? FOLD + part : part);
    column = folds ? 1 + part.length : column + part.length;
  });
  return parts.join("");
}

/** The whole field with its CRLF: the signature folds anywhere, as white space in it does not count. */
export function signedField(unsigned: string, signature: string): string {
  const lines: string[] = [];
  // "b=" already stands on the first line.
  for (let start = 0, room = COLUMNS - 3; start < signature.length; start += room, room = COLUMNS - 1) {
    lines.push(signature.slice(start, start + room));
  }
  return `${unsigned}${lines.join(FOLD)}\r\n`;
}
