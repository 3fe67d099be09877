// Programs of users, compiled with the strictest settings by several TypeScripts; library declarations are checked too.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compiler } from "./installation.mjs";
import { check } from "./report.mjs";
import { runProgram } from "./run-program.mjs";

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmit: true,
  target: "es2022",
  lib: ["es2023"],
};

const BODY = `
export async function sendAll(url: string, recipients: readonly string[]): Promise<number> {
  const client = new SmtpClient(url);
  const options: SendOptions = { sendTimeoutMs: 60_000, dsn: { notify: ["failure"], optional: true } };
  let accepted = 0;
  try {
    for await (const result of client.sendAll(recipients.map((to) => ({ from: "a@example.com", to, text: "x" })), options)) {
      if (result.error === undefined) accepted += result.receipt.accepted.length;
      else if (SendError.is(result.error) && result.error.state === "unknown") return -1;
    }
  } finally {
    await client.close();
  }
  return accepted;
}
export const host: string = parseMailbox("a@example.org").domain;
const reply: Reply = createReply(250, "2.0.0", "Ok");
export const code: number = reply.code;
export const message: EmailMessage = new EmailMessage({ subject: "x" });
`;
const NAMES = {
  "@wirepost/smtp-client": "SendError, SmtpClient, type SendOptions",
  "@wirepost/mail-address": "parseMailbox",
  "@wirepost/smtp-protocol": "createReply, type Reply",
  "@wirepost/mime-message": "EmailMessage",
};
const IMPORTS = Object.entries(NAMES)
  .map(([from, names]) => `import { ${names} } from ${JSON.stringify(from)};`)
  .join("\n");

const WAYS = [
  { name: "ESM", file: "user.mts", options: { module: "nodenext", moduleResolution: "nodenext" } },
  { name: "CommonJS", file: "user.cts", options: { module: "nodenext", moduleResolution: "nodenext" } },
  { name: "bundler", file: "user.ts", options: { module: "esnext", moduleResolution: "bundler" } },
];

const COMPILERS = [
  // The oldest that knows Uint8Array<ArrayBuffer>, which the declarations use.
  ["TypeScript 5.7", () => compiler("typescript-5.7")],
  [
    "TypeScript 6.0",
    () => join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc"),
  ],
  ["TypeScript 7.0", () => compiler("typescript-7")],
];

/** @param {string} consumer a project that has the packages installed, with Node's types */
export async function compileUsers(consumer) {
  for (const { name, file, options } of WAYS) {
    const folder = join(consumer, `user-${name.toLowerCase()}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), IMPORTS + BODY);
    // Node's types are found by the packages' own references.
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...STRICT, ...options, types: [] }, files: [file] }),
    );
    await Promise.all(
      COMPILERS.map(([compilerName, path]) =>
        check("strict consumers", `${compilerName}, ${name}`, () =>
          runProgram(process.execPath, [path(), "-p", folder], { cwd: folder }),
        ),
      ),
    );
  }
}
