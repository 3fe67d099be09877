import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CATEGORIES, camelForms, checkSurface } from "./check.mjs";

const names = (rows) => rows.map((row) => `${row.owner === "" ? "" : `${row.owner}.`}${row.name}`);
const check = (facts, module, options) => checkSurface({ product: "Test", ...facts }, module, options);

const FACTS = {
  convention: { primary: "pascal", accept: ["pascal"] },
  classes: [
    {
      name: "Socket",
      properties: [
        { name: "Port" },
        { name: "Handle", readonly: true },
        { name: "User", aliases: [{ name: "Username", api: "2" }] },
      ],
      methods: [{ name: "Close" }, { name: "Dialog", static: true }],
      events: [{ name: "Sent" }],
      constants: [{ name: "LOST", value: 102 }],
      enums: [{ name: "Modes", members: [{ name: "Plain", value: 0 }] }],
    },
    { name: "Extra", required: false },
  ],
  functions: [{ name: "AddHandler" }],
  modules: [
    { name: "System", methods: [{ name: "Count" }], types: [{ name: "Part", methods: [{ name: "Open" }] }] },
  ],
  errors: { groups: [{ name: "socket", codes: [{ code: 102 }] }] },
};

function goodModule() {
  class Socket {
    static LOST = 102;
    static Modes = { Plain: 0 };
    static Dialog() {}
    Port = 0;
    User = "";
    Username = "";
    get Handle() {
      return -1;
    }
    Close() {}
    Sent() {}
  }
  class Extra {}
  class Part {
    Open() {}
  }
  return { Socket, Extra, AddHandler() {}, System: { Count() {}, Part }, ERROR_NUMBERS: { 102: "lost" } };
}

describe("checkSurface", () => {
  it("finds everything in a module that has it", async () => {
    const report = await check(FACTS, goodModule());
    expect([report.percent, report.missing, report.wrongNumbers, report.optionalMissing]).toEqual([
      100,
      [],
      [],
      [],
    ]);
    expect((await check(FACTS, { default: goodModule() })).percent).toBe(100);
  });

  it("lists everything that an empty module lacks, and each lack once", async () => {
    const report = await check(FACTS, {});
    expect(report.found).toBe(0);
    expect(names(report.missing).sort()).toEqual(
      [
        "AddHandler",
        "Modes.Plain",
        "Part",
        "Part.Open",
        "Socket",
        "Socket.Close",
        "Socket.Dialog",
        "Socket.Handle",
        "Socket.LOST",
        "Socket.Modes",
        "Socket.Port",
        "Socket.Sent",
        "Socket.User",
        "Socket.Username",
        "System",
        "System.Count",
        "socket.102",
      ].sort(),
    );
    expect(names(report.optionalMissing)).toEqual(["Extra"]);
  });

  const breaks = [
    [
      "a missing setter",
      (module) => Object.defineProperty(module.Socket.prototype, "Port", { get: () => 0 }),
      "Socket.Port =",
      (one) => delete one.Port,
    ],
    ["a missing method", (module) => delete module.Socket.prototype.Close, "Socket.Close"],
    ["a missing static method", (module) => delete module.Socket.Dialog, "Socket.Dialog"],
    ["a missing event", (module) => delete module.Socket.prototype.Sent, "Socket.Sent"],
    ["a missing function", (module) => delete module.AddHandler, "AddHandler"],
    ["a missing nested class", (module) => delete module.System.Part, "Part"],
    ["a missing error code", (module) => delete module.ERROR_NUMBERS[102], "socket.102"],
  ];
  it.each(breaks)("notices %s", async (_name, spoil, lack, strip) => {
    const module = goodModule();
    spoil(module);
    if (strip !== undefined) {
      const Whole = module.Socket;
      module.Socket = class extends Whole {
        constructor() {
          super();
          strip(this);
        }
      };
    }
    expect(names((await check(FACTS, module)).missing)).toContain(lack);
  });

  it("notices a wrong number", async () => {
    const module = goodModule();
    module.Socket.LOST = 103;
    const [row] = (await check(FACTS, module)).wrongNumbers;
    expect([row?.name, row?.note]).toEqual(["LOST", "is 103, should be 102"]);
  });

  it("calls no getter and no method", async () => {
    const trap = () => {
      throw new Error("called");
    };
    class Socket {
      Close() {
        trap();
      }
    }
    Object.defineProperty(Socket.prototype, "Port", { get: trap, set: trap });
    const facts = {
      classes: [{ name: "Socket", properties: [{ name: "Port" }], methods: [{ name: "Close" }] }],
    };
    expect((await check(facts, { Socket })).percent).toBe(100);
  });

  it("takes beans, camelCase and listeners, as the convention allows", async () => {
    const facts = {
      convention: { primary: "getset", accept: ["getset", "camel"] },
      classes: [
        {
          name: "Mail",
          properties: [{ name: "Idle", readonly: true }, { name: "From" }],
          methods: [{ name: "Send" }],
          events: [{ name: "Error", listenerMethod: "error" }],
        },
      ],
    };
    class Mail {
      isIdle() {}
      getFrom() {}
      setFrom() {}
      send() {}
    }
    class MailEventListener {
      error() {}
    }
    expect((await check(facts, { Mail, MailEventListener })).percent).toBe(100);
    expect((await check(facts, { Mail })).missing.map((row) => row.category)).toEqual(["events"]);
    Mail.prototype.on = () => undefined;
    expect((await check(facts, { Mail }, { trustOn: true })).percent).toBe(100);
  });

  it("asks for settings by Config where there is no list", async () => {
    const facts = { classes: [{ name: "Mail" }], configs: [{ name: "KeepQueue" }, { name: "Nonsense" }] };
    class Mail {
      Config(name) {
        if (name === "Nonsense") throw new Error("unknown");
        return "False";
      }
    }
    expect(names((await check(facts, { Mail })).missing)).toEqual(["Nonsense"]);
    expect((await check(facts, { Mail, CONFIG_NAMES: ["KeepQueue", "nonsense"] })).percent).toBe(100);
  });

  it("looks at the categories asked for, and leaves out what is unsure", async () => {
    const facts = { classes: [{ name: "A", methods: [{ name: "X", unsure: true }] }] };
    expect(names((await check(facts, {}, { only: ["classes"] })).missing)).toEqual(["A"]);
    expect(names((await check(facts, {}, { skip: ["classes"] })).missing)).toEqual(["A.X"]);
    expect(names((await check(facts, {}, { withoutUnsure: true })).missing)).toEqual(["A"]);
    expect(CATEGORIES).toContain("numbers");
  });
});

