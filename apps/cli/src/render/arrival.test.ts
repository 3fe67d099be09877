import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { caught } from "../../test/caught.js";
import { arrivalLine, showMessage } from "./arrival.js";

const plain = pc.createColors(false);

describe("a message that arrived", () => {
  it("is one line", async () => {
    expect(arrivalLine(await caught("Subject: Hello\r\n\r\nx\r\n"), plain)).toBe(
      '#1  03:04:05  ann@example.com -> bob@example.org  "Hello"  21 B, TLSv1.3, PLAIN ann',
    );
  });

  it("cannot command the terminal that shows it", async () => {
    const content = `Subject: =?utf-8?q?=1B]0;owned=07=0D=0Ax=E2=80=AEgpj?=\r\nFrom: "\x1b[2Jx" <a@example.com>\r\n\r\n\x1b[2Jbody\x9b\r\n`;
    const message = await caught(content, {
      envelope: { ...(await caught("")).envelope, from: "\x1b[31m@example.com" },
    });
    const shown = arrivalLine(message, plain) + showMessage(message, plain);
    // Line feeds that this program wrote, and nothing else a terminal obeys.
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(arrivalLine(message, plain)).not.toContain("\n");
  });

  it("is shown with its fields, text and attachments", async () => {
    const content = [
      "From: Ann <ann@example.com>",
      "To: bob@example.org",
      "Subject: Report",
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "",
      "Two",
      "lines",
      "--b",
      "Content-Type: text/csv",
      "Content-Disposition: attachment; filename=a.csv",
      "Content-Transfer-Encoding: base64",
      "",
      "YSxi",
      "--b--",
      "",
    ].join("\r\n");
    expect(showMessage(await caught(content), plain)).toBe(
      [
        "  Envelope: ann@example.com -> bob@example.org",
        "  From: Ann <ann@example.com>",
        "  To: bob@example.org",
        "  Subject: Report",
        "",
        "  Two",
        "  lines",
        "",
        "  Attachment: a.csv, text/csv, 3 B",
        "",
      ].join("\n"),
    );
  });
});
