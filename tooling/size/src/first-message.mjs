import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CLIENT = fileURLToPath(new URL("../../../packages/smtp-client/dist", import.meta.url));

/** The file behind the door of smtp-client that every first message opens. @throws where the package is not built, or twice */
export function firstMessageFile() {
  const files = readdirSync(CLIENT).filter((name) => /^pool-\w+\.js$/.test(name));
  if (files.length !== 1) throw new Error(`${CLIENT} has ${files.length} files pool-*.js: build anew`);
  return join(CLIENT, files[0]);
}
