/** One header field as the program gave it. */
export interface HeaderRow {
  readonly name: string;
  readonly value: string;
}

export function formatRow({ name, value }: HeaderRow): string {
  return `${name}: ${value}\r\n`;
}
