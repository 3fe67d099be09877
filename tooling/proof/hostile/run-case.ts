// One case: a server that misbehaves, a client that is driven in one way, and everything that is held against them.
import { type AddressInfo, createServer, type Server } from "node:net";
import { type ConnectionOptions, SendError, SmtpClient, SmtpConnection } from "@wirepost/smtp-client";
import { connect } from "@wirepost/socket-core";
import { testIdentities } from "@wirepost/test-server";
import { letters, type SentLetter } from "../src/letters.js";
import { HostilePeer } from "./hostile-peer.js";
import { errorBreaches, lawBreaches, type Told, wireBreaches } from "./judge.js";
import { type Case, type Ends, type Misbehaviour, PATIENT, type World } from "./misbehaviour.js";

const ENDS_WITHIN_MS = 25_000;

interface Listening {
  readonly server: Server;
  readonly port: number;
  readonly peers: HostilePeer[];
}

async function listen(misbehaviour: Misbehaviour, at: Case, world: World, lmtp: boolean): Promise<Listening> {
  const peers: HostilePeer[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    peers.push(
      new HostilePeer(socket, {
        script: misbehaviour.script(peers.length, world),
        dialect: at.dialect,
        lmtp,
        identity: world.identities[misbehaviour.identity ?? "good"],
        offersTls: misbehaviour.offersTls ?? at.transport === "starttls",
        implicitTls: at.transport === "implicit" && misbehaviour.plaintextPort !== true,
        honestMessages: at.driver === "second" ? 1 : 0,
        tlsOptions: misbehaviour.tlsOptions,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port, peers };
}

function optionsFor(misbehaviour: Misbehaviour, at: Case, world: World, port: number): ConnectionOptions {
  const { client } = misbehaviour;
  const own = typeof client === "function" ? client(world) : (client ?? {});
  const policy = { clear: "none", starttls: "required", implicit: "implicit" } as const;
  return {
    host: "localhost",
    family: 4,
    port,
    tls: { policy: policy[at.transport], ca: world.identities.ca },
    clientName: "client.example",
    transcript: true,
    ...own,
    timeouts: { ...PATIENT, ...own.timeouts },
  };
}

async function drive(misbehaviour: Misbehaviour, at: Case, options: ConnectionOptions): Promise<Told[]> {
  const sent = lettersFor(misbehaviour, at);
  const settle = async (
    mark: string,
    sending: Promise<{ recipients: Told["recipients"] }>,
  ): Promise<Told> => {
    try {
      return { mark, recipients: (await sending).recipients, error: undefined };
    } catch (error) {
      if (!SendError.is(error)) throw error;
      return { mark, recipients: error.recipients, error };
    }
  };
  const extra = { transcript: true, ...misbehaviour.send };
  if (at.driver === "pool" || at.driver === "busy") {
    const client = new SmtpClient({ maxConnections: at.driver === "busy" ? 2 : 1, ...options });
    const told = await Promise.all(
      sent.map(({ mark, message }) => settle(mark, client.send(message, extra))),
    );
    await client.close();
    return told;
  }
  let connection: SmtpConnection;
  try {
    const socket =
      misbehaviour.bringsSocket === true
        ? await connect({ host: "127.0.0.1", port: options.port as number })
        : undefined;
    connection = await SmtpConnection.connect({ ...options, socket });
  } catch (error) {
    if (!SendError.is(error)) throw error;
    // Nothing was sent, and nobody was told of: what the pool says in its place.
    return sent.map(({ mark, to }) => ({
      mark,
      recipients: to.map((address) => ({ address, outcome: "not-sent" as const })),
      error,
    }));
  }
  const told = await Promise.all(
    sent.map(({ mark, message }) => settle(mark, connection.send(message, extra))),
  );
  await connection.close();
  return told;
}

function lettersFor({ message }: Misbehaviour, { driver }: Case): SentLetter[] {
  const count = { connection: 1, pool: 1, second: 2, busy: 4 }[driver];
  const to = ["bob@example.org", "cy@example.org"];
  return letters(count).map((letter) => {
    const made = { ...letter.message, to, ...message };
    return { mark: letter.mark, to: made.to as readonly string[], message: made } as SentLetter;
  });
}

function endsBreaches(ends: Ends, told: Told): string[] {
  const found: string[] = [];
  for (const { address, outcome } of told.recipients) {
    const wanted = typeof ends.outcome === "string" ? ends.outcome : ends.outcome[address];
    if (outcome !== wanted) found.push(`${address} is "${outcome}", and should be "${wanted}"`);
  }
  if (told.recipients.length === 0) found.push("no recipients were told of");
  if (ends.code === undefined) {
    if (told.error !== undefined) found.push(`it failed: ${String(told.error)}`);
    return found;
  }
  const error = told.error as SendError | undefined;
  if (error === undefined) return [...found, "it did not fail"];
  const { code, phase, retryable } = error;
  const codeFits = typeof ends.code === "string" ? code === ends.code : ends.code.test(code);
  if (!codeFits) found.push(`the code is ${code} (${error.message}), and should be ${ends.code}`);
  if (ends.phase !== undefined && !([] as string[]).concat(ends.phase).includes(phase)) {
    found.push(`the phase is ${phase}, and should be ${ends.phase}`);
  }
  if (ends.retryable !== undefined && retryable !== ends.retryable) found.push(`retryable is ${retryable}`);
  return found;
}

/** Everything that is not as it should be; empty when all is well. */
export async function runCase(misbehaviour: Misbehaviour, at: Case): Promise<string[]> {
  const world: World = { identities: await testIdentities() };
  const probe = optionsFor(misbehaviour, at, world, 1);
  const lmtp = probe.protocol === "lmtp";
  const { server, port, peers } = await listen(misbehaviour, at, world, lmtp);
  const options = optionsFor(misbehaviour, at, world, port);
  const found: string[] = [];
  const memory = misbehaviour.floods === undefined ? undefined : watchMemory();
  try {
    const told = await within(drive(misbehaviour, at, options));
    if (told === undefined) return ["it does not end"];
    const grown = memory?.() ?? 0;
    await allClosed(peers, found);
    for (const one of told) {
      found.push(...lawBreaches(one, peers, lmtp));
      if (one.error !== undefined) found.push(...errorBreaches(one.error));
    }
    const allowed = options.auth?.allowClearText !== undefined;
    found.push(...wireBreaches(peers, at.transport, allowed));
    const [first] = told;
    if (at.driver === "connection" || at.driver === "pool") {
      const ends = typeof misbehaviour.ends === "function" ? misbehaviour.ends(at) : misbehaviour.ends;
      found.push(...endsBreaches(ends, first as Told));
    } else if (at.driver === "second") {
      const untouched = first?.recipients.every(({ outcome }) => outcome === "accepted");
      if (untouched !== true) found.push("the message before it was harmed");
    }
    if (at.driver === "busy") {
      const seen = new Set(told.flatMap(({ recipients }) => recipients.map(({ outcome }) => outcome)));
      for (const outcome of misbehaviour.among ?? []) {
        if (!seen.has(outcome)) found.push(`no message is "${outcome}"`);
      }
    }
    found.push(...neverBreaches(misbehaviour, peers));
    if (misbehaviour.floods !== undefined) {
      const { growthBytes, takenBytes } = misbehaviour.floods;
      if (grown > growthBytes) found.push(`memory grew by ${grown} octets`);
      const taken = Math.max(0, ...peers.map(({ sentBytes }) => sentBytes));
      if (taken > takenBytes) found.push(`the client took ${taken} octets`);
    }
    if (at.driver === "connection" || at.driver === "pool") {
      found.push(...asked(misbehaviour, at, peers, first as Told));
    }
  } finally {
    memory?.();
    for (const peer of peers) peer.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  return found;
}

function asked(misbehaviour: Misbehaviour, at: Case, peers: readonly HostilePeer[], told: Told): string[] {
  const answer = misbehaviour.check?.({
    peers,
    lines: peers.flatMap((peer) => peer.commands.map(({ line }) => line)),
    outcomes: told.recipients,
    error: told.error as { message: string; code: string } | undefined,
    case: at,
  });
  return answer === undefined ? [] : ([] as string[]).concat(answer);
}

function neverBreaches({ never }: Misbehaviour, peers: readonly HostilePeer[]): string[] {
  const heard = new Set(
    peers.flatMap((peer) => [
      ...peer.commands.map(({ line }) => line.split(/[ :]/)[0] ?? ""),
      ...peer.contents.flatMap(({ honest, ended }) => (honest ? [] : ["content", ...(ended ? ["end"] : [])])),
    ]),
  );
  return (never ?? []).filter((verb) => heard.has(verb)).map((verb) => `${verb} was sent`);
}

async function within<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ENDS_WITHIN_MS);
  });
  const result = await Promise.race([promise, late]);
  clearTimeout(timer);
  return result;
}

/** No socket of the client outlives its `close()`. */
async function allClosed(peers: readonly HostilePeer[], found: string[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < 5_000; waitedMs += 10) {
    if (peers.every((peer) => peer.gone)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  found.push("a connection of the client is still open");
}

function watchMemory(): () => number {
  const now = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = now();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, now());
  }, 5);
  return () => {
    clearInterval(timer);
    return Math.max(most, now()) - before;
  };
}
