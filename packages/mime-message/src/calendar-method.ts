/** The value of METHOD, which stands among the calendar's own properties, before its first component. */
export function methodIn(calendar: string): string | undefined {
  const end = calendar.search(/[\r\n]BEGIN:(?!VCALENDAR)/i);
  const properties = end < 0 ? calendar : calendar.slice(0, end);
  const unfolded = properties.replace(/(?:\r\n|\r|\n)[ \t]/g, "");
  // Parameters may be quoted, with colons inside (RFC 5545 3.1).
  const match = /(?:^|[\r\n])METHOD(?:;(?:"[^"\r\n]*"|[^":\r\n])*)?:([^\r\n]*)/i.exec(unfolded);
  return match?.[1]?.trim();
}
