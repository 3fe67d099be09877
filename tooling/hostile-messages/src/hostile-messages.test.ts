// Every object goes every way. What is refused says nothing on the wire; what arrives is one message, as expected, in the
// eyes of a strict server, of a reader of octets, of Python's email package, of mailparser and of the npm smtp-server.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Expected, HostileObject, Way } from "./hostile-object.js";
import { HOSTILE_OBJECTS } from "./hostile-objects.js";
import { startNpmServer } from "./npm-server.js";
import { type PythonJudge, startPythonJudge } from "./python-judge.js";
import { judgeRefusal, sendObject } from "./send.js";
import { type StrictServer, startStrictServer } from "./strict-server.js";
import { judgeByReaders } from "./verdict.js";
import { WAYS } from "./ways.js";
import { judgeSilence, judgeWire } from "./wire-judge.js";

let python: PythonJudge;
const strict = new Map<Way, StrictServer>();

beforeAll(async () => {
  python = startPythonJudge();
  for (const way of WAYS) strict.set(way, await startStrictServer(way));
});
afterAll(async () => {
  python.stop();
  for (const server of strict.values()) await server.close();
});

function holds(faults: readonly string[]): void {
  if (faults.length > 0) expect.fail(faults.join("\n"));
}

/** For the counts at the end. */
function note(task: { readonly meta: object }, ended: "refused" | "arrived" | "rejected"): void {
  Object.assign(task.meta, { ended });
}

function refusalOf({ refused }: HostileObject, way: Way): string | undefined {
  return typeof refused === "function" ? refused(way) : refused;
}

function expectationOf({ arrives = {}, arrivesBinary }: HostileObject, way: Way): Expected {
  if (!way.binary) return arrives;
  if (arrivesBinary !== undefined) return arrivesBinary;
  // Attachments travel as they are, and the whole says so.
  if (arrives.attachments === undefined) return arrives;
  return {
    ...arrives,
    without: (arrives.without ?? []).filter((name) => name !== "content-transfer-encoding"),
  };
}

/** smtp-server announces 8BITMIME and SMTPUTF8, and no CHUNKING. */
const NPM_WAY = WAYS[1] as Way;

it("has at least 150 objects, each with a name of its own", () => {
  expect(HOSTILE_OBJECTS.length).toBeGreaterThanOrEqual(150);
  expect(new Set(HOSTILE_OBJECTS.map(({ name }) => name)).size).toBe(HOSTILE_OBJECTS.length);
});

const TITLED = HOSTILE_OBJECTS.map((object) => [`${object.row} ${object.name}`, object] as const);

describe.each(WAYS.map((way) => [way.name, way] as const))("%s", (_, way) => {
  it.for(TITLED)("%s", async ([, object], { task }) => {
    const server = strict.get(way) as StrictServer;
    const options = way.binary ? { ...object.options, encoding: "binary" as const } : object.options;
    const ending = await sendObject({ ...object, options }, server.port);
    const sessions = await server.sessions();
    const code = refusalOf(object, way);
    if (code !== undefined) {
      const said = sessions.flatMap(({ octets }) => judgeSilence(octets));
      const arrived = ending.receipt === undefined ? judgeRefusal(ending.error, code) : ["it was sent"];
      holds([...arrived, ...said]);
      note(task, "refused");
      return;
    }
    const expected = expectationOf(object, way);
    if (ending.error !== undefined) throw ending.error;
    expect(sessions).toHaveLength(1);
    const [session] = sessions as [(typeof sessions)[number]];
    const { faults, content } = judgeWire(session.octets, expected, way);
    const octets = Buffer.from(content, "latin1");
    const strictContent = Buffer.from(session.contents[0] ?? []);
    holds([
      ...faults,
      ...session.faults.map((fault) => `strict server: ${fault}`),
      ...(session.contents.length === 1 ? [] : [`${session.contents.length} messages`]),
      ...(strictContent.equals(octets) ? [] : ["two readers of the wire disagree about the content"]),
      ...(expected.octets === undefined || content === expected.octets
        ? []
        : [`the content is ${JSON.stringify(content.slice(0, 500))}`]),
      ...(await judgeByReaders(python, octets, expected)),
    ]);
    note(task, "arrived");
  });
});

describe("smtp-server of npm", () => {
  // Its greeting takes a tenth of a second, so that several are sent at once, each to a server of its own.
  it.concurrent.for(TITLED.filter(([, object]) => refusalOf(object, NPM_WAY) === undefined))(
    "%s",
    async ([, object], { task }) => {
      const server = await startNpmServer();
      const ending = await sendObject(object, server.port);
      const arrived = server.take();
      await server.close();
      const expected = object.arrives ?? {};
      if (needsMore(object)) {
        expect(arrived).toEqual([]);
        holds(judgeRefusal(ending.error, "ERR_CLIENT_EXTENSION_NEEDED"));
        note(task, "refused");
        return;
      }
      if (object.npmRefuses === true) {
        expect(arrived).toEqual([]);
        expect((ending.error as { state?: unknown }).state).toBe("rejected");
        note(task, "rejected");
        return;
      }
      if (ending.error !== undefined) throw ending.error;
      expect(arrived).toHaveLength(1);
      const [message] = arrived as [(typeof arrived)[number]];
      holds([
        ...(expected.octets === undefined || message.content.toString("latin1") === expected.octets
          ? []
          : [`the content is ${JSON.stringify(message.content.toString("latin1").slice(0, 500))}`]),
        ...(await judgeByReaders(python, message.content, expected)),
      ]);
      expect(message.to).toHaveLength((expected.to ?? [0]).length);
      note(task, "arrived");
    },
  );
});

/** smtp-server announces neither DSN nor the other extensions of the envelope; then the message is refused by name. */
function needsMore({ arrives }: HostileObject): boolean {
  return (arrives?.mail ?? []).length > 0 || (arrives?.rcpt ?? []).length > 0;
}
