// Inputs that are kept: seeds of real dialogues, inputs that reached far, and everything that was ever found.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface KeptInput {
  /** `reply/ehlo-of-postfix`. */
  readonly name: string;
  readonly target: string;
  readonly octets: Uint8Array;
}

/** Every kept input, by target and name. */
export function readCorpus(folder: string): KeptInput[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((target) =>
      readdirSync(join(folder, target))
        .sort()
        .map((file) => ({
          name: `${target}/${file}`,
          target,
          octets: new Uint8Array(readFileSync(join(folder, target, file))),
        })),
    );
}

/** Keeps an input under a name that its content gives; returns its path. */
export function keepInput(folder: string, target: string, prefix: string, octets: Uint8Array): string {
  const place = join(folder, target);
  mkdirSync(place, { recursive: true });
  const path = join(place, `${prefix}-${createHash("sha256").update(octets).digest("hex").slice(0, 12)}`);
  writeFileSync(path, octets);
  return path;
}
