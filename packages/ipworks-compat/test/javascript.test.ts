// What a compiler would have refused, in plain JavaScript.
import { describe, expect, it } from "vitest";
import * as dotnet from "../src/dotnet.js";
import * as java from "../src/java.js";

/** As a program without types sees an object. */
const untyped = (object: object): Record<string, unknown> => object as Record<string, unknown>;

describe("events of the .NET door", () => {
  const events = Object.keys(new dotnet.SMTP()).filter((name) => name.startsWith("On"));

  it("are nine", () => {
    expect(events).toHaveLength(9);
  });

  it.each(events)("%s += handler is refused with advice, and the event stays", (name) => {
    const smtp = untyped(new dotnet.SMTP());
    const slot = smtp[name];
    expect(() => {
      (smtp[name] as unknown as string) += () => undefined;
    }).toThrow(`${name} is an event and takes no value: add a handler with ${name}.add(handler)`);
    expect(smtp[name]).toBe(slot);
    expect(slot).toBeInstanceOf(dotnet.EventSlot);
  });

  it("code that is not strict hears of it too", () => {
    const sloppy = new Function("smtp", "smtp.OnPITrail += function () {}");
    expect(() => sloppy(new dotnet.SMTP())).toThrow(TypeError);
  });

  it("belong to one object", () => {
    expect(new dotnet.SMTP().OnPITrail).not.toBe(new dotnet.SMTP().OnPITrail);
  });
});

describe.each([
  ["Java", java.SMTP],
  [".NET", dotnet.SMTP],
])("the %s door's SMTP", (_, SMTP) => {
  it("takes no property that it does not have", () => {
    const smtp = untyped(new SMTP());
    expect(() => {
      smtp.mailserver = "mail.example.com";
    }).toThrow(TypeError);
  });

  it("a subclass may have fields", () => {
    class Own extends SMTP {
      tag = "mine";
    }
    const own = new Own();
    untyped(own).more = 1;
    expect(own).toMatchObject({ tag: "mine", more: 1 });
  });
});
