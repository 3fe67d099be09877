// Text that readers may flow to their width (RFC 3676): a line that ends in a space goes on in the next.

/** Columns after which a paragraph is broken; RFC 3676 4.2 asks for at most 78. */
const WIDTH = 74;

/**
 * Text as format=flowed. Blanks at line ends, which would join lines, are removed, but for the signature separator `-- `.
 * Lines that begin with `>` are taken as quoted and keep their depth on each broken line.
 */
export function formatFlowed(text: string): string {
  const lines: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) flowLine(line, lines);
  return lines.join("\n");
}

function flowLine(line: string, into: string[]): void {
  let depth = 0;
  while (line.charCodeAt(depth) === 62) depth += 1;
  const quote = line.slice(0, depth);
  let rest = line.slice(depth);
  // `> text` is the usual form: the space is not the text's.
  if (depth > 0 && rest.startsWith(" ")) rest = rest.slice(1);
  if (rest === "-- ") {
    into.push(depth > 0 ? `${quote} -- ` : rest);
    return;
  }
  rest = trimEnd(rest);
  let start = 0;
  while (rest.length - start > WIDTH - depth) {
    const cut = breakAfter(rest, start, start + WIDTH - depth);
    if (cut < 0) break;
    into.push(stuff(quote, rest.slice(start, cut)));
    start = cut;
  }
  into.push(stuff(quote, rest.slice(start)));
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end -= 1;
  return text.slice(0, end);
}

/** Offset behind the last space before `limit`, or behind the first one after it; -1 when there is none. */
function breakAfter(text: string, start: number, limit: number): number {
  let space = text.lastIndexOf(" ", limit - 1);
  if (space <= start || text.slice(start, space + 1) === "-- ") space = text.indexOf(" ", limit);
  return space < 0 || space + 1 >= text.length ? -1 : space + 1;
}

/** Space-stuffing (RFC 3676 4.4): what a reader would take for a quote, a stuffed line or an mbox line. */
function stuff(quote: string, text: string): string {
  if (quote !== "") return text === "" ? quote : `${quote} ${text}`;
  return /^(?:[ >]|From )/.test(text) ? ` ${text}` : text;
}
