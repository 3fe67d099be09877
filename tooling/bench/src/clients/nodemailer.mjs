import { createTransport } from "nodemailer";
import { FROM, fields, rawMessage, TO } from "./messages.mjs";
import { drive, serve } from "./serve.mjs";

serve(async (job) => {
  const { port, connections = 1, bytes = 2048, kind = "raw", file, tls, ca, auth } = job;
  const transport = createTransport({
    pool: true,
    host: tls === undefined ? "127.0.0.1" : "localhost",
    port,
    name: "bench.example",
    maxConnections: connections,
    maxMessages: job.reconnect === true ? 1 : Number.POSITIVE_INFINITY,
    secure: tls === "implicit",
    ignoreTLS: tls === undefined,
    requireTLS: tls === "required",
    tls: { ca },
    auth: auth === undefined ? undefined : { user: auth.username, pass: auth.password },
  });
  const envelope = { from: FROM, to: TO };
  const raw = rawMessage(bytes);
  const messages = {
    raw: () => ({ envelope, raw }),
    fields,
    file: () => ({ ...fields(), attachments: [{ path: file }] }),
  };
  const message = messages[kind];
  const inFlight = job.inFlight ?? Math.max(64, connections * 16);
  return {
    send: (count) => drive(count, inFlight, () => transport.sendMail(message())),
    close: async () => transport.close(),
  };
});
