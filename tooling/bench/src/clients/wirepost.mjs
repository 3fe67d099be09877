import { fromFile } from "@wirepost/mime-message/node";
import { SmtpClient } from "@wirepost/smtp-client";
import { FROM, fields, rawMessage, TO } from "./messages.mjs";
import { drive, serve } from "./serve.mjs";

serve(async (job) => {
  const { port, connections = 1, bytes = 2048, kind = "raw", chunking, window, file, tls, ca, auth } = job;
  const client = new SmtpClient({
    host: tls === undefined ? "127.0.0.1" : "localhost",
    port,
    ...(tls === undefined ? { tls: "none" } : { tls: { policy: tls, ca } }),
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { family: 4 }),
    maxConnections: connections,
    ...(job.reconnect === true ? { maxMessagesPerConnection: 1 } : {}),
    clientName: "bench.example",
    chunking,
    window,
  });
  const envelope = { from: FROM, to: TO };
  const raw = rawMessage(bytes);
  const messages = {
    raw: () => ({ raw, envelope }),
    fields,
    file: () => ({ ...fields(), attachments: [fromFile(file)] }),
  };
  const message = messages[kind];
  const inFlight = job.inFlight ?? Math.max(64, connections * 16, (window?.maxMessages ?? 0) * 2);
  return {
    send: (count) => drive(count, inFlight, () => client.send(message())),
    close: () => client.close(),
  };
});
