// One run of a session over one connection in memory, with at most one accident.
import { SendError, SmtpConnection } from "@wirepost/smtp-client";
import { connect } from "@wirepost/socket-core";
import { settleInTime, turn } from "../src/fake-clock.js";
import { honestServer, newTruth } from "../src/honest-server.js";
import { breaches, type Outcome } from "../src/law.js";
import { letters } from "../src/letters.js";
import { LOGIN, TOKEN } from "../src/login-server.js";
import { type Accident, Wire } from "../src/wire.js";
import type { Broken } from "./break-everywhere.js";
import type { Session } from "./sessions.js";
import { contentWasWritten } from "./written.js";

const SECRETS = [
  LOGIN.password,
  TOKEN,
  Buffer.from(LOGIN.password).toString("base64"),
  Buffer.from(`\0${LOGIN.username}\0${LOGIN.password}`).toString("base64"),
];

function shown(error: SendError): string {
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)} ${error.reply?.lines.join(" ")}`;
}

export async function runSession(session: Session, accident?: Accident): Promise<Broken> {
  const wire = new Wire(accident);
  const truth = newTruth();
  const protocol = session.client.protocol ?? "smtp";
  const sent = letters(session.letters, protocol);
  const outcomes = new Map<string, Outcome>();
  const found: string[] = [];
  for (const { mark, to } of sent) for (const address of to) outcomes.set(`${mark} ${address}`, "not-sent");

  const note = (error: unknown): SendError => {
    if (!SendError.is(error)) throw error;
    const text = shown(error);
    for (const secret of SECRETS) if (text.includes(secret)) found.push(`${error.code} shows a secret`);
    return error;
  };

  const converse = async (): Promise<void> => {
    let connection: SmtpConnection;
    try {
      connection = await SmtpConnection.connect({
        host: "mail.example",
        socket: await connect({ socket: wire.client }),
        tls: "none",
        clientName: "client.example",
        ...session.client,
      });
    } catch (error) {
      if (note(error).state !== "not-sent") found.push(`the set-up ended "${note(error).state}"`);
      return;
    }
    await Promise.all(
      sent.map(async ({ mark, message }) => {
        const result = await connection.send(message).catch(note);
        if (SendError.is(result) && result.recipients.length === 0) found.push(`${mark}: no recipients told`);
        for (const { address, outcome } of result.recipients) outcomes.set(`${mark} ${address}`, outcome);
      }),
    );
    await connection.close();
  };

  try {
    honestServer(wire.server, session.server, truth);
    await settleInTime(converse(), () => wire.activity);
    // What is on its way to the server still arrives there.
    for (let i = 0; i < 6; i++) await turn();
  } catch (error) {
    found.push(`it did not end as it should: ${String(error)}`);
  }
  wire.destroy();

  const clear = session.encrypted !== true;
  const octet = wire.spoiledOctet;
  const written = clear ? wire.writtenText("client") : "";
  found.push(
    ...breaches({
      letters: sent,
      outcomes,
      truth,
      heardBytes: clear && octet === undefined ? wire.passedBytes.server : undefined,
      ended: clear ? (mark) => contentWasWritten(written, mark) : undefined,
      shifted: session.mayShift === true && (octet === 0x0d || octet === 0x0a),
    }),
  );
  return {
    breaches: found,
    outcomes,
    struck: wire.struck,
    said: { client: truth.heard, server: truth.said },
    writtenBytes: {
      client: Buffer.concat(wire.written.client).length,
      server: Buffer.concat(wire.written.server).length,
    },
  };
}

/** What the undisturbed session comes to: what `honest-server` was told to refuse is refused, and nothing else. */
export function expectedOf({ letters: count, server, client }: Session): Outcome[] {
  return letters(count, client.protocol ?? "smtp").flatMap(({ mark, to }) =>
    to.map((address) => {
      const refused =
        server.refuses?.(address) === true || server.refusesContent?.(server.lmtp ? address : mark) === true;
      return refused ? ("rejected" as const) : ("accepted" as const);
    }),
  );
}
