import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { type AddressInfo, createServer, type Server } from "node:net";
import packet, { type Answer, type DecodedPacket, type Packet } from "dns-packet";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { codeOf, rejection, until } from "../../test/servers.js";
import { Resolver } from "../dns.js";
import type { SocketError } from "../index.js";
import { decodeReply, readAnswer } from "./message.js";

type Reply = Buffer | "silence" | Partial<Packet & { flags: number }>;
type Handler = (
  question: { name: string; type: string },
  way: "udp" | "tcp",
  query: DecodedPacket,
) => Reply | Reply[];

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A port that is free for both; the system chooses it for one only. */
async function bothOnOnePort(): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (;;) {
    const tcp = createServer();
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket("udp4");
    const bound = await new Promise<boolean>((resolve) => {
      udp.once("error", () => resolve(false));
      udp.bind(port, "127.0.0.1", () => resolve(true));
    });
    if (bound) return { udp, tcp, port };
    tcp.close();
    udp.close();
  }
}

/** A name server on one port, UDP and TCP. */
async function nameServer(handler: Handler): Promise<string> {
  const { udp, tcp, port } = await bothOnOnePort();
  const replies = (octets: Buffer, way: "udp" | "tcp"): Buffer[] => {
    const query = packet.decode(octets);
    const question = query.questions![0]!;
    const made = handler(question, way, query);
    return (Array.isArray(made) ? made : [made]).flatMap((reply) => {
      if (reply === "silence") return [];
      if (Buffer.isBuffer(reply)) return [reply];
      return [
        Buffer.from(
          packet.encode({ type: "response", id: query.id!, questions: query.questions!, ...reply } as Packet),
        ),
      ];
    });
  };
  udp.on("message", (octets, from: RemoteInfo) => {
    for (const reply of replies(octets, "udp")) udp.send(reply, from.port, from.address);
  });
  tcp.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const reply of replies(chunk.subarray(2), "tcp")) {
        const framed = Buffer.concat([Buffer.from([reply.length >> 8, reply.length & 255]), reply]);
        // in pieces, as TCP may
        socket.write(framed.subarray(0, 1));
        setTimeout(() => socket.write(framed.subarray(1)), 5);
      }
      if (replies.length === 0) socket.end();
    });
  });
  closers.push(() => {
    udp.close();
    tcp.close();
  });
  return `127.0.0.1:${port}`;
}

const AD = 1 << 5;
const TRUNCATED = packet.TRUNCATED_RESPONSE;
const soa = {
  type: "SOA",
  name: "example.org",
  ttl: 900,
  data: {
    mname: "ns.example.org",
    rname: "h.example.org",
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 60,
  },
} as const;

const TYPES: { type: Parameters<Resolver["resolve"]>[1]; answers: Answer[]; records: object[] }[] = [
  {
    type: "A",
    answers: [{ type: "A", name: "x.example", ttl: 60, data: "192.0.2.1" }],
    records: [{ address: "192.0.2.1", ttlSeconds: 60 }],
  },
  {
    type: "AAAA",
    answers: [{ type: "AAAA", name: "x.example", ttl: 60, data: "2001:db8::1" }],
    records: [{ address: "2001:db8::1", ttlSeconds: 60 }],
  },
  {
    type: "MX",
    answers: [
      { type: "MX", name: "X.Example", ttl: 300, data: { preference: 10, exchange: "MX.Example.net" } },
      { type: "MX", name: "x.example", ttl: 30, data: { preference: 0, exchange: "." } },
      { type: "MX", name: "other.example", ttl: 1, data: { preference: 1, exchange: "evil.example" } },
    ],
    records: [
      { preference: 10, exchange: "mx.example.net", ttlSeconds: 300 },
      { preference: 0, exchange: "", ttlSeconds: 30 },
    ],
  },
  {
    type: "TXT",
    answers: [
      { type: "TXT", name: "x.example", ttl: 5, data: [Buffer.from("v=STSv1; "), Buffer.from("id=1;")] },
    ],
    records: [
      {
        text: "v=STSv1; id=1;",
        strings: [new Uint8Array(Buffer.from("v=STSv1; ")), new Uint8Array(Buffer.from("id=1;"))],
        ttlSeconds: 5,
      },
    ],
  },
  {
    type: "SRV",
    answers: [
      {
        type: "SRV",
        name: "x.example",
        ttl: 5,
        data: { priority: 1, weight: 2, port: 465, target: "mail.example" },
      },
    ],
    records: [{ priority: 1, weight: 2, port: 465, target: "mail.example", ttlSeconds: 5 }],
  },
  {
    type: "TLSA",
    answers: [
      {
        type: "TLSA",
        name: "x.example",
        ttl: 5,
        data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from("ab".repeat(32), "hex") },
      },
    ],
    records: [
      {
        usage: 3,
        selector: 1,
        matchingType: 1,
        data: new Uint8Array(Buffer.from("ab".repeat(32), "hex")),
        ttlSeconds: 5,
      },
    ],
  },
  {
    type: "CNAME",
    answers: [{ type: "CNAME", name: "x.example", ttl: 5, data: "y.example" }],
    records: [{ name: "y.example", ttlSeconds: 5 }],
  },
];

