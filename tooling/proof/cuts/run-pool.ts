// One run of several letters through the pool, with an accident on one of its connections. `connect` is replaced by a wire in
// memory (see pool.cuts.ts); everything above the socket is what users run.
import { SendError, SmtpClient } from "@wirepost/smtp-client";
import type { Socket } from "@wirepost/socket-core";
import { settleInTime, turn } from "../src/fake-clock.js";
import { honestServer, newTruth } from "../src/honest-server.js";
import { breaches, type Outcome } from "../src/law.js";
import { letters } from "../src/letters.js";
import { type Accident, Wire } from "../src/wire.js";
import type { Broken } from "./break-everywhere.js";
import type { Session } from "./sessions.js";
import { contentWasWritten } from "./written.js";

export interface PoolSession extends Session {
  readonly maxConnections: number;
  /** Which connection meets the accident; 0 is the first. */
  readonly broken: number;
  /** The kinds of end that accidents lead to; a second connection leaves nothing unsent. */
  readonly ends: readonly Outcome[];
}

/** What stands in the place of `connect`. */
export interface Dialler {
  dial: ((open: (wire: Wire) => Promise<Socket>) => Promise<Socket>) | undefined;
}

export async function runPool(
  session: PoolSession,
  dialler: Dialler,
  accident: Accident | undefined,
): Promise<Broken> {
  const truth = newTruth();
  const wires: Wire[] = [];
  const activity = (): number => wires.reduce((sum, wire) => sum + 1 + wire.activity, 0);
  dialler.dial = (open) => {
    const wire = new Wire(wires.length === session.broken ? accident : undefined);
    wires.push(wire);
    honestServer(wire.server, session.server, truth);
    return open(wire);
  };
  const sent = letters(session.letters, session.client.protocol ?? "smtp");
  const ends = new Map<string, Outcome>();
  const found: string[] = [];
  const errors = new Map<string, SendError>();

  const converse = async (): Promise<void> => {
    const client = new SmtpClient({
      host: "mail.example",
      tls: "none",
      clientName: "client.example",
      maxConnections: session.maxConnections,
      ...session.client,
    });
    await Promise.all(
      sent.map(async ({ mark, message }) => {
        const result = await client.send(message).catch((error: unknown) => {
          if (!SendError.is(error)) throw error;
          errors.set(mark, error);
          return error;
        });
        for (const { address, outcome } of result.recipients) ends.set(`${mark} ${address}`, outcome);
      }),
    );
    await client.close();
    const { connections, queued, active } = client.statistics;
    if (connections + queued + active !== 0) found.push("something is left in the pool");
  };

  try {
    await settleInTime(converse(), activity);
    for (let i = 0; i < 6; i++) await turn();
  } catch (error) {
    found.push(`it did not end as it should: ${String(error)}`);
  }
  for (const wire of wires) wire.destroy();
  // In the order of the letters, whichever came first.
  const outcomes = new Map<string, Outcome>();
  for (const { mark, to } of sent) {
    for (const address of to) {
      const outcome = ends.get(`${mark} ${address}`);
      if (outcome !== undefined) outcomes.set(`${mark} ${address}`, outcome);
    }
  }

  const written = wires.map((wire) => wire.writtenText("client"));
  const broken = wires[session.broken];
  const octet = broken?.spoiledOctet;
  const ended = (mark: string): boolean => written.some((text) => contentWasWritten(text, mark));
  found.push(
    ...breaches({
      letters: sent,
      outcomes,
      truth,
      ended: session.encrypted === true ? undefined : ended,
      shifted: session.mayShift === true && (octet === 0x0d || octet === 0x0a),
    }),
  );
  for (const [mark, error] of errors) {
    // What may have arrived must not be called worth a second try.
    if (error.retryable && truth.deliveries.some((delivery) => delivery.mark === mark)) {
      found.push(`${mark} is "retryable" and the server has it`);
    }
  }
  const writtenBytes = { client: 0, server: 0 };
  for (const side of ["client", "server"] as const) {
    writtenBytes[side] = Buffer.concat(broken?.written[side] ?? []).length;
  }
  return { breaches: found, outcomes, struck: broken?.struck === true, writtenBytes };
}
