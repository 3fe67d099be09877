import { InvalidArgumentError } from "commander";

/** Parsers of flag values; each throws commander's error, which names the flag and ends in a usage error. */

export function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  }
  return Number(text);
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It is a number from 1 on.");
  return Number(text);
}

const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `1048576`, `1024k`, `25M`, `1G`: powers of 1,024. */
export function size(text: string): number {
  const match = /^(\d{1,15})([kmg]?)$/i.exec(text);
  const bytes = match === null ? 0 : Number(match[1]) * SIZE_UNITS[match[2]!.toLowerCase()]!;
  if (bytes < 1 || !Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError("A size is a number of bytes, or one with k, M or G.");
  }
  return bytes;
}

/** Seconds as typed, milliseconds as handed on. */
export function seconds(text: string): number {
  const value = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) * 1000 : 0;
  if (value < 1) throw new InvalidArgumentError("It is a number of seconds above 0.");
  return value;
}

/** For a flag that may be given several times. */
export function collect(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), text];
}

/** For a flag that may be given several times and holds several words, separated by commas or spaces, each time. */
export function collectWords(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), ...text.split(/[\s,]+/).filter((word) => word !== "")];
}