describe("records", () => {
  it.each(TYPES)("$type, with TTL and AD bit", async ({ type, answers, records }) => {
    let asked: DecodedPacket | undefined;
    const server = await nameServer((_question, _way, query) => {
      asked = query;
      return { answers, flags: AD };
    });
    const answer = await new Resolver({ servers: [server] }).resolve("X.example.", type);
    expect(answer).toMatchObject({
      status: "records",
      name: "x.example",
      canonicalName: "x.example",
      authenticated: true,
      server: "127.0.0.1",
    });
    expect(answer.records).toEqual(records);
    expect(answer.ttlSeconds).toBe(Math.min(...answer.records.map((record) => record.ttlSeconds)));
    expect(asked?.flag_ad).toBe(true);
    expect(asked?.additionals?.[0]).toMatchObject({ type: "OPT", udpPayloadSize: 1232 });
  });

  it("follows aliases within an answer and over answers; one unvalidated link is enough to lose AD", async () => {
    const server = await nameServer(({ name }) =>
      name === "a.example"
        ? {
            flags: AD,
            answers: [
              { type: "CNAME", name, ttl: 100, data: "b.example" },
              { type: "CNAME", name: "b.example", ttl: 50, data: "c.example" },
            ],
          }
        : { answers: [{ type: "A", name, ttl: 70, data: "192.0.2.9" }] },
    );
    const answer = await new Resolver({ servers: [server] }).resolve("a.example", "A");
    expect(answer).toMatchObject({
      name: "a.example",
      canonicalName: "c.example",
      ttlSeconds: 50,
      authenticated: false,
    });
  });

  it("an alias loop ends", async () => {
    const server = await nameServer(({ name }) => ({
      answers: [{ type: "CNAME", name, ttl: 1, data: name === "a.example" ? "b.example" : "a.example" }],
    }));
    expect(await codeOf(new Resolver({ servers: [server] }).resolve("a.example", "A"))).toBe(
      "ERR_SOCKET_DNS_PROTOCOL",
    );
  });

  it("says no in two ways, with the TTL of the SOA", async () => {
    const server = await nameServer(({ name }) =>
      name === "no.example" ? { flags: AD | 3, authorities: [soa] } : { authorities: [soa] },
    );
    const resolver = new Resolver({ servers: [server] });
    expect(await resolver.resolve("no.example", "TLSA")).toMatchObject({
      status: "no-such-name",
      records: [],
      ttlSeconds: 60,
      authenticated: true,
    });
    expect(await resolver.resolve("empty.example", "MX")).toMatchObject({
      status: "no-data",
      records: [],
      ttlSeconds: 60,
    });
  });
});

