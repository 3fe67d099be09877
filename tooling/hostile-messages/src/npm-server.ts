// The npm package smtp-server: another reader of commands, dots and ends of data.
import { SMTPServer } from "smtp-server";

export interface NpmServer {
  readonly port: number;
  /** Messages since the last call. */
  take(): { readonly from: string; readonly to: readonly string[]; readonly content: Buffer }[];
  close(): Promise<void>;
}

export async function startNpmServer(): Promise<NpmServer> {
  let messages: { from: string; to: string[]; content: Buffer }[] = [];
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    hideSTARTTLS: true,
    logger: false,
    disableReverseLookup: true,
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        messages.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          content: Buffer.concat(pieces),
        });
        callback();
      });
    },
  });
  server.on("error", () => {}); // of single connections; what they lacked is seen in `take`
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    take: () => {
      const taken = messages;
      messages = [];
      return taken;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
