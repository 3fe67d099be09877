/** Content that came, whole or in part. */
export interface Content {
  readonly recipients: readonly string[];
  text: string;
  ended: boolean;
  /** What was said while it came. */
  early: string;
  /** What was said from the end of data to the next command. */
  said: string;
  /** It came before the script began. */
  readonly honest: boolean;
}

const KEPT_BYTES = 262_144;

/** Of a large message its beginning and its end say enough. */
export function shortened(text: string): string {
  return text.length > KEPT_BYTES ? `${text.slice(0, 2_000)}…${text.slice(-2_000)}` : text;
}

/**
 * Where content ends, its end included; undefined: not yet.
 * @param known so many octets were looked at before
 * @param careless what else this server takes for the end
 */
export function endOfContent(whole: string, known: number, careless: RegExp | undefined): number | undefined {
  if (careless !== undefined) {
    const match = careless.exec(whole);
    return match === null ? undefined : match.index + match[0].length;
  }
  // A lone dot may come at once (RFC 5321 4.1.1.4).
  if (whole.startsWith(".\r\n")) return 3;
  const at = whole.indexOf("\r\n.\r\n", Math.max(0, known - 4));
  return at < 0 ? undefined : at + 5;
}
