// Every test runs each program twice: as the Java edition's and as the .NET edition's program.
import { DOTNET } from "../src/dotnet/programs.js";
import { JAVA } from "../src/java/programs.js";
import type { Program, Programs, Server } from "../src/program.js";

export const EDITIONS: readonly (readonly [name: string, programs: Programs])[] = [
  ["Java", JAVA],
  [".NET", DOTNET],
];

/** Runs a program; what it said. */
export async function said(
  program: Program,
  target: { readonly port: number },
  more: Partial<Server> = {},
): Promise<string[]> {
  const lines: string[] = [];
  await program({ host: "127.0.0.1", port: target.port, ...more }, (line) => lines.push(line));
  return lines;
}

/** The header fields of a message, unfolded, by their names as written; and its body. */
export function parts(text: string): {
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const end = text.indexOf("\r\n\r\n");
  const lines = text
    .slice(0, end)
    .replaceAll(/\r\n[ \t]/g, " ")
    .split("\r\n");
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { fields: Object.fromEntries(fields), body: text.slice(end + 4) };
}
