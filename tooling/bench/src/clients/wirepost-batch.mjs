// sendAll of a long source, with the memory as it goes.
import { SmtpClient } from "@wirepost/smtp-client";
import { fields } from "./messages.mjs";
import { serve } from "./serve.mjs";

serve(async ({ port, connections = 5 }) => {
  const client = new SmtpClient({ host: "127.0.0.1", port, tls: "none", maxConnections: connections });
  return {
    async send(count) {
      const rss = [];
      const heap = [];
      let ended = 0;
      const source = (async function* () {
        for (let i = 0; i < count; i++) yield { ...fields(), subject: `Number ${i}` };
      })();
      for await (const { error } of client.sendAll(source)) {
        if (error !== undefined) throw error;
        if (++ended % Math.ceil(count / 40) === 0) {
          rss.push(process.memoryUsage.rss());
          heap.push(process.memoryUsage().heapUsed);
        }
      }
      if (ended !== count) throw new Error(`${ended} results for ${count} messages`);
      return { rss, heap };
    },
    close: () => client.close(),
  };
});
