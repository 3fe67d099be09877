// Every name of the facts, their defaults and numbers, and letter case.
import { readFileSync } from "node:fs";
import { checkSurface } from "@wirepost/surface";
import { recordingServer } from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import { staleFiles } from "../generate/generate.mjs";
import * as sockettools from "../src/index.js";
import {
  caseInsensitive,
  MailMessage,
  SmtpClient,
  SmtpDelivery,
  SOCKETTOOLS_ERRORS,
  SocketToolsError,
} from "../src/index.js";
import { CLASSES, type ClassRow, CONSTANTS, type ConstantsRow } from "../table/index.mjs";
import { LETTER } from "./recorder.js";

interface Facts {
  readonly classes: readonly {
    readonly name: string;
    readonly properties?: readonly { readonly name: string; readonly default: unknown }[];
  }[];
  readonly errors: { readonly groups: readonly { readonly codes: readonly Fact[] }[] };
}
interface Fact {
  readonly code: number;
  readonly constant: string;
}

const facts = JSON.parse(
  readFileSync(new URL("../../../tooling/surface/sockettools.json", import.meta.url), "utf8"),
) as Facts;
const exported = sockettools as unknown as Record<string, unknown>;

describe("the surface", () => {
  it("has every name of the facts, and their numbers", async () => {
    const report = await checkSurface(facts, sockettools);
    expect(report.missing).toEqual([]);
    expect(report.wrongNumbers).toEqual([]);
    expect(report.optionalMissing).toEqual([]);
    expect(report.percent).toBe(100);
  });

  it("has them in the control's own spelling", async () => {
    expect((await checkSurface(facts, sockettools, { strict: true })).percent).toBe(100);
  });

  it("is what the table gives", () => {
    expect(staleFiles()).toEqual([]);
  });

  it.each(CLASSES.map((row): [string, ClassRow] => [row.name, row]))(
    "has what the table says of %s",
    (name, row) => {
      const object = new (exported[name] as new () => object)();
      for (const member of row.members) {
        for (const spelling of [member.name, ...(member.aka ?? []).map((other) => other.name)])
          expect(spelling in object, `${name}.${spelling}`).toBe(true);
      }
    },
  );

  it.each(CONSTANTS.map((row): [string, ConstantsRow] => [row.name, row]))(
    "has the constants of %s, by themselves and together",
    (name, { members }) => {
      for (const { name: constant, value } of members) {
        expect(exported[constant], constant).toBe(value);
        expect((exported[name] as Record<string, number>)[constant]).toBe(value);
      }
    },
  );

  it("explains every member that is not as in the control", () => {
    const unexplained = CLASSES.flatMap((row) =>
      row.members
        .filter((member) => member.status === "differs" && member.note === undefined)
        .map((member) => `${row.name}.${member.name}`),
    );
    expect(unexplained).toEqual([]);
  });

  const defaults = facts.classes.flatMap((row) =>
    (row.properties ?? []).map((one): [string, string, unknown] => [row.name, one.name, one.default]),
  );
  it.each(defaults)("%s.%s begins with %j", (className, name, value) => {
    const object = new (exported[className] as new () => Record<string, unknown>)();
    if (value === "now") {
      const difference = Math.abs(Date.parse(object[name] as string) - Date.now());
      expect(difference).toBeLessThan(60_000);
    } else if (value === "smtpAuthLogin") expect(object[name]).toBe(sockettools.smtpAuthLogin);
    else if (value === "default") expect(object[name]).toBe(sockettools.smtpProtocolDefault);
    else expect(object[name]).toBe(value);
  });
});

describe("numbers", () => {
  it("flags of one kind do not meet", () => {
    const bits = Object.values(SmtpDelivery);
    expect(new Set(bits).size).toBe(bits.length);
    const both = [...bits, sockettools.mailOptionNotify];
    expect(both.reduce((all, one) => all ^ one, 0)).toBe(both.reduce((all, one) => all | one, 0));
  });

  it("errors are positive, each its own, and have a meaning", () => {
    const constants = Object.entries(exported).filter(([name]) => /^stError/.test(name));
    const numbers = constants.map(([, value]) => value as number);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) {
      expect(number).toBeGreaterThan(0);
      expect(SOCKETTOOLS_ERRORS[number], String(number)).toMatch(/\w/);
    }
  });

  it("errors have the names of the facts", () => {
    for (const { code, constant } of facts.errors.groups.flatMap((group) => group.codes))
      expect(exported[constant]).toBe(code);
  });
});

