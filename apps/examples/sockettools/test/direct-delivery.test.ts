import { recordingServer } from "@wirepost/test-server";
import { expect, it } from "vitest";
import { deliverDirectly, type Mail } from "../src/samples/direct-delivery.js";

/** A name server that knows the mail exchangers of one domain. */
function knows(domain: string, exchangers: readonly string[]): NonNullable<Mail["resolver"]> {
  return {
    resolve: async (name, type) => ({
      status: name === domain && exchangers.length > 0 ? "records" : "no-data",
      type,
      name,
      canonicalName: name,
      records: (name === domain
        ? exchangers.map((exchange, at) => ({ exchange, preference: 10 * at, ttlSeconds: 300 }))
        : []) as never,
      ttlSeconds: 300,
      authenticated: false,
      server: "127.0.0.1",
    }),
  };
}

const MAIL = {
  sender: "ann@example.com",
  recipient: "bob@localhost",
  message: "Subject: Straight to you\r\n\r\nHello\r\n",
};

it("tries the exchangers in their order", async () => {
  await using target = await recordingServer({ host: "localhost" });
  const lines: string[] = [];
  const resolver = knows("localhost", ["nowhere.invalid", "localhost"]);
  expect(await deliverDirectly({ ...MAIL, port: target.port, resolver }, (line) => lines.push(line))).toBe(
    true,
  );
  expect(lines).toEqual([expect.stringMatching(/^nowhere\.invalid: /), "localhost has it"]);
  expect(target.messages).toHaveLength(1);
});

it("a domain without exchangers is the host itself", async () => {
  await using target = await recordingServer({ host: "localhost" });
  const resolver = knows("localhost", []);
  expect(await deliverDirectly({ ...MAIL, port: target.port, resolver }, () => undefined)).toBe(true);
  expect(target.messages[0]?.to[0]?.address).toBe("bob@localhost");
});
