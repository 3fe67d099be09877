// What is sent. Every client gets the same octets, or, where it composes itself, the same fields.
export const FROM = "ann@example.com";
export const TO = "bob@example.org";

const TEXT_LINE = "The quick brown fox jumps over the lazy dog, again and again, all day long.\r\n";

/** A ready message of about `bytes` octets: header, then lines of 75 columns. */
export function rawMessage(bytes) {
  const header =
    `From: Ann <${FROM}>\r\nTo: <${TO}>\r\nSubject: Bench\r\nMessage-ID: <bench@example.com>\r\n` +
    "Date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n";
  const lines = Math.max(1, Math.round((bytes - header.length) / TEXT_LINE.length));
  return Buffer.from(header + TEXT_LINE.repeat(lines), "latin1");
}

/** The same as text alone, for clients that take no ready message. */
export function textOf(bytes) {
  return TEXT_LINE.repeat(Math.max(1, Math.round((bytes - 250) / TEXT_LINE.length)));
}

export const TEXT = "Dear Bob,\n\nhere is what you asked for.\n\nAnn\n".repeat(4);
export const HTML = "<p>Dear Bob,</p>\n<p>here is <b>what</b> you asked for.</p>\n<p>Ann</p>\n".repeat(4);

/** Text, HTML and one header of its own: the small message that programs send. */
export function fields() {
  return {
    from: `Ann <${FROM}>`,
    to: TO,
    subject: "Bench",
    text: TEXT,
    html: HTML,
    headers: { "X-Campaign": "autumn" },
  };
}
