// Records good sessions with the project's own recorder: `apps/wiretap` stands between client and server, over TCP.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SendError, SmtpConnection } from "@wirepost/smtp-client";
import { entryOctets, parseTranscript, startWiretap } from "@wirepost/wiretap";
import { honestServer, newTruth } from "../src/honest-server.js";
import { letters } from "../src/letters.js";
import type { Side } from "../src/wire.js";
import type { Session } from "./sessions.js";

/** A conversation of this session, as the recorder writes it. */
export async function recordSession({ server, client, letters: count }: Session): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "wirepost-recordings-"));
  const truth = newTruth();
  const listener = createServer((socket) => honestServer(socket, server, truth));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const tls = server.tls === undefined ? "none" : server.tls.implicit === true ? "implicit" : "starttls";
  const given = typeof client.tls === "object" ? client.tls : {};
  const wiretap = await startWiretap({
    server: {
      host: "localhost",
      port: (listener.address() as AddressInfo).port,
      tls,
      ...(given.ca === undefined ? {} : { ca: given.ca }),
    },
    tls,
    lmtp: server.lmtp === true,
    content: true,
    recordTo: folder,
  });
  try {
    const connection = await SmtpConnection.connect({
      clientName: "client.example",
      ...client,
      host: "localhost",
      family: 4,
      port: wiretap.port,
      tls: tls === "none" ? "none" : { ...given, ...(wiretap.ca === undefined ? {} : { ca: wiretap.ca }) },
    });
    await Promise.all(
      letters(count, client.protocol).map(({ message }) =>
        connection.send(message).catch((error: unknown) => {
          // Some letters are refused, as the session wants it.
          if (!SendError.is(error) || error.state !== "rejected") throw error;
        }),
      ),
    );
    await connection.close();
  } finally {
    await wiretap.close();
    await new Promise<void>((resolve) => listener.close(() => resolve()));
  }
  const [file] = readdirSync(folder);
  const text = readFileSync(join(folder, file as string), "utf8");
  rmSync(folder, { recursive: true });
  return text;
}

/** What a recording says of one side, as a pattern: secrets are not in it, and may be anything within their line. */
export function patternOf(recording: string, side: Side): RegExp {
  const parts = parseTranscript(recording)
    .filter(({ kind }) => (side === "server" ? kind === "server" : kind === "client" || kind === "content"))
    .flatMap((entry) => [...entryOctets(entry)]);
  const source = parts.map((part) =>
    part === null
      ? "[^\\r\\n]*"
      : part
          .replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
          .replace(/\r/g, "\\r")
          .replace(/\n/g, "\\n"),
  );
  return new RegExp(`^${source.join("")}$`);
}
