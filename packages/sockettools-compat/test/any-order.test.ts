// S1 and S9 as a law: whatever is called in whatever order, nothing throws, LastError tells what was returned, and the server has
// exactly the messages for which a call returned 0.
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SmtpClient, smtpOptionExtended } from "../src/index.js";
import { clientFor } from "./recorder.js";

let server: RecordingServer;
beforeAll(async () => {
  server = await recordingServer({ sizeBytes: 100_000 });
});
afterAll(() => server.close());

const text = (id: number): string => `Subject: ${id}\r\n\r\n.\r\nHello\r\n`;

type Step = (client: SmtpClient, id: number) => Promise<number>;
const STEPS: Readonly<Record<string, Step>> = {
  connect: (client) => client.Connect(),
  extended: (client) => client.Connect({ Options: smtpOptionExtended }),
  send: (client, id) => client.SendMessage("ann@example.com", "bob@example.org", text(id)),
  sendRefused: (client, id) =>
    client.SendMessage("ann@example.com", "bob@example.org,reject550@example.org", text(id)),
  sendNonsense: (client, id) => client.SendMessage("ann@@example", "bob", text(id)),
  create: (client) => client.CreateMessage("ann@example.com", 50),
  createRefused: (client) => client.CreateMessage("reject550@example.com"),
  createLarge: (client) => client.CreateMessage("ann@example.com", 200_000),
  recipient: (client) => client.AddRecipient("bob@example.org"),
  recipientRefused: (client) => client.AddRecipient("temp450@example.org"),
  write: (client, id) => client.Write(text(id)),
  append: (client) => client.AppendMessage("more\n"),
  appendEightBit: (client) => client.AppendMessage("mehr\xe9\n"),
  close: (client) => client.CloseMessage(),
  reset: (client) => client.Reset(),
  noop: (client) => client.Command("NOOP"),
  mail: (client) => client.Command("MAIL FROM:<ann@example.com>"),
  rcpt: (client) => client.Command("RCPT TO:<bob@example.org>"),
  data: (client) => client.Command("DATA"),
  verify: (client) => client.VerifyAddress("bob@example.org"),
  login: (client) => client.Authenticate("ann", "secret"),
  cancel: async (client) => client.Cancel(),
  disconnect: (client) => client.Disconnect(),
};

const sequences = fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 5, maxLength: 25 });

it("nothing throws, and 0 means that it was done", async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (names) => {
      server.clear();
      const client = clientFor(server);
      let taken = 0;
      try {
        for (const [id, name] of ["extended", ...names].entries()) {
          const result = await (STEPS[name] as Step)(client, id);
          if (name === "write") expect(result === -1 || result === text(id).length, name).toBe(true);
          else expect(result, name).toBeGreaterThanOrEqual(0);
          if (name !== "cancel")
            expect(client.LastError === 0, name).toBe(name === "write" ? result !== -1 : result === 0);
          if (name !== "cancel" && name !== "write") expect(client.LastError, name).toBe(result);
          expect(client.LastErrorString === "", name).toBe(client.LastError === 0);
          if (result === 0 && ["send", "close"].includes(name)) taken++;
          expect(server.messages, name).toHaveLength(taken);
        }
      } finally {
        client.Uninitialize();
      }
    }),
    { numRuns: 30 },
  );
});
