// What was asked, what held, and what did not.

export const counts = { passed: 0, failed: 0 };
/** How many of each kind held, for the last line. */
export const kinds = new Map();

/** @param {string} kind @param {string} what @param {string[]} problems none: it holds */
export function report(kind, what, problems) {
  if (problems.length === 0) {
    counts.passed += 1;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    return;
  }
  counts.failed += 1;
  console.log(
    `✗ ${kind}: ${what}\n    ${problems.join("\n").trimEnd().split("\n").slice(0, 40).join("\n    ")}`,
  );
}

/** Runs something that throws what is wrong. */
export async function check(kind, what, run) {
  try {
    await run();
    report(kind, what, []);
  } catch (error) {
    report(kind, what, [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
  }
}
