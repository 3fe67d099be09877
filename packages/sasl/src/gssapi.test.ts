import { describe, expect, it } from "vitest";
import { codeOf, utf8 } from "../test/octets.js";
import { createKerberosContext, kerberosContext } from "./gssapi.js";
import { createGssapi, type GssapiContext, type Mechanism } from "./index.js";

/** A context that takes two tokens, and wraps by putting a W before. */
function context(changes: Partial<GssapiContext> = {}): GssapiContext & { complete: boolean } {
  let steps = 0;
  return {
    complete: false,
    async step(this: { complete: boolean }) {
      steps++;
      this.complete = steps === 2;
      return steps === 1 ? utf8("ap-req") : null;
    },
    wrap: async (octets: Uint8Array) => Uint8Array.of(0x57, ...octets),
    unwrap: async (octets: Uint8Array) => octets.slice(1),
    ...changes,
  } as GssapiContext & { complete: boolean };
}

async function untilLayer(mechanism: Mechanism): Promise<void> {
  expect(await mechanism.initial()).toEqual(utf8("ap-req"));
  expect(await mechanism.respond(utf8("ap-rep"))).toEqual(new Uint8Array(0));
  expect(mechanism.done).toBe(false);
}

describe("GSSAPI", () => {
  it("exchanges tokens, then declines a security layer and names the identity (RFC 4752 section 3.1)", async () => {
    const mechanism = createGssapi({ authorizationId: "ann" }, context());
    await untilLayer(mechanism);
    expect(await mechanism.respond(Uint8Array.of(0x57, 7, 0, 16, 0))).toEqual(
      Uint8Array.of(0x57, 1, 0, 0, 0, ...utf8("ann")),
    );
    expect(mechanism.done).toBe(true);
    expect(await codeOf(() => mechanism.respond(utf8("x")))).toBe("ERR_SASL_UNEXPECTED_CHALLENGE");
    expect(mechanism.done).toBe(false);
  });

  it.each([
    ["insists on a layer", Uint8Array.of(0x57, 6, 0, 16, 0), "ERR_SASL_SECURITY_LAYER"],
    ["offers too little", Uint8Array.of(0x57, 1, 0, 0), "ERR_SASL_BAD_CHALLENGE"],
    ["offers too much", Uint8Array.of(0x57, 1, 0, 0, 0, 0), "ERR_SASL_BAD_CHALLENGE"],
    ["offers nothing", new Uint8Array(0), "ERR_SASL_BAD_CHALLENGE"],
  ])("refuses a server that %s", async (_, offer, code) => {
    const mechanism = createGssapi({}, context());
    await untilLayer(mechanism);
    expect(await codeOf(() => mechanism.respond(offer))).toBe(code);
  });

  it("is not done before the layer, so a server that stops early is not proven", async () => {
    const mechanism = createGssapi({}, context());
    await untilLayer(mechanism);
    expect(mechanism.done).toBe(false);
  });

  it("names a failure of the library, and keeps it as the cause", async () => {
    const failure = new Error("no ticket");
    const mechanism = createGssapi({}, context({ step: () => Promise.reject(failure) }));
    await expect(mechanism.initial()).rejects.toMatchObject({
      code: "ERR_SASL_GSSAPI_FAILED",
      cause: failure,
    });
  });

  it("ends, however many tokens the server wants", async () => {
    const mechanism = createGssapi({}, context({ step: async () => utf8("again") }));
    await mechanism.initial();
    let code = "no error";
    for (let round = 0; round < 20 && code === "no error"; round++) {
      code = await codeOf(() => mechanism.respond(utf8("more")));
    }
    expect(code).toBe("ERR_SASL_UNEXPECTED_CHALLENGE");
  });
});

describe("the door to the package kerberos", () => {
  it("says how to get it when it is missing", async () => {
    await expect(kerberosContext({ service: "smtp", host: "mail.example" })).rejects.toMatchObject({
      code: "ERR_SASL_KERBEROS_MISSING",
      message: expect.stringContaining("npm install kerberos"),
    });
  });

  function kerberos(changes: object = {}) {
    const calls: unknown[] = [];
    const client = {
      contextComplete: false,
      async step(token: string) {
        calls.push(["step", token]);
        this.contextComplete = token !== "";
        return token === "" ? "QVA=" : null;
      },
      async wrap(text: string, options: object) {
        calls.push(["wrap", text, options]);
        return text;
      },
      unwrap: async () => "AQAAAA==",
      ...changes,
    };
    const initializeClient = async (service: string, options: object) => {
      calls.push([service, options]);
      return client;
    };
    return { calls, module: { initializeClient } };
  }

  it("speaks base64 to it, without confidentiality", async () => {
    const { calls, module } = kerberos();
    const made = await createKerberosContext(module, {
      service: "smtp",
      host: "mail.example",
      principal: "ann@X",
    });
    expect(await made.step(null)).toEqual(utf8("AP"));
    expect(made.complete).toBe(false);
    expect(await made.step(utf8("AP"))).toBe(null);
    expect(made.complete).toBe(true);
    expect(await made.unwrap(utf8("x"))).toEqual(Uint8Array.of(1, 0, 0, 0));
    await made.wrap(Uint8Array.of(1, 0, 0, 0, ...utf8("ann")));
    expect(calls).toEqual([
      ["smtp@mail.example", { flags: 42, mechOID: 9, principal: "ann@X" }],
      ["step", ""],
      ["step", "QVA="],
      ["wrap", "AQAAAA==", { user: "ann", protect: false }],
    ]);
  });

  it.each([
    ["refuses the service", { initializeClient: () => Promise.reject(new Error("unknown")) }],
    ["gives no base64", kerberos({ step: async () => "%" }).module],
  ])("names it when the library %s", async (_, module) => {
    const run = async () =>
      (await createKerberosContext(module as never, { service: "smtp", host: "mail.example" })).step(null);
    expect(await codeOf(run)).toBe("ERR_SASL_GSSAPI_FAILED");
  });
});
