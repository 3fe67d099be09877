/** A moment as RFC 5322 section 3.3 writes it, in universal time. */
export function dateText(date: Date): string {
  return date.toUTCString().replace(/GMT$/, "+0000");
}
