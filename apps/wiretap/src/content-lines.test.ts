import fc from "fast-check";
import { expect, it } from "vitest";
import { ContentLines } from "./content-lines.js";

it("content is cut into lines, however it comes; none is longer than 8 KiB", () => {
  const part = fc.oneof(fc.constantFrom("\r\n", "\n", "\r", "."), fc.string(), fc.constant("x".repeat(9000)));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const lines: string[] = [];
      const cutter = new ContentLines((line) => lines.push(line));
      for (const piece of parts) cutter.push(piece);
      cutter.flush();
      expect(lines.join("")).toBe(parts.join(""));
      expect(lines.every((line) => line.length <= 8192 && !line.slice(0, -1).includes("\n"))).toBe(true);
    }),
  );
});
