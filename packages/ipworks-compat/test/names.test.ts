// Every name of the facts, in both doors, and what is generated.
import { readFileSync } from "node:fs";
import { checkSurface } from "@wirepost/surface";
import { describe, expect, it } from "vitest";
import { staleFiles } from "../generate/generate.mjs";
import * as dotnet from "../src/dotnet.js";
import * as both from "../src/index.js";
import * as java from "../src/java.js";

interface Fact {
  readonly name: string;
  readonly default?: unknown;
  readonly accessors?: { readonly get: string };
}
interface Facts {
  readonly classes: readonly { readonly name: string; readonly properties?: readonly Fact[] }[];
  readonly types?: Facts["classes"];
  readonly configs: readonly Fact[];
}

const factsOf = (edition: string): Facts =>
  JSON.parse(
    readFileSync(new URL(`../../../tooling/surface/ipworks-${edition}.json`, import.meta.url), "utf8"),
  ) as Facts;

describe.each([
  ["java", java],
  ["dotnet", dotnet],
] as const)("the door %s", (edition, door) => {
  const facts = factsOf(edition);

  it("has every name of the facts, and their numbers", async () => {
    const report = await checkSurface(facts, door);
    expect(report.missing).toEqual([]);
    expect(report.wrongNumbers).toEqual([]);
    expect(report.optionalMissing).toEqual([]);
    expect(report.percent).toBe(100);
  });

  it("has the facts' defaults", () => {
    for (const { name, properties } of [...facts.classes, ...(facts.types ?? [])]) {
      const Class = (door as unknown as Record<string, new () => Record<string, unknown>>)[name];
      if (Class === undefined || properties === undefined) continue;
      const instance = new Class();
      for (const property of properties) {
        if (property.default === undefined || ["new", "empty", "computed"].includes(String(property.default)))
          continue;
        const getter = property.accessors?.get;
        const value =
          getter === undefined ? instance[property.name] : (instance[getter] as () => unknown).call(instance);
        const plain = value instanceof Uint8Array ? Buffer.from(value).toString() : value;
        expect([name, property.name, plain]).toEqual([name, property.name, property.default]);
      }
    }
  });

  it("has the facts' settings with their defaults, and no others", () => {
    const rows = new Map(door.CONFIG_SETTINGS.map((row) => [row.name, row]));
    expect([...rows.keys()].sort()).toEqual(facts.configs.map(({ name }) => name).sort());
    for (const { name, default: fallback } of facts.configs) {
      if (name === "Hello" || name === "UseInternalSecurityAPI") continue;
      const text = typeof fallback === "boolean" ? (fallback ? "True" : "False") : String(fallback);
      expect([name, rows.get(name)?.default]).toEqual([name, text]);
    }
  });

  it("UseInternalSecurityAPI reads as the edition's documents say", () => {
    const smtp = new door.SMTP();
    const value =
      "Config" in smtp ? smtp.Config("UseInternalSecurityAPI") : smtp.config("UseInternalSecurityAPI");
    expect(value).toBe(edition === "dotnet" && process.platform !== "win32" ? "True" : "False");
  });

  it("every setting has an effect or a reason", () => {
    for (const { name, effect, stored } of door.CONFIG_SETTINGS)
      expect([name, (effect === undefined) !== (stored === undefined)]).toEqual([name, true]);
  });
});

describe("the lists", () => {
  it("Java's", () => {
    const list = new java.MessageRecipientList();
    const [a, b, c] = ["a@example.org", "b@example.org", "c@example.org"].map(
      (address) => new java.MessageRecipient(address, java.MessageRecipient.ertCc),
    ) as [java.MessageRecipient, java.MessageRecipient, java.MessageRecipient];
    expect(list.add(a)).toBe(true);
    list.add(0, b);
    expect([list.size(), list.get(0), list.item(1)]).toEqual([2, b, a]);
    expect(list.set(1, c)).toBe(a);
    expect(list.remove(0)).toBe(b);
    expect([...list]).toEqual([c]);
    expect(() => list.get(1)).toThrow(RangeError);
    expect(() => list.add(null as never)).toThrow(TypeError);
    list.clear();
    expect(list.size()).toBe(0);
    const smtp = new java.SMTP();
    list.add(new java.MessageRecipient("d@example.org"));
    smtp.setMessageRecipients(list);
    expect(smtp.getMessageRecipients()).toBe(list);
    expect(smtp.getSendTo()).toBe("d@example.org");
  });

  it(".NET's, which are arrays", () => {
    const list = new dotnet.MessageRecipientList();
    const a = new dotnet.MessageRecipient("a@example.org");
    const b = new dotnet.MessageRecipient("b@example.org", dotnet.EmailRecipientTypes.ertBCc);
    list.Add(a);
    list.Insert(0, b);
    expect([list.Count, list[0], list.Item(1)]).toEqual([2, b, a]);
    expect([list.IndexOf(a), list.Contains(b)]).toEqual([1, true]);
    expect(list.Remove(a)).toBe(true);
    expect(list.Remove(a)).toBe(false);
    list.RemoveAt(0);
    expect(list.Count).toBe(0);
    expect(() => list.Item(0)).toThrow(RangeError);
    expect(list.map((one) => one.Address)).not.toBeInstanceOf(dotnet.MessageRecipientList);
    const header = new dotnet.Header("X-One", "1");
    expect([header.Field, header.Value]).toEqual(["X-One", "1"]);
  });
});

it("the root has both doors", () => {
  expect(both.java.SMTP).toBe(java.SMTP);
  expect(both.dotnet.SMTP).toBe(dotnet.SMTP);
  expect(java.Smtp).toBe(java.SMTP);
  expect(both.SETTINGS.length).toBeGreaterThan(70);
});

it("what is generated is what the table gives", () => {
  expect(staleFiles()).toEqual([]);
}, 60_000);
