// Composes the small message and reads it to its end; nothing is sent.

import { fields } from "./messages.mjs";
import { serve } from "./serve.mjs";

const COMPOSERS = {
  async wirepost() {
    const { composeMessage } = await import("@wirepost/mime-message");
    return () => composeMessage(fields(), { transport: "8bit", smtpUtf8: false }).content;
  },
  async nodemailer() {
    const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
    return () =>
      new Promise((resolve, reject) =>
        new MailComposer(fields())
          .compile()
          .build((error, octets) => (error ? reject(error) : resolve(octets))),
      );
  },
  async emailjs() {
    const { Message } = await import("emailjs");
    return async () => {
      const { html, headers, ...rest } = fields();
      return Buffer.from(
        await new Message({
          ...rest,
          ...headers,
          attachment: [{ data: html, alternative: true }],
        }).readAsync(),
      );
    };
  },
  /** Upyo does not show its composer; a connection that only takes the text stands in for the server. */
  async upyo() {
    const { createMessage } = await import("@upyo/core");
    const { SmtpTransport } = await import("@upyo/smtp");
    const transport = new SmtpTransport({ host: "127.0.0.1", port: 9, pool: true });
    let taken;
    transport.connectionPool.push({
      sendMessage: async ({ raw }) => {
        taken = Buffer.from(raw);
        return "";
      },
      reset: async () => undefined,
    });
    return async () => {
      const { from, to, subject, html, text, headers } = fields();
      await transport.send(createMessage({ from, to, subject, content: { text, html }, headers }));
      return taken;
    };
  },
};

serve(async ({ composer }) => {
  const compose = await COMPOSERS[composer]();
  const first = Buffer.from(await compose()).toString("latin1");
  if (!/^X-Campaign: autumn\r$/im.test(first) || !first.includes("you asked for")) throw new Error(first);
  return {
    async send(count) {
      let octets = 0;
      for (let i = 0; i < count; i++) {
        const content = compose();
        octets += (content instanceof Uint8Array ? content : await content).length;
      }
      if (octets < count * 500) throw new Error(`${octets} octets`);
    },
    close: async () => undefined,
  };
});
