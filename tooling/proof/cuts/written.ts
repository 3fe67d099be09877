/** Whether the client handed over this letter's last octet: the end of data, or all of its last chunk. */
export function contentWasWritten(written: string, mark: string): boolean {
  const at = written.indexOf(`Subject: ${mark}`);
  if (at < 0) return false;
  const chunk = written.lastIndexOf("BDAT ", at);
  const data = written.lastIndexOf("DATA\r\n", at);
  if (chunk > data) {
    const [line, size] = /^BDAT (\d+) LAST\r\n/.exec(written.slice(chunk)) ?? [];
    return line !== undefined && written.length >= chunk + line.length + Number(size);
  }
  return written.indexOf("\r\n.\r\n", at) >= 0;
}
