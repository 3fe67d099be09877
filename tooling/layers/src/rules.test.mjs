// Every rule has a small tree that breaks it, and the same tree mended. A rule without a case fails the last test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkLayers } from "./check.mjs";
import { networkGlobals } from "./globals.mjs";
import { FORBIDDEN, OWN_RULES } from "./rules.mjs";

const made = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Manifests that declare every package, so that a case is about one rule only. */
const EVERYTHING = Object.fromEntries(
  [
    "mail-address",
    "octet-scan",
    "socket-core",
    "smtp-protocol",
    "sasl",
    "mime-message",
    "dkim",
    "smtp-client",
    "mail-queue",
    "mail-delivery",
    "xojo-compat",
    "ipworks-compat",
    "test-server",
    "cli",
    "wiretap",
  ].map((name) => [`@wirepost/${name}`, "workspace:*"]),
);
const PURE_CONFIG = { compilerOptions: { types: [], lib: ["es2023", "esnext.disposable"] } };

function manifest(folder, dependencies) {
  const name = `@wirepost/${folder.split("/")[1]}`;
  return JSON.stringify({
    name,
    dependencies,
    scripts: { typecheck: "tsc -p . && tsc -p tsconfig.pure.json" },
  });
}

async function brokenRules(files) {
  const root = mkdtempSync(join(tmpdir(), "wirepost-layers-"));
  made.push(root);
  const all = { ...files };
  // A door for each package that a case imports, so that only the rule in question fires.
  for (const path of Object.keys(files)) {
    const folder = path.split("/").slice(0, 2).join("/");
    all[`${folder}/package.json`] ??= manifest(folder, EVERYTHING);
    all[`${folder}/tsconfig.pure.json`] ??= JSON.stringify(PURE_CONFIG);
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { violations } = await checkLayers(root);
  return [...new Set(violations.map((violation) => violation.rule))].sort();
}

const door = (name) => ({ [`packages/${name}/src/index.ts`]: "export const x = 1;\n" });

/** @type {{ rules: string[], name: string, files: Record<string, string>, mended?: Record<string, string> }[]} */
const CASES = [
  {
    rules: ["ground-imports-nothing", "pure-packages-need-no-node"],
    name: "mail-address imports a module of Node",
    files: {
      "packages/mail-address/src/index.ts":
        'import { domainToASCII } from "node:url";\nexport { domainToASCII };\n',
    },
    mended: {
      "packages/mail-address/src/index.ts": 'export { a } from "./a.js";\n',
      "packages/mail-address/src/a.ts": "export const a = 1;\n",
    },
  },
  {
    rules: ["floor-does-not-point-up"],
    name: "the floor imports the conversation",
    files: {
      "packages/smtp-protocol/src/index.ts": 'export { x } from "@wirepost/smtp-client";\n',
      ...door("smtp-client"),
    },
    mended: {
      "packages/smtp-client/src/index.ts": 'export { x } from "@wirepost/smtp-protocol";\n',
      ...door("smtp-protocol"),
    },
  },
  {
    rules: ["floor-does-not-point-up"],
    name: "the floor imports only a type of the conversation",
    files: {
      "packages/socket-core/src/index.ts":
        'import type { T } from "@wirepost/smtp-client";\nexport type U = T;\n',
      "packages/smtp-client/src/index.ts": "export type T = 1;\n",
    },
  },
  {
    rules: ["ground-does-not-point-up", "ground-imports-nothing"],
    name: "the ground imports the floor",
    files: { "packages/mail-address/src/index.ts": 'export { x } from "@wirepost/sasl";\n', ...door("sasl") },
  },
  {
    rules: ["ground-imports-nothing", "ground-packages-do-not-know-each-other"],
    name: "one package of the ground imports another",
    files: {
      "packages/mail-address/src/index.ts": 'export { x } from "@wirepost/octet-scan";\n',
      ...door("octet-scan"),
    },
  },
  {
    rules: ["conversation-does-not-point-up"],
    name: "the conversation imports delivery, lazily",
    files: {
      "packages/smtp-client/src/index.ts": 'export const load = () => import("@wirepost/mail-delivery");\n',
      ...door("mail-delivery"),
    },
    mended: {
      "packages/mail-delivery/src/index.ts": 'export const load = () => import("@wirepost/smtp-client");\n',
      ...door("smtp-client"),
    },
  },
  {
    rules: ["delivery-does-not-point-up"],
    name: "delivery imports a facade",
    files: {
      "packages/mail-delivery/src/index.ts": 'export { x } from "@wirepost/xojo-compat";\n',
      ...door("xojo-compat"),
    },
    mended: {
      "packages/xojo-compat/src/index.ts": 'export { x } from "@wirepost/mail-delivery";\n',
      ...door("mail-delivery"),
    },
  },
  {
    rules: ["floor-packages-do-not-know-each-other"],
    name: "smtp-protocol imports sasl",
    files: {
      "packages/smtp-protocol/src/index.ts": 'export { x } from "@wirepost/sasl";\n',
      ...door("sasl"),
    },
    mended: {
      "packages/smtp-protocol/src/index.ts": 'export { x } from "@wirepost/mail-address";\n',
      ...door("mail-address"),
    },
  },
  {
    rules: ["delivery-packages-do-not-know-each-other"],
    name: "the queue imports mail-delivery",
    files: {
      "packages/mail-queue/src/index.ts": 'export { x } from "@wirepost/mail-delivery";\n',
      ...door("mail-delivery"),
    },
  },
  {
    rules: ["names-packages-do-not-know-each-other"],
    name: "a facade imports a facade",
    files: {
      "packages/ipworks-compat/src/index.ts": 'export { x } from "@wirepost/xojo-compat";\n',
      ...door("xojo-compat"),
    },
  },
  {
    rules: ["few-stand-on-the-ground"],
    name: "sasl imports mail-address",
    files: {
      "packages/sasl/src/index.ts": 'export { x } from "@wirepost/mail-address";\n',
      ...door("mail-address"),
    },
    mended: {
      "packages/mime-message/src/index.ts": 'export { x } from "@wirepost/mail-address";\n',
      ...door("mail-address"),
    },
  },
  {
    rules: ["packages-do-not-know-apps-or-tooling"],
    name: "a package imports tooling outside its tests",
    files: {
      "packages/smtp-client/src/index.ts": 'export { x } from "@wirepost/test-server";\n',
      "tooling/test-server/src/index.ts": "export const x = 1;\n",
    },
    mended: {
      "packages/smtp-client/src/client.test.ts": 'export { x } from "@wirepost/test-server";\n',
      "tooling/test-server/src/index.ts": "export const x = 1;\n",
    },
  },
  {
    rules: ["apps-do-not-know-each-other-or-tooling"],
    name: "an app imports an app",
    files: {
      "apps/cli/src/index.ts": 'export { x } from "@wirepost/wiretap";\n',
      "apps/wiretap/src/index.ts": "export const x = 1;\n",
    },
  },
  {
    rules: ["wiretap-stands-on-smtp-protocol-and-socket-core"],
    name: "wiretap imports smtp-client",
    files: {
      "apps/wiretap/src/index.ts": 'export { x } from "@wirepost/smtp-client";\n',
      ...door("smtp-client"),
    },
    mended: {
      "apps/wiretap/src/index.ts": 'export { x } from "@wirepost/socket-core";\n',
      ...door("socket-core"),
    },
  },
  ...["net", "node:tls", "node:dns/promises", "node:dgram", "node:http", "https", "node:http2"].map(
    (specifier) => ({
      rules: ["only-socket-core-touches-the-network"],
      name: `smtp-client imports ${specifier}`,
      files: {
        "packages/smtp-client/src/index.ts": `import * as all from "${specifier}";\nexport { all };\n`,
      },
      mended: {
        "packages/socket-core/src/index.ts": `import * as all from "${specifier}";\nexport { all };\n`,
      },
    }),
  ),
  {
    rules: ["only-socket-core-touches-the-network"],
    name: "an app imports a type of node:net",
    files: { "apps/cli/src/index.ts": 'import type { Socket } from "node:net";\nexport type S = Socket;\n' },
  },
  {
    rules: ["only-socket-core-touches-the-network"],
    name: "a package requires node:net",
    files: {
      "packages/smtp-client/src/index.ts":
        'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nexport const net = require("node:net");\n',
    },
  },
  {
    rules: ["only-socket-core-touches-the-network-globals"],
    name: "smtp-client calls fetch",
    files: {
      "packages/smtp-client/src/index.ts": 'export const get = () => fetch("https://example.com");\n',
    },
    mended: {
      "packages/socket-core/src/index.ts": 'export const get = () => fetch("https://example.com");\n',
    },
  },
  {
    rules: ["pure-packages-need-no-node"],
    name: "sasl imports node:crypto in its pure door",
    files: { "packages/sasl/src/index.ts": 'export { createHash } from "node:crypto";\n' },
    mended: { "packages/sasl/src/node.ts": 'export { createHash } from "node:crypto";\n' },
  },
  {
    rules: ["pure-doors-do-not-open-node-doors"],
    name: "the pure door of mime-message imports its node door",
    files: {
      "packages/mime-message/src/index.ts": 'export const load = () => import("./node.js");\n',
      "packages/mime-message/src/node.ts": 'export { readFile } from "node:fs/promises";\n',
    },
    mended: {
      "packages/mime-message/src/index.ts": "export const x = 1;\n",
      "packages/mime-message/src/node.ts": 'export { x } from "./index.js";\n',
    },
  },
  {
    rules: ["files-have-owners"],
    name: "smtp-client reads files",
    files: { "packages/smtp-client/src/index.ts": 'export { readFileSync } from "node:fs";\n' },
    mended: { "packages/socket-core/src/certificates.ts": 'export { readFileSync } from "node:fs";\n' },
  },
  {
    rules: ["files-have-owners"],
    name: "socket-core reads files outside its certificates",
    files: { "packages/socket-core/src/connect.ts": 'export { readFile } from "fs/promises";\n' },
  },
  {
    rules: ["mail-queue-imports-only-types-of-smtp-client"],
    name: "mail-queue loads smtp-client",
    files: {
      "packages/mail-queue/src/index.ts": 'export { x } from "@wirepost/smtp-client";\n',
      ...door("smtp-client"),
    },
    mended: {
      "packages/mail-queue/src/index.ts":
        'import type { T } from "@wirepost/smtp-client";\nexport type U = T;\n',
      "packages/smtp-client/src/index.ts": "export type T = 1;\n",
    },
  },
  {
    rules: ["facades-use-public-doors"],
    name: "a facade imports an internal door",
    files: {
      "packages/xojo-compat/src/index.ts": 'export { x } from "@wirepost/smtp-client/internal";\n',
      "packages/smtp-client/src/internal.ts": "export const x = 1;\n",
    },
    mended: {
      "packages/xojo-compat/src/index.ts": 'export { x } from "@wirepost/smtp-client";\n',
      ...door("smtp-client"),
    },
  },
  {
    rules: ["packages-are-entered-by-their-doors"],
    name: "smtp-client walks into smtp-protocol's sources",
    files: {
      "packages/smtp-client/src/index.ts": 'export { x } from "../../smtp-protocol/src/reply.js";\n',
      "packages/smtp-protocol/src/reply.ts": "export const x = 1;\n",
    },
  },
  {
    rules: ["no-cycles"],
    name: "two files need each other",
    files: {
      "packages/sasl/src/a.ts": 'import { b } from "./b.js";\nexport const a = () => b;\n',
      "packages/sasl/src/b.ts": 'import { a } from "./a.js";\nexport const b = () => a;\n',
    },
    mended: {
      "packages/sasl/src/a.ts":
        'import { b } from "./b.js";\nexport type A = 1;\nexport const a = () => b;\n',
      "packages/sasl/src/b.ts": 'import type { A } from "./a.js";\nexport const b: A = 1;\n',
    },
  },
  {
    rules: ["imports-resolve"],
    name: "a file is missing",
    files: { "packages/sasl/src/index.ts": 'export { a } from "./gone.js";\n' },
  },
  {
    rules: ["dependencies-are-declared"],
    name: "a workspace package is not in package.json",
    files: {
      "packages/smtp-client/package.json": manifest("packages/smtp-client", {}),
      "packages/smtp-client/src/index.ts": 'export { x } from "@wirepost/sasl";\n',
      ...door("sasl"),
    },
    mended: {
      "packages/smtp-client/package.json": manifest("packages/smtp-client", {
        "@wirepost/sasl": "workspace:*",
      }),
      "packages/smtp-client/src/index.ts": 'export { x } from "@wirepost/sasl";\n',
      ...door("sasl"),
    },
  },
  ...[
    { name: "no tsconfig.pure.json types", config: { compilerOptions: { lib: ["es2023"] } } },
    { name: "the DOM in lib", config: { compilerOptions: { types: [], lib: ["es2023", "dom"] } } },
  ].map(({ name, config }) => ({
    rules: ["pure-packages-compile-without-node"],
    name: `a pure package with ${name}`,
    files: { ...door("sasl"), "packages/sasl/tsconfig.pure.json": JSON.stringify(config) },
    mended: door("sasl"),
  })),
];

describe("a rule fires", () => {
  it.each(CASES)("$name", async ({ rules, files }) => {
    expect(await brokenRules(files)).toEqual([...rules].sort());
  });
});

describe("and is silent once it is mended", () => {
  it.each(CASES.filter(({ mended }) => mended !== undefined))("$name", async ({ mended }) => {
    expect(await brokenRules(mended)).toEqual([]);
  });
});

it("every rule has a case", () => {
  const covered = new Set(CASES.flatMap((one) => one.rules));
  const rules = [...FORBIDDEN.map((rule) => rule.name), ...Object.keys(OWN_RULES)];
  expect(rules.filter((rule) => !covered.has(rule))).toEqual([]);
});

describe("a global of the network", () => {
  it.each([
    "await fetch('x')",
    "globalThis.fetch('x')",
    "globalThis['fetch']('x')",
    "const f = fetch",
    "const { fetch: f } = globalThis",
    "const { fetch } = globalThis; fetch('x')",
    "new WebSocket('x')",
    "call(EventSource)",
    "({ fetch })",
    "process.getBuiltinModule('net')",
    "globalThis.process.binding('tcp_wrap')",
  ])("is found in: %s", (text) => {
    expect(networkGlobals("x.ts", text)).toHaveLength(1);
  });

  it.each([
    "// fetch(x)",
    "'fetch'",
    "options.fetch('x')",
    "interface Options { fetch?: () => void }",
    "function load(fetch: () => void) { return fetch(); }",
    "class A { fetch() {} }",
    "type F = typeof fetch",
    "const a = { fetch: 1 }",
    "prefetch()",
  ])("is not seen in: %s", (text) => {
    expect(networkGlobals("x.ts", text)).toEqual([]);
  });
});
