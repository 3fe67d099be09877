// What a server announces by LIMITS (RFC 9422) and FUTURERELEASE (RFC 4865) is kept to, over as many connections as it takes.
import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, type SendOptions, SmtpClient } from "../src/index.js";
import { failure, told } from "./outcomes.js";
import { connectToTruth, type LoopbackServer, loopbackServer } from "./truth-connection.js";
import { type Truth, truthServer } from "./truth-server.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@one.example"], subject: "x", text: "Hello\n" };
const WAYS = [
  { name: "in groups", extensions: ["PIPELINING"], options: {} },
  { name: "one command at a time", extensions: [], options: {} },
  { name: "in chunks", extensions: ["PIPELINING", "CHUNKING"], options: {} },
  { name: "in a window", extensions: ["PIPELINING", "CHUNKING"], options: { window: { maxMessages: 10 } } },
  { name: "over several connections", extensions: ["PIPELINING"], options: { maxConnections: 3 } },
];

let server: LoopbackServer | undefined;
afterEach(() => server?.close());

/** A client and what each of its connections came to. */
async function clientOf(
  extensions: readonly string[],
  options: Partial<ClientOptions> = {},
): Promise<{ client: SmtpClient; connections: Truth[] }> {
  const connections: Truth[] = [];
  server = await loopbackServer((socket) => connections.push(truthServer(socket, { extensions })));
  const { port } = server;
  const client = new SmtpClient({ host: "127.0.0.1", port, tls: "none", maxConnections: 1, ...options });
  return { client, connections };
}

const recipients = ({ commands }: Truth): string[] =>
  commands.filter((line) => line.startsWith("RCPT")).map((line) => /<(.*)>/.exec(line)?.[1] as string);
const domains = (truth: Truth): number =>
  new Set(recipients(truth).map((one) => one.toLowerCase().split("@")[1])).size;
const mails = ({ commands }: Truth): number => commands.filter((line) => line.startsWith("MAIL")).length;

describe.each(WAYS)("limits of a session, $name", ({ extensions, options }) => {
  const limited = (limits: string) => clientOf([...extensions, `LIMITS ${limits}`], options);

  it.each([1, 2, 3])("never more than %i domains in one session", async (most) => {
    const { client, connections } = await limited(`RCPTDOMAINMAX=${most}`);
    const to = ["one", "two", "one", "three", "two", "four", "one"].map((name) => `bob@${name}.example`);
    const receipts = await Promise.all(
      to.map((address, i) => client.send({ ...MESSAGE, to: [address], subject: `m${i}` })),
    );
    await client.close();
    expect(receipts.every(({ accepted }) => accepted.length === 1)).toBe(true);
    expect(connections.flatMap(({ delivered }) => [...delivered]).sort()).toEqual(
      to.map((address, i) => [`${address} m${i}`, 1]).sort(),
    );
    for (const connection of connections) expect(domains(connection)).toBeLessThanOrEqual(most);
  });

  it("a message for more domains is split, each recipient getting it once", async () => {
    const { client, connections } = await limited("RCPTDOMAINMAX=2");
    const to = [
      "a@one.example",
      "b@two.example",
      "c@three.example",
      "d@ONE.example",
      "e@four.example",
      "f@five.example",
    ];
    const receipt = await client.send({ ...MESSAGE, to });
    await client.close();
    expect(told(receipt)).toEqual(to.map((address) => `${address} accepted 250`));
    expect(connections.flatMap(recipients).sort()).toEqual([...to].sort());
    for (const connection of connections) expect(domains(connection)).toBeLessThanOrEqual(2);
    expect(connections.length).toBe(3);
  });

  it("a message that a fresh session takes as a whole is not split", async () => {
    const { client, connections } = await limited("RCPTDOMAINMAX=2");
    await client.send(MESSAGE);
    const to = ["a@two.example", "b@three.example"];
    const receipt = await client.send({ ...MESSAGE, to, subject: "both" }, { acceptance: "all" });
    await client.close();
    expect(receipt.accepted.length).toBe(2);
    expect(connections.map(recipients)).toContainEqual(to);
  });

  it("never more than so many transactions", async () => {
    const { client, connections } = await limited("MAILMAX=2 RCPTMAX=2");
    await Promise.all(Array.from({ length: 5 }, (_, i) => client.send({ ...MESSAGE, subject: `m${i}` })));
    const to = Array.from({ length: 5 }, (_, i) => `r${i}@one.example`);
    const receipt = await client.send({ ...MESSAGE, to, subject: "many" });
    await client.close();
    expect(receipt.accepted.length).toBe(5);
    for (const connection of connections) expect(mails(connection)).toBeLessThanOrEqual(2);
    expect(connections.flatMap(recipients)).toHaveLength(10);
  });
});

