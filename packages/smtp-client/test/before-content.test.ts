import { describe, expect, it } from "vitest";
import { failure, settled, told } from "./outcomes.js";
import { connectTo } from "./scripted-peer.js";
import { connectToTruth } from "./truth-connection.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };
const WAYS = [
  { way: "DATA", extensions: ["PIPELINING"], last: "DATA" },
  { way: "DATA without PIPELINING", extensions: [], last: "DATA" },
  { way: "BDAT", extensions: ["PIPELINING", "CHUNKING"], last: "RCPT TO:<bob@example.org>" },
];
const closed = (): never => {
  throw new Error("the journal is full");
};

describe.each(WAYS)("beforeContent, by $way", ({ extensions, last }) => {
  it("comes when a recipient was accepted, and content waits for it", async () => {
    const { connection, server } = await connectToTruth({ extensions });
    const seen: string[] = [];
    const beforeContent = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(server.commands.at(-1) ?? "", String(server.delivered.size));
    };
    const results = await Promise.all([
      settled(connection.send(MESSAGE, { beforeContent })),
      settled(connection.send({ ...MESSAGE, subject: "next" })),
    ]);
    expect(results.map(told)).toEqual([["bob@example.org accepted 250"], ["bob@example.org accepted 250"]]);
    expect(seen).toEqual([last, "0"]);
    expect([...server.delivered]).toEqual([
      ["bob@example.org x", 1],
      ["bob@example.org next", 1],
    ]);
    await connection.close();
  });

  it("does not come when nobody was accepted", async () => {
    const reply = (what: string): string | undefined => (what === "RCPT" ? "550 no" : undefined);
    const { connection } = await connectToTruth({ extensions, reply });
    let calls = 0;
    const result = await settled(connection.send(MESSAGE, { beforeContent: () => void calls++ }));
    expect(told(result)).toEqual(["ERR_CLIENT_RECIPIENTS_REFUSED rejected", "bob@example.org rejected 550"]);
    expect(calls).toBe(0);
    await connection.close();
  });

  it.each([
    ["rejects", async () => closed()],
    ["throws", closed],
  ])("that %s: the message is not sent", async (_, beforeContent) => {
    const { connection, server } = await connectToTruth({ extensions });
    const error = await failure(connection.send(MESSAGE, { beforeContent }));
    expect(told(error)).toEqual([
      "ERR_CLIENT_CALLBACK not-sent",
      "bob@example.org not-sent ERR_CLIENT_CALLBACK",
    ]);
    expect(error.retryable).toBe(false);
    expect(server.delivered.size).toBe(0);
    await connection.close();
  });

  it("during which the caller gives up: not sent, and the hook's end changes nothing", async () => {
    const { connection, server } = await connectToTruth({ extensions });
    const abort = new AbortController();
    let ended: Promise<void> | undefined;
    const beforeContent = (): Promise<void> => {
      ended = new Promise((resolve) => setTimeout(resolve, 5));
      abort.abort();
      return ended;
    };
    const error = await failure(connection.send(MESSAGE, { beforeContent, signal: abort.signal }));
    await ended;
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "not-sent" });
    expect(server.delivered.size).toBe(0);
    await connection.close();
  });

  it("during which the connection is lost: not sent", async () => {
    const { connection, server } = await connectToTruth({ extensions });
    const beforeContent = async (): Promise<void> => connection.destroy();
    const error = await failure(connection.send(MESSAGE, { beforeContent }));
    expect(error.state).toBe("not-sent");
    expect(server.delivered.size).toBe(0);
  });
});

describe("beforeContent", () => {
  it("that refuses under BDAT leaves the connection to the next message", async () => {
    const { connection, server } = await connectToTruth({ extensions: ["PIPELINING", "CHUNKING"] });
    await failure(connection.send(MESSAGE, { beforeContent: closed }));
    expect(told(await connection.send({ ...MESSAGE, subject: "next" }))).toEqual([
      "bob@example.org accepted 250",
    ]);
    expect([...server.delivered.keys()]).toEqual(["bob@example.org next"]);
    await connection.close();
  });

  it("comes for each message, also where a window is allowed", async () => {
    const { connection } = await connectToTruth(
      { extensions: ["PIPELINING", "CHUNKING"] },
      { window: { maxMessages: 8 } },
    );
    let calls = 0;
    await Promise.all(
      Array.from({ length: 4 }, () => connection.send(MESSAGE, { beforeContent: () => void calls++ })),
    );
    expect(calls).toBe(4);
    await connection.close();
  });

  it("must be a function", async () => {
    const { connection } = await connectToTruth();
    const beforeContent = "now" as unknown as () => void;
    expect(await failure(connection.send(MESSAGE, { beforeContent }))).toMatchObject({
      code: "ERR_CLIENT_OPTION",
    });
    await connection.close();
  });
});

it("beforeContent that resolved is not blamed for what the server did meanwhile", async () => {
  const { connection, seen } = await connectTo({ data: "354 go\r\n45" });
  const error = await failure(connection.send(MESSAGE, { beforeContent: async () => undefined }));
  expect(error).toMatchObject({ code: "ERR_SMTP_UNEXPECTED_REPLY", state: "not-sent", phase: "data" });
  expect(seen.content).not.toContain("\r\n.\r\n");
});
