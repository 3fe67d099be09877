/**
 * Control characters, bidirectional overrides and invisible line breaks: what a terminal would obey instead of show.
 * Everything that came from a server, a message or a file passes through here before it is written.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu;

/** One line: line breaks and tabs are shown escaped too. */
export function escapeLine(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** Text of several lines: line feeds and tabs stay, CRLF becomes LF, all else is escaped. */
export function escapeText(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .replace(UNSAFE, (character) =>
      character === "\n" || character === "\t" ? character : escapeCharacter(character),
    );
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
