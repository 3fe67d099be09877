import type { CaughtMessage } from "../src/serve/caught-message.js";
import { parseMessage } from "../src/serve/parsed-message.js";

/** A caught message with this content (latin1: one character, one octet). */
export async function caught(content: string, change: Partial<CaughtMessage> = {}): Promise<CaughtMessage> {
  const octets = new Uint8Array(Buffer.from(content, "latin1"));
  return {
    id: "20260102T030405678Z-0123456789ab",
    number: 1,
    receivedAt: new Date("2026-01-02T03:04:05.678Z"),
    envelope: {
      from: "ann@example.com",
      to: [{ address: "bob@example.org", notify: [], originalRecipient: null }],
      body: "7bit",
      smtpUtf8: false,
      requireTls: false,
      dsnReturn: null,
      envelopeId: null,
    },
    session: {
      clientName: "client.example",
      remoteAddress: "127.0.0.1",
      remotePort: 40_000,
      protocol: "ESMTPSA",
      tls: { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
      login: { username: "ann", mechanism: "PLAIN" },
    },
    content: octets,
    parsed: await parseMessage(octets),
    ...change,
  };
}
