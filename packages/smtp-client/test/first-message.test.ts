// What sends is loaded with the first message: what comes before it is there must come to the same as what comes later.
import { EmailMessage, type MessageInput } from "@wirepost/mime-message";
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SendError, type SendOptions, SmtpClient, SmtpConnection } from "../src/index.js";

type Filled = { -readonly [Name in keyof MessageInput]: MessageInput[Name] };
const FIELDS: Filled = { from: "ann@example.com", to: "bob@example.org", subject: "x", text: "Hello\n" };

let smtp: RecordingServer;
let client: SmtpClient;
const newClient = (): SmtpClient =>
  new SmtpClient({ host: "127.0.0.1", port: smtp.port, tls: "none", maxConnections: 1 });
beforeEach(async () => {
  smtp = await recordingServer({});
  client = newClient();
});
afterEach(async () => {
  await client.close();
  await smtp.close();
});

class Welcome {
  #to: string;
  readonly from = FIELDS.from;
  readonly text = FIELDS.text;
  constructor(to: string) {
    this.#to = to;
  }
  get to(): string {
    return this.#to;
  }
  fill(to: string): void {
    this.#to = to;
  }
}
class Newsletter extends EmailMessage {}

/** Each sends twice, to bob and to eve, with objects that it uses again in between. */
const REUSED: readonly (readonly [string, (client: SmtpClient) => Promise<unknown>[]])[] = [
  [
    "a plain object",
    (client) => {
      const message = { ...FIELDS };
      const first = client.send(message);
      message.to = "eve@example.org";
      return [first, client.send(message)];
    },
  ],
  [
    "an object without a prototype",
    (client) => {
      const message = Object.assign(Object.create(null) as Filled, FIELDS);
      const first = client.send(message);
      message.to = "eve@example.org";
      return [first, client.send(message)];
    },
  ],
  ...[EmailMessage, Newsletter].map(
    (Message) =>
      [
        Message.name,
        (client: SmtpClient) => {
          const message = new Message(FIELDS);
          const first = client.send(message);
          message.to = "eve@example.org";
          return [first, client.send(message)];
        },
      ] as const,
  ),
  [
    "an object of a class with private fields",
    (client) => {
      const message = new Welcome("bob@example.org");
      const first = client.send(message as MessageInput);
      message.fill("eve@example.org");
      return [first, client.send(message as MessageInput)];
    },
  ],
  [
    "a list of recipients",
    (client) => {
      const to = ["bob@example.org"];
      const first = client.send({ ...FIELDS, to });
      to[0] = "eve@example.org";
      return [first, client.send({ ...FIELDS, to })];
    },
  ],
  [
    "an address",
    (client) => {
      const to = { address: "bob@example.org" };
      const first = client.send({ ...FIELDS, to });
      to.address = "eve@example.org";
      return [first, client.send({ ...FIELDS, to })];
    },
  ],
  [
    "a list that grows",
    (client) => {
      const bcc: string[] = [];
      const first = client.send({ ...FIELDS, bcc });
      bcc.push("joe@example.org");
      return [first, client.send({ ...FIELDS, to: "eve@example.org" })];
    },
  ],
  [
    "the envelope of a message",
    (client) => {
      const envelope = { from: "ann@example.com", to: ["bob@example.org"] };
      const first = client.send({ ...FIELDS, envelope });
      envelope.to = ["eve@example.org"];
      return [first, client.send({ ...FIELDS, envelope })];
    },
  ],
  [
    "the envelope of the options",
    (client) => {
      const options: { envelope: SendOptions["envelope"] } = {
        envelope: { from: "ann@example.com", to: ["bob@example.org"] },
      };
      const first = client.send(FIELDS, options);
      options.envelope = { from: "ann@example.com", to: ["eve@example.org"] };
      return [first, client.send(FIELDS, options)];
    },
  ],
];