describe("values of another type", () => {
  it.each([
    ["RemotePort", "25", 25],
    ["RemotePort", 2.5, 2],
    ["RemotePort", 3.5, 4],
    ["Timeout", true, -1],
    ["Extended", 1, true],
    ["Extended", "False", false],
    ["UserName", 5, "5"],
    ["HostName", true, "True"],
    ["Domain", null, ""],
    ["Password", null, ""],
  ])("%s takes %j as %j, as in Visual Basic", (name, given, kept) => {
    const client = new SmtpClient() as unknown as Record<string, unknown>;
    client[name] = given;
    expect(client[name]).toBe(kept);
  });

  it.each([
    ["RemotePort", "no"],
    ["RemotePort", ""],
    ["Timeout", null],
    ["Extended", "yes"],
    ["UserName", {}],
    ["UserName", undefined],
    ["OnError", "no"],
  ])("%s refuses %j with error 13", (name, value) => {
    const client = new SmtpClient() as unknown as Record<string, unknown>;
    const error = thrownBy(() => (client[name] = value));
    expect(SocketToolsError.is(error) && [error.Number, error.code]).toEqual([13, "ERR_SOCKETTOOLS_TYPE"]);
  });
});

describe("letter case", () => {
  it.each([
    ["assigning in lower case", (client: Record<string, unknown>) => (client["password"] = "lost")],
    ["assigning in camelCase", (client: Record<string, unknown>) => (client["hostName"] = "lost")],
    ["assigning in upper case", (client: Record<string, unknown>) => (client["HOSTNAME"] = "lost")],
    ["assigning in any other case", (client: Record<string, unknown>) => (client["hOstnAme"] = "lost")],
    ["assigning an event", (client: Record<string, unknown>) => (client["onerror"] = () => undefined)],
    ["reading", (client: Record<string, unknown>) => client["lasterror"]],
    ["calling", (client: Record<string, unknown>) => (client["connect"] as () => void)()],
  ])("%s throws", (_name, act) => {
    const client = new SmtpClient() as unknown as Record<string, unknown>;
    expect(() => act(client)).toThrow();
  });

  it("names the right spelling", () => {
    const client = new SmtpClient() as unknown as Record<string, unknown>;
    const error = thrownBy(() => (client["password"] = ""));
    expect(SocketToolsError.is(error) && error.code).toBe("ERR_SOCKETTOOLS_SPELLING");
    expect((error as Error).message).toContain("write Password");
  });

  it("lets a subclass have members of its own", () => {
    class Counting extends SmtpClient {
      counter = 1;
    }
    expect(new Counting().counter).toBe(1);
  });

  it("caseInsensitive() takes every case", async () => {
    await using server = await recordingServer();
    const client = new SmtpClient();
    // biome-ignore lint/suspicious/noExplicitAny: as a ported line is written
    const any: any = caseInsensitive(client);
    const errors: number[] = [];
    any.onerror = (code: number) => errors.push(code);
    any.hostname = "127.0.0.1";
    any.REMOTEPORT = server.port;
    expect(client.HostName).toBe("127.0.0.1");
    expect(await any.connect({ OPTIONS: 1 })).toBe(0);
    expect(await any.addrecipient("bob@example.org")).toBe(sockettools.stErrorInvalidCommand);
    expect(errors).toEqual([sockettools.stErrorInvalidCommand]);
    expect(await any.sendmessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    expect("isconnected" in any).toBe(true);
    expect(await any.disconnect()).toBe(0);
    expect(caseInsensitive(client)).toBe(any);
    expect(caseInsensitive(any)).toBe(any);
    expect(server.messages).toHaveLength(1);
  });

  it("caseInsensitive() passes a MailMessage on", async () => {
    await using server = await recordingServer();
    const client = new SmtpClient();
    // biome-ignore lint/suspicious/noExplicitAny: as a ported line is written
    const mail: any = caseInsensitive(new MailMessage());
    mail.from = "ann@example.com";
    mail.subject = "In any case";
    client.RemotePort = server.port;
    await client.Connect("127.0.0.1");
    expect(await client.SendMessage("ann@example.com", "bob@example.org", mail)).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.text).toContain("Subject: In any case\r\n");
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
