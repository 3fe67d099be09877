// Which facts belong to which facade.
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const FACADES = [
  { facts: here("../xojo.json"), module: here("../../../packages/xojo-compat/dist/index.js") },
  {
    facts: here("../sockettools.json"),
    module: here("../../../packages/sockettools-compat/dist/index.js"),
  },
  {
    facts: here("../ipworks-java.json"),
    module: here("../../../packages/ipworks-compat/dist/java.js"),
  },
  {
    facts: here("../ipworks-dotnet.json"),
    module: here("../../../packages/ipworks-compat/dist/dotnet.js"),
  },
];