describe.each([
  ["the first messages", false],
  ["later messages", true],
])("%s", (_, warm) => {
  beforeEach(async () => {
    if (warm) await client.send({ ...FIELDS, to: "warm@example.org" });
  });
  const recipients = () =>
    smtp.messages
      .map(({ to }) => to.map(({ address }) => address))
      .filter((list) => list[0] !== "warm@example.org");

  it.each(REUSED)("go to those they were for, though %s was filled again", async (_name, send) => {
    await Promise.all(send(client));
    expect(recipients()).toEqual([["bob@example.org"], ["eve@example.org"]]);
  });

  it("of a batch go to those they were for, though one list serves all", async () => {
    const names = ["bob", "eve", "joe"];
    async function* source(): AsyncGenerator<MessageInput> {
      const to: string[] = [];
      for (const name of names) {
        to[0] = `${name}@example.org`;
        yield { ...FIELDS, to };
      }
    }
    for await (const { error } of client.sendAll(source())) expect(error).toBeUndefined();
    expect(recipients()).toEqual(names.map((name) => [`${name}@example.org`]));
  });

  it("may be ready ones of a class of the caller's own", async () => {
    class Ready {
      get raw(): string {
        return "From: ann@example.com\r\nTo: bob@example.org\r\nSubject: x\r\n\r\nHello\r\n";
      }
    }
    await client.send(new Ready() as MessageInput);
    expect(recipients()).toEqual([["bob@example.org"]]);
  });

  it("with a signal that is none are refused", async () => {
    const options = { signal: new AbortController() as never };
    await expect(client.send(FIELDS, options)).rejects.toMatchObject({ code: "ERR_CLIENT_OPTION" });
  });

  it.each([undefined, null, "text", 7, {}, { ...FIELDS, colour: "red" }])(
    "%j is refused",
    async (message) => {
      const error = await client.send(message as never).catch((thrown: unknown) => thrown);
      expect(SendError.is(error) && error.state).toBe("not-sent");
      expect(recipients()).toEqual([]);
    },
  );

  it("that cannot be read are refused by a rejection, and a batch goes on behind them", async () => {
    const unreadable = {
      ...FIELDS,
      get to(): string {
        throw new Error("no address today");
      },
    };
    await expect(client.send(unreadable)).rejects.toThrow("no address today");
    const outcomes: string[] = [];
    for await (const { index, error } of client.sendAll([FIELDS, unreadable, FIELDS])) {
      outcomes[index] = error === undefined ? "sent" : error.message;
    }
    expect(outcomes).toEqual(["sent", expect.stringContaining("no address today"), "sent"]);
    expect(client.statistics).toEqual({ connections: 1, idle: 1, queued: 0, active: 0 });
  });
});

it.each(Array.from({ length: 16 }, (_, ticks) => ticks))(
  "messages keep their order and are counted, one that comes %i ticks later too",
  async (ticks) => {
    // With the module loaded, the next client has its pool within a few ticks.
    await client.send(FIELDS);
    const next = newClient();
    const sent = ["1", "2"].map((subject) => next.send({ ...FIELDS, subject }));
    for (let tick = 0; tick < ticks; tick++) {
      await null;
      const { queued, active } = next.statistics;
      expect(queued + active).toBe(2);
    }
    sent.push(next.send({ ...FIELDS, subject: "3" }));
    await Promise.all(sent);
    await next.close();
    const subjects = smtp.messages.map(({ text }) => /^Subject: (.+)$/m.exec(text)?.[1]?.trim());
    expect(subjects).toEqual(["x", "1", "2", "3"]);
  },
);

it("close() right behind the first waits for it, and nothing comes after", async () => {
  const sent = client.send(FIELDS);
  const closed = client.close();
  await expect(client.send(FIELDS)).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  await expect(client.verify()).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  await closed;
  expect((await sent).accepted).toHaveLength(1);
  expect(smtp.messages).toHaveLength(1);
});

it("destroy() right behind the first: nobody is called", async () => {
  const sent = client.send(FIELDS);
  client.destroy();
  await expect(sent).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED", state: "not-sent" });
  expect(smtp.connectionCount).toBe(0);
});

it("the first's signal fires at once: nobody is called", async () => {
  const stop = new AbortController();
  const sent = client.send(FIELDS, { signal: stop.signal });
  stop.abort();
  await expect(sent).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "not-sent" });
  expect(smtp.connectionCount).toBe(0);
});

it("closing a client that never sent ends, and it sends no more", async () => {
  await client.close();
  await expect(client.send(FIELDS)).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
});

describe("a part of the package that cannot be loaded", () => {
  const missing = { code: "ERR_CLIENT_NOT_LOADED", state: "not-sent", retryable: false };
  afterEach(() => {
    vi.doUnmock("../src/pool/pool.js");
    vi.doUnmock("../src/engine.js");
    vi.resetModules();
  });

  it("is named by a SendError, and the next message tries again", async () => {
    vi.resetModules();
    vi.doMock("../src/pool/pool.js", () => Promise.reject(new Error("gone")));
    const fresh = await import("../src/index.js");
    const other = new fresh.SmtpClient({ host: "127.0.0.1", port: smtp.port, tls: "none" });
    const sent = [other.send(FIELDS), other.send(FIELDS)];
    for (const one of sent) await expect(one).rejects.toMatchObject(missing);
    await expect(other.verify()).rejects.toMatchObject(missing);
    expect(other.statistics.queued).toBe(0);
    vi.doUnmock("../src/pool/pool.js");
    vi.resetModules();
    expect((await other.send(FIELDS)).accepted).toHaveLength(1);
    await other.close();
  });

  it("is named by a SendError where a connection needs it", async () => {
    vi.doMock("../src/engine.js", () => Promise.reject(new Error("gone")));
    await expect(
      SmtpConnection.connect({ host: "127.0.0.1", port: smtp.port, tls: "none" }),
    ).rejects.toMatchObject(missing);
    expect(smtp.connectionCount).toBe(0);
  });
});