describe("camelForms", () => {
  it.each([
    ["Port", ["port"]],
    ["SSLEnabled", ["sSLEnabled", "sslEnabled", "SSLenabled"]],
    ["BCc", ["bcc"]],
    ["URL", ["url"]],
  ])("%s", (name, wanted) => {
    const forms = camelForms(name);
    expect(wanted.some((one) => forms.includes(one))).toBe(true);
    expect(forms.some((one) => /^[A-Z]{2}/.test(one))).toBe(false);
  });
});

describe("the facts", () => {
  const folder = new URL("../", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".json") && file !== "package.json");

  it.each(files)("%s holds names and nothing twice", (file) => {
    const facts = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    for (const one of facts.classes) {
      for (const kind of ["properties", "events"]) {
        const all = (one[kind] ?? []).map((member) => member.name);
        expect(all, `${one.name} ${kind}`).toEqual([...new Set(all)]);
      }
    }
  });
});

describe("the command", () => {
  const run = fileURLToPath(new URL("run.mjs", import.meta.url));
  const call = (...args) => {
    try {
      return {
        code: 0,
        out: execFileSync(process.execPath, [run, ...args], { encoding: "utf8", stdio: "pipe" }),
      };
    } catch (error) {
      return { code: error.status, out: `${error.stdout}${error.stderr}` };
    }
  };
  const facts = fileURLToPath(new URL("../xojo.json", import.meta.url));

  it("fails below the least percentage, and says what is missing", () => {
    const { code, out } = call(facts, run.replace("run.mjs", "facades.mjs"));
    expect(code).toBe(1);
    expect(out).toMatch(/0 of \d+ names \(0%\)/);
    expect(out).toContain("SMTPSecureSocket.SendMail");
    expect(call(facts, run.replace("run.mjs", "facades.mjs"), "--min", "0", "--quiet").code).toBe(0);
  });

  it("refuses what it does not know", () => {
    expect(call("--nonsense").code).toBe(2);
    expect(call(facts, run, "--only", "nonsense").code).toBe(2);
  });
});
