// What sends is loaded with the first message: nothing that comes before it is there may be different from what comes later.
import { EmailMessage, type MessageInput } from "@wirepost/mime-message";
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SmtpClient } from "../src/index.js";

const FIELDS = { from: "ann@example.com", to: "bob@example.org", subject: "x", text: "Hello\n" };

let smtp: RecordingServer;
let client: SmtpClient;
beforeEach(async () => {
  smtp = await recordingServer({});
  client = new SmtpClient({ host: "127.0.0.1", port: smtp.port, tls: "none", maxConnections: 1 });
});
afterEach(async () => {
  await client.close();
  await smtp.close();
});

/** A message of a program's own class; a copy of it could not read its address. */
class Welcome {
  readonly #to: string;
  readonly from = FIELDS.from;
  readonly text = FIELDS.text;
  constructor(to: string) {
    this.#to = to;
  }
  get to(): string {
    return this.#to;
  }
}

it.each<[string, { to?: MessageInput["to"] } & MessageInput]>([
  ["a plain object", { ...FIELDS }],
  ["an EmailMessage", new EmailMessage(FIELDS)],
])("%s may be filled again for the next message", async (_, message) => {
  const sent = ["bob@example.org", "eve@example.org", "joe@example.org"].map((to) => {
    message.to = to;
    return client.send(message);
  });
  const receipts = await Promise.all(sent);
  expect(receipts.map(({ accepted }) => accepted.map(({ address }) => address))).toEqual([
    ["bob@example.org"],
    ["eve@example.org"],
    ["joe@example.org"],
  ]);
});

it("an object of a class of the caller's own is sent as it is", async () => {
  const receipt = await client.send(new Welcome("bob@example.org") as MessageInput);
  expect(receipt.accepted.map(({ address }) => address)).toEqual(["bob@example.org"]);
});

it.each([undefined, null, "text", 7])("%s instead of a message is refused", async (message) => {
  await expect(client.send(message as never)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_/) });
  expect(smtp.connectionCount).toBe(0);
});

it("messages keep their order", async () => {
  await Promise.all(["1", "2", "3", "4", "5"].map((subject) => client.send({ ...FIELDS, subject })));
  const subjects = smtp.messages.map(({ text }) => /^Subject: (\d)/m.exec(text)?.[1]);
  expect(subjects).toEqual(["1", "2", "3", "4", "5"]);
});

it("it counts as queued", async () => {
  const sent = client.send(FIELDS);
  expect(client.statistics).toEqual({ connections: 0, idle: 0, queued: 1, active: 0 });
  await sent;
  expect(client.statistics).toEqual({ connections: 1, idle: 1, queued: 0, active: 0 });
});

it("close() right behind it waits for it, and nothing comes after", async () => {
  const sent = client.send(FIELDS);
  const closed = client.close();
  await expect(client.send(FIELDS)).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  await expect(client.verify()).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  await closed;
  expect((await sent).accepted).toHaveLength(1);
  expect(smtp.messages).toHaveLength(1);
});

it("destroy() right behind it: nobody is called", async () => {
  const sent = client.send(FIELDS);
  client.destroy();
  await expect(sent).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED", state: "not-sent" });
  expect(smtp.connectionCount).toBe(0);
});

it("its signal fires at once: nobody is called", async () => {
  const stop = new AbortController();
  const sent = client.send(FIELDS, { signal: stop.signal });
  stop.abort();
  await expect(sent).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "not-sent" });
  expect(smtp.connectionCount).toBe(0);
});

it("closing a client that never sent loads nothing and ends", async () => {
  await client.close();
  await expect(client.send(FIELDS)).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
});
