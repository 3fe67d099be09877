import { client, clientContent, ends, resets, server, stalls } from "@wirepost/test-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Internet, LETTER, outcomes } from "./internet.js";

let net: Internet;
beforeEach(() => {
  net = new Internet();
});
afterEach(() => net.close());

describe("one domain", () => {
  it("everybody travels in one session, and the next message in the same", async () => {
    const mx1 = await net.server("mx1.example.org", "127.0.0.2");
    net.domain("example.org", "mx1.example.org");
    const delivery = net.delivery();
    const to = ["bob@example.org", "cy@EXAMPLE.org", "reject550@example.org"];
    const receipt = await delivery.send({ ...LETTER, to });
    expect(await outcomes(Promise.resolve(receipt))).toEqual([
      "bob@example.org accepted 250",
      "cy@EXAMPLE.org accepted 250",
      "reject550@example.org rejected 550",
    ]);
    const [message] = mx1.messages;
    expect(message?.to.map(({ address }) => address)).toHaveLength(2);
    expect(message?.clientName).toBe("mail.example.com");
    expect(message?.text).toContain(`Message-ID: ${receipt.messageId}`);
    const second = await delivery.send({ ...LETTER, to: "bob@example.org" });
    expect(second.attempts).toEqual([
      {
        domain: "example.org",
        host: "mx1.example.org",
        address: "127.0.0.2",
        tls: "opportunistic",
        secured: "plaintext",
        reused: true,
        error: undefined,
      },
    ]);
    expect(mx1.connectionCount).toBe(1);
  });

  it("the first exchanger is down: the next one has the mail", async () => {
    const mx2 = await net.server("mx2.example.org", "127.0.0.3");
    net.down("mx1.example.org", "127.0.0.2");
    net.domain("example.org", "mx1.example.org", "mx2.example.org");
    const receipt = await net.delivery().send({ ...LETTER, to: "bob@example.org" });
    expect(receipt.attempts.map(({ host, error }) => [host, error?.code])).toEqual([
      ["mx1.example.org", "ERR_SOCKET_REFUSED"],
      ["mx2.example.org", undefined],
    ]);
    expect(mx2.messages).toHaveLength(1);
  });

  it("a server that is down on one address is tried on the other", async () => {
    await net.server("mx1.example.org", "127.0.0.3");
    net.zone["A mx1.example.org"] = [{ address: "127.0.0.2" }, { address: "127.0.0.3" }];
    net.domain("example.org", "mx1.example.org");
    expect(await outcomes(net.delivery().send({ ...LETTER, to: "bob@example.org" }))).toEqual([
      "bob@example.org accepted 250",
    ]);
  });

  it.each(["421 4.3.2 too busy", "554 5.7.1 not you"])(
    "the first exchanger answers %s: the next one",
    async (greeting) => {
      const mx2 = await net.server("mx2.example.org", "127.0.0.3");
      await net.scripted("mx1.example.org", "127.0.0.2", [server(`${greeting}\r\n`), ends()]);
      net.domain("example.org", "mx1.example.org", "mx2.example.org");
      const receipt = await net.delivery().send({ ...LETTER, to: "bob@example.org" });
      expect(receipt.attempts[0]?.error?.code).toBe("ERR_CLIENT_GREETING_REFUSED");
      expect(mx2.messages).toHaveLength(1);
    },
  );

  it("those who are deferred are offered to the next one, those refused are not", async () => {
    const mx1 = await net.server("mx1.example.org", "127.0.0.2");
    const mx2 = await net.server("mx2.example.org", "127.0.0.3");
    net.domain("example.org", "mx1.example.org", "mx2.example.org");
    const to = ["bob@example.org", "temp451@example.org", "reject550@example.org"];
    expect(await outcomes(net.delivery().send({ ...LETTER, to }))).toEqual([
      "bob@example.org accepted 250",
      "temp451@example.org rejected 451",
      "reject550@example.org rejected 550",
    ]);
    expect([mx1.messages.length, mx2.messages.length, mx2.connectionCount]).toEqual([1, 0, 1]);
  });

  it("whoever may have been sent the message is not asked again", async () => {
    const mx2 = await net.server("mx2.example.org", "127.0.0.3");
    await net.scripted("mx1.example.org", "127.0.0.2", [
      server("220 mx1.example.org\r\n"),
      client("EHLO mail.example.com\r\n"),
      server("250 mx1.example.org\r\n"),
      client(/^MAIL/),
      server("250 ok\r\n"),
      client(/^RCPT/),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      clientContent(),
      resets(),
    ]);
    net.domain("example.org", "mx1.example.org", "mx2.example.org");
    const sending = net.delivery().send({ ...LETTER, to: "bob@example.org" });
    await expect(sending).rejects.toMatchObject({ state: "unknown", retryable: false });
    expect((await outcomes(sending))[0]).toMatch(/^bob@example\.org unknown/);
    expect(mx2.connectionCount).toBe(0);
  });

  it("all are down: not sent, retryable, and the domain is left alone for a while", async () => {
    let now = Date.UTC(2026, 0, 1);
    const other = await net.server("mx.example.net", "127.0.0.9");
    net.down("mx1.example.org", "127.0.0.2");
    net.down("mx2.example.org", "127.0.0.3");
    net.domain("example.org", "mx1.example.org", "mx2.example.org");
    const delivery = net.delivery({ now: () => now });
    const send = () => delivery.send({ ...LETTER, to: "bob@example.org" });
    await expect(send()).rejects.toMatchObject({
      code: "ERR_SOCKET_REFUSED",
      state: "not-sent",
      retryable: true,
    });
    await expect(send()).rejects.toMatchObject({ code: "ERR_DELIVERY_BACKOFF", retryable: true });
    expect(delivery.retryAt("EXAMPLE.org")).toEqual(new Date(now + 60_000));
    now += 60_000;
    await expect(send()).rejects.toMatchObject({ code: "ERR_SOCKET_REFUSED" });
    expect(delivery.retryAt("example.org")).toEqual(new Date(now + 120_000));
    expect(other.connectionCount).toBe(0);
  });
});

