import pc from "picocolors";
import { expect, it } from "vitest";
import { receiptJson, renderReceipt } from "./receipt.js";

const RECEIPT = {
  envelope: { from: "ann@example.com", to: ["bob@example.org"] },
  reply: { code: 250, lines: ["Ok"] },
  sizeBytes: 44,
  timings: { totalMs: 155 },
  recipients: [{ address: "bob@example.org", outcome: "accepted" as const }],
};

it.each([
  {
    name: "a Message-ID",
    messageId: "<1@example.com>",
    line: "Sent <1@example.com> (44 B in 155 ms)",
    json: "<1@example.com>",
  },
  { name: "none", messageId: undefined, line: "Sent (44 B in 155 ms)", json: null },
  { name: "an empty one", messageId: "", line: "Sent (44 B in 155 ms)", json: null },
])("a receipt with $name", ({ messageId, line, json }) => {
  expect(renderReceipt({ ...RECEIPT, messageId }, pc.createColors(false)).split("\n")[0]).toBe(line);
  expect(receiptJson({ ...RECEIPT, messageId }, 0)).toMatchObject({ messageId: json });
});
