// emailjs takes no ready message; text of the same size stands in for it. One client holds one connection.
import { SMTPClient } from "emailjs";
import { FROM, fields, TO, textOf } from "./messages.mjs";
import { drive, serve } from "./serve.mjs";

serve(async ({ port, connections = 1, bytes = 2048, kind = "raw", file, tls, ca, auth, reconnect }) => {
  const open = () =>
    new SMTPClient({
      host: tls === undefined ? "127.0.0.1" : "localhost",
      port,
      domain: "bench.example",
      ssl: tls === "implicit" ? { ca } : false,
      tls: tls === "required" ? { ca } : false,
      ...(auth === undefined
        ? {}
        : { user: auth.username, password: auth.password, authentication: ["PLAIN"] }),
      timeout: 600_000,
    });
  const clients = Array.from({ length: connections }, open);
  const text = textOf(bytes);
  const { html, headers, ...rest } = fields();
  const messages = {
    raw: () => ({ from: FROM, to: TO, subject: "Bench", text }),
    fields: () => ({ ...rest, ...headers, attachment: [{ data: html, alternative: true }] }),
    file: () => ({
      ...rest,
      attachment: [
        { data: html, alternative: true },
        { path: file, type: "application/octet-stream", name: "a.bin" },
      ],
    }),
  };
  let next = 0;
  return {
    send: (count) => {
      if (reconnect) clients[0] = open();
      return drive(count, connections * 16, () => clients[next++ % connections].sendAsync(messages[kind]()));
    },
    close: async () => {
      for (const client of clients) client.smtp.close();
    },
  };
});