describe("where mail does not go", () => {
  it.each<[string, object, string, boolean]>([
    ["null MX", { "MX example.org": [{ preference: 0, exchange: "" }] }, "ERR_DELIVERY_NULL_MX", false],
    ["no such domain", {}, "ERR_DELIVERY_NO_SUCH_DOMAIN", false],
    ["DNS fails", { "MX example.org": "servfail" }, "ERR_DELIVERY_DNS", true],
    ["neither MX nor address", { "TXT example.org": [] }, "ERR_DELIVERY_NO_EXCHANGER", false],
    [
      "the address cannot be looked up",
      { "MX example.org": [{ preference: 0, exchange: "mx.test" }], "A mx.test": "servfail" },
      "ERR_DELIVERY_DNS",
      true,
    ],
    [
      "ourselves by name",
      { "MX example.org": [{ preference: 0, exchange: "mail.example.com" }] },
      "ERR_DELIVERY_LOOP",
      false,
    ],
    ["ourselves by address", { "A example.org": [{ address: "127.0.0.1" }] }, "ERR_DELIVERY_LOOP", false],
  ])("%s", async (_, zone, code, retryable) => {
    Object.assign(net.zone, zone);
    net.port = 25;
    const delivery = net.delivery({ isOwnAddress: undefined });
    const sending = delivery.send({ ...LETTER, to: "bob@example.org" });
    await expect(sending).rejects.toMatchObject({ name: "SendError", code, retryable, state: "not-sent" });
    expect(await outcomes(sending)).toEqual([`bob@example.org not-sent ${code}`]);
  });

  it("a server that calls itself as we do is ourselves", async () => {
    const one = await net.server("mx.example.org", "127.0.0.2");
    net.domain("example.org", "mx.example.org");
    const sending = net
      .delivery({ clientName: "recorder.example.test" })
      .send({ ...LETTER, to: "bob@example.org" });
    await expect(sending).rejects.toMatchObject({ code: "ERR_DELIVERY_LOOP" });
    expect(one.messages).toEqual([]);
  });

  it("refuses options that it does not know, and names that no server takes", async () => {
    net.port = 25;
    expect(() => net.delivery({ trustDNSSEC: true } as object)).toThrow(/trustDNSSEC/);
    expect(() => net.delivery({ clientName: "localhost" })).toThrow(/full public host name/);
    expect(() => net.delivery({ sts: { prot: 1 } as object })).toThrow(/prot/);
    await expect(net.delivery().send(LETTER, { tls: "none" } as object)).rejects.toThrow(/tls/);
    await expect(net.delivery().send(LETTER)).rejects.toMatchObject({
      code: "ERR_MIME_NO_RECIPIENTS",
    });
  });
});