describe("transport", () => {
  it("a truncated answer is asked for again by TCP", async () => {
    const ways: string[] = [];
    const answers = Array.from({ length: 200 }, (_, index) => ({
      type: "A" as const,
      name: "x.example",
      ttl: 1,
      data: `192.0.2.${index}`,
    }));
    const server = await nameServer((_question, way) => {
      ways.push(way);
      return way === "udp" ? { flags: TRUNCATED } : { answers };
    });
    const answer = await new Resolver({ servers: [server] }).resolve("x.example", "A");
    expect([ways, answer.records.length]).toEqual([["udp", "tcp"], 200]);
  });

  it("goes on to the next server after silence, failure and refusal", async () => {
    const bad = await Promise.all([
      nameServer(() => "silence"),
      nameServer(() => ({ flags: 2 })),
      nameServer(() => ({ flags: 5 })),
      nameServer(() => Buffer.from("not DNS at all")),
    ]);
    const good = await nameServer(({ name }) => ({
      answers: [{ type: "A", name, ttl: 1, data: "192.0.2.1" }],
    }));
    const answer = await new Resolver({ servers: [...bad, good], timeoutMs: 300 }).resolve("x.example", "A");
    expect(answer.records).toHaveLength(1);
  });

  it("datagrams with another number or question are not the answer", async () => {
    const server = await nameServer(({ name }, _way, query) => [
      { id: (query.id! + 1) & 0xffff, answers: [{ type: "A", name, ttl: 1, data: "203.0.113.66" }] },
      {
        questions: [{ type: "A", name: "evil.example" }],
        answers: [{ type: "A", name, ttl: 1, data: "203.0.113.66" }],
      },
      { questions: [], answers: [{ type: "A", name, ttl: 1, data: "203.0.113.66" }] },
      { answers: [{ type: "A", name, ttl: 1, data: "192.0.2.1" }] },
    ]);
    const answer = await new Resolver({ servers: [server] }).resolve("x.example", "A");
    expect(answer.records).toEqual([{ address: "192.0.2.1", ttlSeconds: 1 }]);
  });

  it.each([
    ["silence", "silence" as Reply, "ERR_SOCKET_DNS_TIMEOUT"],
    ["SERVFAIL", { flags: 2 }, "ERR_SOCKET_DNS_SERVFAIL"],
    ["REFUSED", { flags: 5 }, "ERR_SOCKET_DNS_REFUSED"],
    ["FORMERR", { flags: 1 }, "ERR_SOCKET_DNS_PROTOCOL"],
  ])("%s everywhere", async (_name, reply, code) => {
    for (const tcp of [false, true]) {
      const server = await nameServer(() => reply);
      const error = await rejection(
        new Resolver({
          servers: [server],
          timeoutMs: reply === "silence" ? 40 : 10_000,
          rounds: 1,
          tcp,
        }).resolve("x.example", "A"),
      );
      expect((error as SocketError).code).toBe(code);
      expect((error as SocketError).phase).toBe("dns");
    }
  });

  it("a signal ends it", async () => {
    let asked = 0;
    const server = await nameServer(() => {
      asked++;
      return "silence";
    });
    const controller = new AbortController();
    const waiting = codeOf(
      new Resolver({ servers: [server] }).resolve("x.example", "A", { signal: controller.signal }),
    );
    await until(() => asked === 1);
    controller.abort();
    expect(await waiting).toBe("ERR_SOCKET_ABORTED");
    expect(asked).toBe(1);
  });
});

describe("bad input", () => {
  it.each([
    "",
    ".",
    "a..b",
    `${"x".repeat(64)}.example`,
    `${"abc.".repeat(70)}example`,
    "a b.example",
    "a\0b",
    "münchen.example",
  ])("name %j", async (name) => {
    expect(await codeOf(new Resolver({ servers: ["127.0.0.1:1"] }).resolve(name, "A"))).toBe(
      "ERR_SOCKET_DNS_NAME",
    );
  });

  it.each([
    { servers: ["ns.example"] },
    { servers: ["127.0.0.1:0"] },
    { rounds: 0 },
    { udpPayloadBytes: 100 },
  ])("%j", (options) => {
    expect(() => new Resolver(options)).toThrow(expect.objectContaining({ code: "ERR_SOCKET_BAD_OPTION" }));
  });

  it("no servers", async () => {
    expect(await codeOf(new Resolver({ servers: [] }).resolve("x.example", "A"))).toBe(
      "ERR_SOCKET_DNS_NO_SERVERS",
    );
  });

  it("an address record that is cut short is no address", () => {
    const cut = Buffer.from(
      "000781800001000100000000" + // an answer of one record
        "076578616d706c6503636f6d0000010001" + // to A of example.com
        "c00c0001000100000005", // which ends before its address
      "hex",
    );
    expect(() =>
      readAnswer(decodeReply(cut, 7, "example.com", "A") as DecodedPacket, "example.com", "A", "192.0.2.53"),
    ).toThrow(expect.objectContaining({ code: "ERR_SOCKET_DNS_PROTOCOL" }));
  });

  it("whatever octets a server sends, only our errors are thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        try {
          decodeReply(octets, 0x1234, "x.example", "A");
          decodeReply(Uint8Array.from([0x12, 0x34, ...octets]), 0x1234, "x.example", "A");
        } catch (error) {
          expect((error as SocketError).code).toBe("ERR_SOCKET_DNS_PROTOCOL");
        }
      }),
    );
  });
});
