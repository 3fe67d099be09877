// I25: the name said to the server, on hosts of several names.
import { client, replay, server } from "@wirepost/test-server";
import { expect, it, vi } from "vitest";
import { dotnetSmtp } from "./doors.js";

const host = vi.hoisted(() => ({ name: "" }));
vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  hostname: () => host.name,
}));

/** Says EHLO to a server that wants to hear this line. */
async function greets(line: string, settings: readonly string[]): Promise<void> {
  await using mx = await replay([
    server("220 mx\r\n"),
    client(`EHLO ${line}\r\n`),
    server("250 mx\r\n"),
    client("QUIT\r\n"),
    server("221 bye\r\n"),
  ]);
  const { smtp } = dotnetSmtp(mx.port);
  for (const setting of settings) smtp.Config(setting);
  await smtp.Connect();
  await smtp.Disconnect();
  await mx.finished();
}

it.each([
  ["a domain", "mail.example.com", "mail.example.com", "mail.example.com"],
  ["a single label", "mail", "", "[127.0.0.1]"],
  ["no domain at all", "my_mail", "", "[127.0.0.1]"],
])("where the host's name is %s, Hello reads as what is said, and can be written back", async (...row) => {
  const [, name, read, said] = row;
  host.name = name;
  const value = dotnetSmtp(1).smtp.Config("Hello");
  expect(value).toBe(read);
  await greets(said, []);
  await greets(said, [`Hello=${value}`]);
});

it("a name that was set is said as it is, the host's own too", async () => {
  host.name = "mail";
  await greets("mail", ["Hello=mail"]);
  await greets("[127.0.0.1]", ["Hello=mail", "Hello="]);
});