it("rate limits count a message once, however many connections it takes", async () => {
  const { client, connections } = await clientOf(["PIPELINING", "LIMITS RCPTDOMAINMAX=1"], {
    rateLimit: { messages: { count: 4, perMs: 60_000 } },
  });
  const names = ["one", "two", "one", "two"];
  await Promise.all(names.map((name) => client.send({ ...MESSAGE, to: [`bob@${name}.example`] })));
  await client.close();
  expect(connections.flatMap(recipients)).toHaveLength(4);
});

describe("one connection by itself", () => {
  it("tells which recipients its session could not take", async () => {
    const { connection, server: truth } = await connectToTruth({
      extensions: ["PIPELINING", "LIMITS RCPTDOMAINMAX=1"],
    });
    const receipt = await connection.send({ ...MESSAGE, to: ["a@one.example", "b@two.example"] });
    const next = await failure(connection.send({ ...MESSAGE, to: ["c@two.example"] }));
    expect(receipt.recipients.map(({ address, outcome }) => `${address} ${outcome}`)).toEqual([
      "a@one.example accepted",
      "b@two.example not-sent",
    ]);
    expect(next).toMatchObject({ code: "ERR_CLIENT_CONNECTION_LOST", state: "not-sent", retryable: true });
    const last = await connection.send({ ...MESSAGE, to: ["d@one.example"] });
    expect(last.accepted.length).toBe(1);
    await connection.close();
    expect(recipients(truth)).toEqual(["a@one.example", "d@one.example"]);
  });
});

describe("a message to be held", () => {
  const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
  const LIMIT = "2030-01-01T00:00:00Z";
  it.each<{ name: string; options: SendOptions; announced?: string; parameter: RegExp | undefined }>([
    { name: "as long as the server does", options: { holdForSeconds: 600 }, parameter: / HOLDFOR=600$/ },
    { name: "longer", options: { holdForSeconds: 601 }, parameter: undefined },
    {
      name: "until the server's last moment",
      options: { holdUntil: new Date(LIMIT) },
      parameter: / HOLDUNTIL=2030-01-01T00:00:00Z$/,
    },
    { name: "until later", options: { holdUntil: new Date(Date.parse(LIMIT) + 1000) }, parameter: undefined },
    {
      name: "where the server's limit is a year alone",
      options: { holdUntil: new Date("2040-01-01") },
      announced: "600 3",
      parameter: / HOLDUNTIL=2040-/,
    },
    {
      name: "until less than a second behind the last moment",
      options: { holdUntil: new Date(Date.parse(LIMIT) + 900) },
      parameter: / HOLDUNTIL=2030-01-01T00:00:00Z$/,
    },
    {
      name: "where the server's limits cannot be read",
      options: { holdForSeconds: 601 },
      announced: "x y",
      parameter: / HOLDFOR=601$/,
    },
    {
      name: "where the server names none",
      options: { holdUntil: new Date("2040-01-01") },
      announced: "",
      parameter: / HOLDUNTIL=2040/,
    },
    {
      name: "and delivered after that",
      options: { holdForSeconds: 60, deliverBy: { seconds: 61, mode: "return" } },
      parameter: / BY=61;R HOLDFOR=60$/,
    },
    {
      name: "and delivered before",
      options: { holdForSeconds: 60, deliverBy: { seconds: 60, mode: "return" } },
      parameter: undefined,
    },
    {
      name: "until a time after its delivery",
      options: { holdUntil: inSeconds(90), deliverBy: { seconds: 60, mode: "notify" } },
      parameter: undefined,
    },
  ])("$name", async ({ options, announced = `600 ${LIMIT}`, parameter }) => {
    const { connection, server: truth } = await connectToTruth({
      extensions: ["PIPELINING", "DELIVERBY", `FUTURERELEASE ${announced}`.trim()],
    });
    const sent = connection.send(MESSAGE, options);
    if (parameter === undefined) {
      expect(await failure(sent)).toMatchObject({
        code: "ERR_CLIENT_HOLD",
        phase: "mail",
        state: "not-sent",
        retryable: false,
      });
      expect(mails(truth)).toBe(0);
    } else {
      await sent;
      expect(truth.commands.find((line) => line.startsWith("MAIL"))).toMatch(parameter);
    }
    await connection.close();
  });

  it.each([
    { holdUntil: "tomorrow" },
    { holdUntil: new Date(Number.NaN) },
    { holdForSeconds: "60" },
    { holdForSeconds: "700" },
    { deliverBy: null, holdForSeconds: 1 },
  ])("with what is no time is refused before MAIL: %o", async (options) => {
    const { connection, server: truth } = await connectToTruth({
      extensions: ["PIPELINING", "DELIVERBY", "FUTURERELEASE 600 2030-01-01T00:00:00Z"],
    });
    const error = await failure(connection.send(MESSAGE, options as never));
    expect(error).toMatchObject({ state: "not-sent" });
    expect(error.code).toMatch(/^ERR_(CLIENT_OPTION|SMTP_ARGUMENT)$/);
    expect(mails(truth)).toBe(0);
    await connection.close();
  });
});
