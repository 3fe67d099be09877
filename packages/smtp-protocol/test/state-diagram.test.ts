import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ANSWERED, type AnsweredTable } from "../src/state.js";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The answered cursor as a Mermaid diagram; replies that leave a state as it was are not drawn. */
function diagram(table: AnsweredTable): string {
  const lines = ["stateDiagram-v2", "  [*] --> greeting"];
  for (const [state, row] of Object.entries(table)) {
    const causes = new Map<string, string[]>();
    for (const [awaited, classes] of Object.entries(row)) {
      for (const [replyClass, next] of Object.entries(classes)) {
        if (next === state) continue;
        const sign = { positive: "+", intermediate: "3yz", negative: "−" }[replyClass] ?? replyClass;
        causes.set(next, [...(causes.get(next) ?? []), `${awaited} ${sign}`]);
      }
    }
    for (const [next, labels] of causes) lines.push(`  ${state} --> ${next}: ${labels.join(", ")}`);
  }
  lines.push("  closed --> [*]");
  return lines.join("\n");
}

it("the README shows the table of the answered cursor as it is", () => {
  const shown = /```mermaid\n([\s\S]*?)\n```/.exec(README)?.[1];
  expect(shown).toBe(diagram(ANSWERED));
});