describe("content from a function", () => {
  const envelope = { from: "ann@example.com", to: ["bob@example.org", "cy@other.test"] };
  let opened = 0;
  const raw = async function* () {
    opened++;
    yield new TextEncoder().encode("From: ann@example.com\r\nTo: bob@example.org\r\n\r\nHello\r\n");
  };
  beforeEach(() => {
    opened = 0;
    net.domain("example.org", "mx.example.org");
  });

  it("is not read while nobody is there to take it", async () => {
    net.down("mx.example.org", "127.0.0.2");
    net.port = 9;
    await expect(net.delivery().send({ raw }, { envelope })).rejects.toMatchObject({ state: "not-sent" });
    expect(opened).toBe(0);
  });

  it("is read for a server, and what it throws is everybody's outcome", async () => {
    const mx1 = await net.server("mx.example.org", "127.0.0.2");
    const receipt = await net.delivery().send({ raw }, { envelope });
    expect([receipt.accepted.length, opened > 0]).toEqual([1, true]);
    const broken = () => {
      throw new Error("gone");
    };
    const to = ["bob@example.org"];
    const sending = net.delivery().send({ raw: broken as never }, { envelope: { ...envelope, to } });
    await expect(sending).rejects.toMatchObject({ name: "SendError", state: "not-sent" });
    expect(mx1.messages).toHaveLength(1);
  });
});

describe("ends", () => {
  it.each<[string, string]>([
    ["signal", "ERR_CLIENT_ABORTED"],
    ["deadline", "ERR_CLIENT_SEND_TIMEOUT"],
    ["destroy", "ERR_DELIVERY_CLOSED"],
  ])("%s", async (how, code) => {
    const silent = await net.scripted("mx.example.org", "127.0.0.2", stalls());
    net.domain("example.org", "mx.example.org");
    const delivery = net.delivery({ maxConnections: 1 });
    const controller = new AbortController();
    const options = how === "deadline" ? { sendTimeoutMs: 50 } : { signal: controller.signal };
    const to = ["bob@example.org", "cy@other.test"];
    const sending = delivery.send({ ...LETTER, to }, options);
    sending.catch(() => undefined);
    await silent.connection(0);
    if (how === "signal") controller.abort();
    if (how === "destroy") delivery.destroy();
    await expect(sending).rejects.toMatchObject({ code, state: "not-sent" });
    await expect(delivery.send({ ...LETTER, to }, { signal: AbortSignal.abort() })).rejects.toBeDefined();
  });

  it("close waits for what is in hand", async () => {
    const slow = await net.server("mx.example.org", "127.0.0.2", { dataReplyDelayMs: 50 });
    net.domain("example.org", "mx.example.org");
    const delivery = net.delivery();
    const sending = delivery.send({ ...LETTER, to: "bob@example.org" });
    await delivery.close();
    expect(slow.messages).toHaveLength(1);
    expect((await sending).accepted).toHaveLength(1);
    await expect(delivery.send({ ...LETTER, to: "bob@example.org" })).rejects.toMatchObject({
      code: "ERR_DELIVERY_CLOSED",
    });
  });

  it("a kept session that ended in the meantime is replaced", async () => {
    const session = [
      server("220 mx\r\n"),
      client("EHLO mail.example.com\r\n"),
      server("250 mx.example.org\r\n"),
      client(/^MAIL/),
      server("250 ok\r\n"),
      client(/^RCPT/),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      clientContent(),
      server("250 queued\r\n"),
      client(/^(?:RSET|MAIL|QUIT)/),
      resets(),
    ];
    const mx1 = await net.scripted("mx.example.org", "127.0.0.2", session);
    net.domain("example.org", "mx.example.org");
    const delivery = net.delivery();
    const send = () => delivery.send({ ...LETTER, to: "bob@example.org" });
    expect((await send()).attempts.map(({ reused }) => reused)).toEqual([false]);
    expect((await send()).attempts.map(({ reused }) => reused)).toEqual([false]);
    expect(mx1.connections).toHaveLength(2);
  });
});
