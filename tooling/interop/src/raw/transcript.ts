import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, TRANSCRIPTS } from "../machine/paths.js";

/** What differs from one run to the next and says nothing about the server. */
const NEUTRAL: readonly (readonly [RegExp, string])[] = [
  [
    /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} \w{3} \d{4} [\d:]{8} [+-]\d{4}/g,
    "Thu, 01 Jan 2026 00:00:00 +0000",
  ],
  [/queued as \S+/g, "queued as 4Q0001"],
  [/\bid=[\w-]{16,23}\b/g, "id=1aaaaa-000000-00"],
  [/(2\.0\.0 [0-9a-f]{8}) Message accepted/g, "2.0.0 00000001 Message accepted"],
  [/(2\.0\.0 <[^>]+>) \S+ Saved/g, "$1 aaaaaaaaaaaaaaaaaaaaaa Saved"],
  [/\[\d{4}-\d\d-\d\d [\d:]{8}\]/g, "[2026-01-01 00:00:00]"],
  [/^C: AUTH (\S+) \S{2,}$/gm, "C: AUTH $1 <response>"],
  [/^(S: 334.*\nC: )\S+$/gm, "$1<response>"],
  [/^S: 334 \S{20,}$/gm, "S: 334 <challenge>"],
  [/127\.0\.0\.1:\d+/g, "127.0.0.1:25"],
  [/\[127\.0\.0\.1\]/g, "[192.0.2.1]"],
];

export function neutralised(lines: readonly string[]): string {
  return NEUTRAL.reduce((text, [pattern, put]) => text.replace(pattern, put), `${lines.join("\n")}\n`);
}

/**
 * Keeps what was said, `S: ` and `C: ` before each line. It always goes to the cache; into the repository only when
 * the run was asked to record (`pnpm run interop --record`).
 */
export function keepTranscript(name: string, lines: readonly string[]): void {
  const text = neutralised(lines);
  writeFileSync(join(cacheFolder("transcripts"), `${name}.txt`), text);
  if (process.env["WIREPOST_INTEROP_RECORD"] === "1") writeFileSync(join(TRANSCRIPTS, `${name}.txt`), text);
}
