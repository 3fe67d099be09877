// The letters that both floors send. Each carries its mark three times, and words that must never be seen where they do not belong.
import type { Letter } from "./law.js";

export interface SentLetter extends Letter {
  readonly message: {
    readonly from: string;
    readonly to: readonly string[];
    readonly subject: string;
    readonly messageId: string;
    readonly date: Date;
    readonly text: string;
  };
}

const TO = ["bob@example.org", "refused@example.org", "cy@example.org"];
/** More than one letter apart from each other, so that a spoiled one is still known. */
const WORDS = ["alpha", "bravo", "delta", "hotel", "india", "oscar", "romeo", "tango"];
const LMTP_TO = [...TO, "dee@example.org"];

export function letters(count: number, protocol: "smtp" | "lmtp" = "smtp"): SentLetter[] {
  return Array.from({ length: count }, (_, i) => {
    const mark = `mark-${WORDS[i]}`;
    const to = protocol === "lmtp" ? LMTP_TO : TO;
    return {
      mark,
      to,
      message: {
        from: "ann@example.com",
        to,
        subject: mark,
        messageId: `<${mark}@example.com>`,
        date: new Date(0),
        text: `Dear ${mark}\n.dot\n`,
      },
    };
  });
}
