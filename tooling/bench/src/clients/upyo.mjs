// Upyo takes no ready message; text of the same size stands in for it. A batch holds one connection.
import { createMessage } from "@upyo/core";
import { SmtpTransport } from "@upyo/smtp";
import { FROM, fields, TO, textOf } from "./messages.mjs";
import { serve } from "./serve.mjs";

serve(async ({ port, connections = 1, bytes = 2048, kind = "raw", tls, ca, auth, reconnect = false }) => {
  const transport = new SmtpTransport({
    host: tls === undefined ? "127.0.0.1" : "localhost",
    port,
    secure: tls === "implicit",
    localName: "bench.example",
    poolSize: connections,
    pool: !reconnect,
    ...(ca === undefined ? {} : { tls: { ca: [ca] } }),
    ...(auth === undefined ? {} : { auth: { user: auth.username, pass: auth.password } }),
  });
  const text = textOf(bytes);
  const messages = {
    raw: () => createMessage({ from: FROM, to: TO, subject: "Bench", content: { text } }),
    fields: () => {
      const { from, to, subject, html, text: plain, headers } = fields();
      return createMessage({ from, to, subject, content: { text: plain, html }, headers });
    },
  };
  const message = messages[kind];
  const batch = async (count) => {
    const source = (function* () {
      for (let i = 0; i < count; i++) yield message();
    })();
    for await (const receipt of transport.sendMany(source)) {
      if (!receipt.successful) throw new Error(receipt.errorMessages.join("; "));
    }
  };
  return {
    send: (count) =>
      Promise.all(
        Array.from({ length: connections }, (_, i) =>
          batch(Math.floor(count / connections) + (i < count % connections ? 1 : 0)),
        ),
      ).then(() => undefined),
    close: () => transport.closeAllConnections(),
  };
});
