import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { caught } from "../../test/caught.js";
import { openMessageStore } from "./message-store.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("message store", () => {
  it("maildir: the octets as received, in new, under names that never repeat", async () => {
    const message = await caught("Subject: one\r\n\r\n\xff\x00.\r\n");
    const store = await openMessageStore(join(folder, "a", "Maildir"), "maildir");
    const paths = await Promise.all([store.save(message), store.save(message), store.save(message)]);
    expect(new Set(paths).size).toBe(3);
    expect(await readdir(join(folder, "a", "Maildir", "tmp"))).toEqual([]);
    expect(await readdir(join(folder, "a", "Maildir", "new"))).toHaveLength(3);
    expect(await readdir(join(folder, "a", "Maildir", "cur"))).toEqual([]);
    for (const path of paths) {
      expect(new Uint8Array(await readFile(path))).toEqual(message.content);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  });

  it("eml: one file as received", async () => {
    const message = await caught("Subject: one\r\n\r\nx\r\n");
    const path = await (await openMessageStore(folder, "eml")).save(message);
    expect(path).toBe(join(folder, `${message.id}.eml`));
    expect(new Uint8Array(await readFile(path))).toEqual(message.content);
    expect(await readdir(folder)).toEqual([`${message.id}.eml`]);
  });

  it("json: the envelope, the parsed fields, the attachments and the octets", async () => {
    const message = await caught(
      [
        "From: Ann <ann@example.com>",
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "",
        "Hello",
        "--b",
        "Content-Type: text/csv; name=a.csv",
        "Content-Disposition: attachment; filename=a.csv",
        "Content-Transfer-Encoding: base64",
        "",
        "YSxi",
        "--b--",
        "",
      ].join("\r\n"),
    );
    const path = await (await openMessageStore(folder, "json")).save(message);
    const read = JSON.parse(await readFile(path, "utf8"));
    expect(read).toMatchObject({
      id: message.id,
      envelope: { from: "ann@example.com", to: [{ address: "bob@example.org" }] },
      subject: "Grüße",
      from: [{ name: "Ann", address: "ann@example.com" }],
      text: "Hello\n",
      attachments: [{ fileName: "a.csv", mimeType: "text/csv", sizeBytes: 3, contentBase64: "YSxi" }],
    });
    expect(new Uint8Array(Buffer.from(read.rawBase64, "base64"))).toEqual(message.content);
  });

  it("names a directory that cannot be made", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(openMessageStore(join(folder, "file", "x"), "json")).rejects.toMatchObject({
      code: "ERR_CLI_CANNOT_CREATE",
      errno: "ENOTDIR",
    });
  });

  it("leaves no half message behind when it cannot write", async () => {
    const message = await caught("Subject: one\r\n\r\nx\r\n");
    const store = await openMessageStore(folder, "eml");
    await mkdir(join(folder, `${message.id}.eml`, "in the way"), { recursive: true });
    await expect(store.save(message)).rejects.toMatchObject({ code: "ERR_CLI_CANNOT_CREATE" });
    expect(await readdir(folder)).toEqual([`${message.id}.eml`]);
  });
});
