import { readFileSync } from "node:fs";
import { type ClientOptions, SendError, SmtpClient, type TlsPolicy } from "@wirepost/smtp-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PythonReader, startPythonReader } from "../../src/raw/python-email.js";
import { ACCOUNTS, type MailServer, SERVER_NAME } from "../../src/servers/mail-server.js";
import { KINDS, type MessageKind } from "./messages.js";

/** One way to a server: a port, a TLS policy and a mechanism. */
export interface Way<Port extends string> {
  readonly port: Port;
  readonly tls: TlsPolicy;
  readonly mechanism?: string | undefined;
  readonly more?: Partial<ClientOptions> | undefined;
  /** Sends the heavy messages too. */
  readonly heavy?: boolean | undefined;
  /** False: the server announces no SMTPUTF8 here, and the client has to refuse what needs it. Default true. */
  readonly smtpUtf8?: boolean | undefined;
  /** False: the server announces no 8BITMIME here, so eight-bit content does not arrive as it was. Default true. */
  readonly eightBit?: boolean | undefined;
}

export function nameOf<Port extends string>(way: Way<Port>): string {
  const more = way.more === undefined ? "" : `, ${JSON.stringify(way.more)}`;
  return `${way.port}, TLS ${way.tls}, ${way.mechanism ?? "no login"}${more}`;
}

export function clientFor<Port extends string>(
  server: MailServer<Port>,
  way: Way<Port>,
  more: Partial<ClientOptions> = {},
): SmtpClient {
  return new SmtpClient({
    host: server.host,
    port: server.ports[way.port],
    clientName: "client.example.test",
    tls: { policy: way.tls, servername: SERVER_NAME, ca: readFileSync(server.caFile, "utf8") },
    ...(way.mechanism === undefined
      ? {}
      : { auth: { ...ACCOUNTS.ann, mechanisms: [way.mechanism], allowClearText: way.tls === "none" } }),
    ...way.more,
    ...more,
  });
}

let counter = 0;

/** A subject that no other message of the run has. */
export function newSubject(): string {
  counter += 1;
  return `message-${counter}`;
}

async function sendOne<Port extends string>(
  server: MailServer<Port>,
  client: SmtpClient,
  kind: MessageKind,
  python: PythonReader,
  eightBit: boolean,
): Promise<void> {
  const subject = newSubject();
  const from = kind.from ?? "ann@example.test";
  const to = kind.to ?? "bob@example.test";
  const message = kind.build(subject);
  const options = message.raw === undefined ? {} : { envelope: { from, to } };
  const receipt = await client.send(message, options);
  expect(receipt.accepted.map(({ address }) => address)).toEqual([to]);
  expect(receipt.reply.code).toBe(250);
  const [stored, ...others] = await server.waitForMessages(1, (found) => found.subject === subject);
  expect(others).toEqual([]);
  const check = eightBit ? kind.check : (kind.checkRecoded ?? kind.check);
  await check(stored!.content, subject, python);
}

/** Every kind of message over every way. */
export function describeMatrix<Port extends string>(
  name: string,
  start: () => Promise<MailServer<Port>>,
  ways: readonly Way<Port>[],
): void {
  describe(name, () => {
    let server: MailServer<Port>;
    let python: PythonReader;
    beforeAll(async () => {
      python = await startPythonReader();
      server = await start();
    });
    afterAll(async () => {
      await server?.stop();
      await python?.stop();
    });

    for (const way of ways) {
      describe(nameOf(way), () => {
        let client: SmtpClient;
        beforeAll(() => {
          client = clientFor(server, way);
        });
        afterAll(() => client.close());

        const kinds = KINDS.filter(
          (kind) =>
            (way.heavy || kind.heavy !== true) && (way.smtpUtf8 !== false || kind.needsSmtpUtf8 !== true),
        );
        test.each(kinds)("$name", (kind) => sendOne(server, client, kind, python, way.eightBit !== false));

        if (way.smtpUtf8 === false) {
          test("an address outside ASCII is refused before MAIL", async () => {
            const { build } = KINDS.find((kind) => kind.needsSmtpUtf8 === true)!;
            const error = await client.send(build(newSubject())).catch((raised: unknown) => raised);
            if (!SendError.is(error)) throw error;
            expect(error.code).toMatch(/_SMTPUTF8_/);
            expect(error.state).toBe("not-sent");
            expect(error.reply).toBeUndefined();
          });
        }
      });
    }
  });
}
