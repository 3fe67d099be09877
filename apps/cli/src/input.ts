import { readFile, stat } from "node:fs/promises";
import { CliError } from "./errors.js";
import type { Terminal } from "./terminal.js";

/** Texts are held in memory; what is larger belongs into an attachment, which is streamed. */
export const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * Reads a small file whole.
 *
 * @param what names the input in an error, for example `the password file`
 * @throws CliError `ERR_CLI_NO_INPUT`, `ERR_CLI_INPUT_TOO_LARGE`
 */
export async function readInputFile(
  path: string,
  what: string,
  maxBytes = MAX_TEXT_BYTES,
): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw tooLarge(what, maxBytes);
    return await readFile(path);
  } catch (cause) {
    if (CliError.is(cause)) throw cause;
    throw unreadable(path, what, cause);
  }
}

/** Reads a text file, UTF-8; a leading byte order mark is dropped. */
export async function readTextFile(path: string, what: string): Promise<string> {
  return decodeText(await readInputFile(path, what), what);
}

/** The first line of a file, for a password or a token: no trailing line break, the rest is ignored. */
export async function readSecretFile(path: string, what: string): Promise<string> {
  const text = decodeText(await readInputFile(path, what, 1024 * 1024), what);
  return text.split(/\r?\n/, 1)[0] as string;
}

/** Reads standard input to its end, as text. */
export async function readStdinText(terminal: Terminal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of terminal.stdin) {
      const octets = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
      bytes += octets.byteLength;
      if (bytes > MAX_TEXT_BYTES) throw tooLarge("standard input", MAX_TEXT_BYTES);
      chunks.push(octets);
    }
  } catch (cause) {
    if (CliError.is(cause)) throw cause;
    throw unreadable("-", "standard input", cause);
  }
  return decodeText(Buffer.concat(chunks), "standard input");
}

function decodeText(octets: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch (cause) {
    throw new CliError("ERR_CLI_NO_INPUT", `${what} is not UTF-8 text`, { cause });
  }
}

function tooLarge(what: string, maxBytes: number): CliError {
  return new CliError("ERR_CLI_INPUT_TOO_LARGE", `${what} is larger than ${maxBytes} bytes`);
}

function unreadable(path: string, what: string, cause: unknown): CliError {
  const reason = (cause as { code?: string } | null)?.code ?? "unknown reason";
  return new CliError("ERR_CLI_NO_INPUT", `cannot read ${what} ${JSON.stringify(path)} (${reason})`, {
    cause,
  });
}
