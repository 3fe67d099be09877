import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Internet, LETTER, outcomes } from "./internet.js";

let net: Internet;
beforeEach(() => {
  net = new Internet();
});
afterEach(() => net.close());

describe("for a queue", () => {
  it("beforeContent is awaited in each transaction, after a recipient was accepted; what rejects it sends nothing", async () => {
    const [one, two] = [
      await net.server("mx.one.test", "127.0.0.2"),
      await net.server("mx.two.test", "127.0.0.3"),
    ];
    net.domain("one.test", "mx.one.test");
    net.domain("two.test", "mx.two.test");
    net.down("mx.three.test", "127.0.0.4");
    net.domain("three.test", "mx.three.test");
    let calls = 0;
    const beforeContent = async () => {
      calls++;
    };
    const to = ["a@one.test", "reject550@two.test", "c@three.test"];
    expect(await outcomes(net.delivery().send({ ...LETTER, to }, { beforeContent }))).toEqual([
      "a@one.test accepted 250",
      "reject550@two.test rejected 550",
      "c@three.test not-sent ERR_SOCKET_REFUSED",
    ]);
    expect(calls).toBe(1);
    const full = { beforeContent: () => Promise.reject(new Error("disk full")) };
    await expect(net.delivery().send({ ...LETTER, to: "a@one.test" }, full)).rejects.toMatchObject({
      state: "not-sent",
    });
    expect([one.messages.length, two.messages.length]).toEqual([1, 0]);
  });

  it("takes addresses longer than usual where the option says so", async () => {
    const mx1 = await net.server("mx.one.test", "127.0.0.2");
    net.domain("one.test", "mx.one.test");
    const [to, other] = ["a", "b"].map((name) => `${name}+${"A".repeat(70)}@one.test`) as [string, string];
    const limits = { maxLocalPartBytes: 90 };
    const delivery = net.delivery();
    await delivery.send({ ...LETTER, to }, limits);
    await delivery.send(LETTER, { ...limits, envelope: { from: null, to: [to, { address: other }] } });
    await expect(delivery.send({ ...LETTER, to })).rejects.toThrow("maxLocalPartBytes");
    expect(mx1.messages.flatMap((message) => message.to.map(({ address }) => address))).toEqual([
      to,
      to,
      other,
    ]);
  });

  it("takes every option that a queue keeps", async () => {
    const mx1 = await net.server("mx.one.test", "127.0.0.2");
    net.domain("one.test", "mx.one.test");
    const options = {
      submitter: "<>",
      mailParameters: { XONE: "1" },
      rcptParameters: { XTWO: true },
    } as const;
    const receipt = await net.delivery().send({ ...LETTER, to: "a@one.test" }, options);
    expect(receipt.accepted).toHaveLength(1);
    const [message] = mx1.messages;
    expect(message?.from.parameters).toMatchObject({ XONE: "1" });
    expect(message?.from.parameters).not.toHaveProperty("AUTH");
    expect(message?.to[0]?.parameters).toMatchObject({ XTWO: true });
  });
});
