import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { DIAGNOSTICS_CHANNELS } from "@wirepost/smtp-client";
import type { DnsResolver } from "@wirepost/socket-core/dns";
import { stalls } from "@wirepost/test-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeDns } from "./fake-dns.js";
import { Internet, LETTER, outcomes } from "./internet.js";
import { Peak } from "./peak.js";

let net: Internet;
beforeEach(() => {
  net = new Internet();
});
afterEach(() => net.close());

describe("several domains", () => {
  it("one receipt with a result for each recipient, in the order of the envelope", async () => {
    const [one, two] = [
      await net.server("mx.one.test", "127.0.0.2"),
      await net.server("mx.two.test", "127.0.0.3"),
    ];
    net.domain("one.test", "mx.one.test");
    net.domain("two.test", "mx.two.test");
    net.domain("none.test", "");
    net.zone["A bare.test"] = [{ address: "127.0.0.3" }];
    const to = [
      "a@one.test",
      "b@two.test",
      "c@none.test",
      "d@one.test",
      "e@bare.test",
      "dataReject@two.test",
    ];
    const receipt = await net.delivery().send(LETTER, { envelope: { from: null, to } });
    expect(await outcomes(Promise.resolve(receipt))).toEqual([
      "a@one.test accepted 250",
      "b@two.test rejected 550",
      "c@none.test not-sent ERR_DELIVERY_NULL_MX",
      "d@one.test accepted 250",
      "e@bare.test accepted 250",
      "dataReject@two.test rejected 550",
    ]);
    expect(one.messages[0]?.from.address).toBe("");
    expect(two.messages).toHaveLength(1);
    expect(receipt.accepted).toHaveLength(3);
    // The same octets for everybody.
    expect(two.messages[0]?.text.slice(0, 20)).toBe(one.messages[0]?.text.slice(0, 20));
  });

  it("thousands of recipients: grouped, split, and never more connections than allowed", async () => {
    const servers = await Promise.all([2].map((last) => net.server("mx.big.test", `127.0.0.${last}`)));
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, servers[0]?.openConnections ?? 0);
    }, 1);
    const to: string[] = [];
    for (let domain = 0; domain < 40; domain++) {
      net.domain(`d${domain}.test`, "mx.big.test");
      for (let user = 0; user < 50; user++) to.push(`u${user}@d${domain}.test`);
    }
    const delivery = net.delivery({ maxConnectionsPerServer: 3, maxRecipientsPerTransaction: 20 });
    const receipt = await delivery.send(LETTER, { envelope: { from: "ann@example.com", to } });
    clearInterval(watch);
    expect(receipt.accepted).toHaveLength(2000);
    expect(servers[0]?.messages).toHaveLength(40 * 3);
    expect(servers[0]?.connectionCount).toBeLessThanOrEqual(3);
    expect(most).toBeLessThanOrEqual(3);
  });

  it("a server that stalls keeps nobody waiting but those who are for it", async () => {
    await net.scripted("mx.slow.test", "127.0.0.2", stalls());
    const quick = await net.server("mx.quick.test", "127.0.0.3");
    const to: string[] = [];
    for (let domain = 0; domain < 12; domain++) {
      net.domain(`slow${domain}.test`, "mx.slow.test");
      to.push(`bob@slow${domain}.test`);
    }
    net.domain("quick.test", "mx.quick.test");
    const controller = new AbortController();
    let delivered = () => {};
    const done = new Promise<void>((resolve) => {
      delivered = resolve;
    });
    const delivery = net.delivery({ maxConnections: 3, maxConnectionsPerServer: 2, onAttempt: delivered });
    const { signal } = controller;
    const sending = delivery.send({ ...LETTER, to: [...to, "cy@quick.test"] }, { signal });
    await done;
    expect(quick.messages).toHaveLength(1);
    controller.abort();
    expect((await sending).recipients.map(({ outcome }) => outcome)).toEqual([
      ...to.map(() => "not-sent"),
      "accepted",
    ]);
  });

  it("many messages to one domain share its few connections, whatever its servers would take", async () => {
    const server = await net.server("mx.one.test", "127.0.0.2", { dataReplyDelayMs: 5 });
    net.domain("one.test", "mx.one.test");
    const sessions = new Peak();
    const raw = new TextEncoder().encode("From: ann@example.com\r\n\r\nHello\r\n");
    let done = 0;
    const delivery = net.delivery({
      maxConnectionsPerDomain: 2,
      maxConnectionsPerServer: 8,
      onAttempt: () => {
        done++;
        sessions.end();
      },
    });
    const envelope = { from: "ann@example.com", to: ["bob@one.test"] };
    const beforeContent = () => sessions.begin();
    await Promise.all(Array.from({ length: 20 }, () => delivery.send({ raw }, { envelope, beforeContent })));
    expect([done, server.messages.length, server.connectionCount]).toEqual([20, 20, 2]);
    expect(sessions.most).toBe(2);
  });

  it("kept sessions count: one server under many names sees no more connections than it is to see", async () => {
    const server = await net.server("mx0.test", "127.0.0.2");
    const to: string[] = [];
    for (let domain = 0; domain < 20; domain++) {
      net.zone[`A mx${domain}.test`] = [{ address: "127.0.0.2" }];
      net.domain(`d${domain}.test`, `mx${domain}.test`);
      to.push(`bob@d${domain}.test`);
    }
    const sessions = new Peak();
    const onConnection = (message: unknown) => {
      const { state } = message as { state: string };
      if (state === "open") sessions.begin();
      if (state === "closed") sessions.end();
    };
    subscribe(DIAGNOSTICS_CHANNELS.connection, onConnection);
    const settings = { maxConnectionsPerServer: 2, maxConnections: 8, idleTimeoutMs: 60_000 };
    const receipt = await net.delivery(settings).send({ ...LETTER, to });
    unsubscribe(DIAGNOSTICS_CHANNELS.connection, onConnection);
    expect(receipt.accepted).toHaveLength(20);
    // Whom a session was opened for by one name, it serves by no other.
    expect(server.connectionCount).toBe(20);
    // While one leaves to make room, another place may be taken.
    expect(sessions.most).toBeLessThanOrEqual(2 + 1);
  });

  it("ten thousand domains: no more questions, connections and copies of the content at a time than allowed", async () => {
    const server = await net.server("mx.big.test", "127.0.0.2");
    const to: string[] = [];
    for (let domain = 0; domain < 10_000; domain++) {
      // Every hundredth has a server, the others refuse mail.
      net.domain(`d${domain}.test`, domain % 100 === 0 ? "mx.big.test" : "");
      to.push(`bob@d${domain}.test`);
    }
    const asking = new Peak();
    const reading = new Peak();
    const dns = new FakeDns(net.zone);
    const resolver: DnsResolver = {
      resolve: (name, type) => asking.during(async () => dns.resolve(name, type)),
    };
    const raw = async function* () {
      reading.begin();
      try {
        yield new TextEncoder().encode("From: ann@example.com\r\n\r\n");
        for (let block = 0; block < 10; block++)
          yield new TextEncoder().encode("x".repeat(78).concat("\r\n").repeat(100));
      } finally {
        reading.end();
      }
    };
    const delivery = net.delivery({ resolver, maxConnections: 8, sts: false });
    const receipt = await delivery.send({ raw }, { envelope: { from: "ann@example.com", to } });
    expect(receipt.accepted).toHaveLength(100);
    expect(server.messages).toHaveLength(100);
    expect(server.connectionCount).toBeLessThanOrEqual(4);
    expect(asking.most).toBeLessThanOrEqual(8 * 2);
    expect(reading.most).toBeLessThanOrEqual(4);
  });

  it("a domain that is down is left alone, the others are not", async () => {
    await net.server("mx.up.test", "127.0.0.2");
    net.down("mx.down.test", "127.0.0.3");
    net.domain("up.test", "mx.up.test");
    net.domain("down.test", "mx.down.test");
    const delivery = net.delivery();
    const send = () => outcomes(delivery.send({ ...LETTER, to: ["a@up.test", "b@down.test"] }));
    expect(await send()).toEqual(["a@up.test accepted 250", "b@down.test not-sent ERR_SOCKET_REFUSED"]);
    expect(await send()).toEqual(["a@up.test accepted 250", "b@down.test not-sent ERR_DELIVERY_BACKOFF"]);
  });

  it("content that can be read once reaches everybody", async () => {
    const [one, two] = [
      await net.server("mx.one.test", "127.0.0.2"),
      await net.server("mx.two.test", "127.0.0.3"),
    ];
    net.domain("one.test", "mx.one.test");
    net.domain("two.test", "mx.two.test");
    const stream = async function* () {
      yield new TextEncoder().encode("From: ann@example.com\r\nTo: a@one.test, b@two.test\r\n\r\n");
      yield new TextEncoder().encode("x".repeat(70).concat("\r\n").repeat(2000));
    };
    const envelope = { from: "ann@example.com", to: ["a@one.test", "b@two.test"] };
    const receipt = await net.delivery().send({ raw: stream() }, { envelope });
    expect(receipt.accepted).toHaveLength(2);
    expect(one.messages[0]?.content.length).toBeGreaterThan(144_000);
    expect(two.messages[0]?.content).toEqual(one.messages[0]?.content);
    const refused = net.delivery({ maxKeptBytes: 1000 }).send({ raw: stream() }, { envelope });
    await expect(refused).rejects.toMatchObject({ code: "ERR_DELIVERY_NOT_REPEATABLE", phase: "compose" });
  });
});
