// Writes the doors, src/generated, MEMBERS.md and SETTINGS.md from the table. With --check it only compares.
import { fileURLToPath } from "node:url";
import { generatedFiles } from "../../../tooling/config/generated.mjs";
import { CERTIFICATE, FIREWALL, HEADER, LISTS, MESSAGE_RECIPIENT, SETTINGS } from "../table/index.mjs";
import { enumsSource, exceptionSource, listSource, typeSource } from "./class-source.mjs";
import { membersPage, settingsPage } from "./pages.mjs";
import { settingsSource } from "./settings-source.mjs";
import { doorSource, dotnetEvents, dotnetSmtp, javaEvents, javaSmtp, namesSource } from "./smtp-source.mjs";

const fileOf = (name) => `${name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.ts`;

function sources() {
  const all = new Map([["generated/settings.ts", settingsSource(SETTINGS)]]);
  for (const door of ["java", "dotnet"]) {
    const put = (name, text) => all.set(`generated/${door}/${name}`, text);
    for (const table of [CERTIFICATE, FIREWALL, HEADER, MESSAGE_RECIPIENT])
      put(fileOf(table.name), typeSource(table, door));
    for (const list of LISTS) put(fileOf(list.name), listSource(list, door));
    put("ipworks-exception.ts", exceptionSource());
    put("smtp-events.ts", door === "java" ? javaEvents() : dotnetEvents());
    put("smtp.ts", door === "java" ? javaSmtp() : dotnetSmtp());
    put("names.ts", namesSource(door));
    all.set(`${door}.ts`, doorSource(door));
  }
  all.set("generated/dotnet/enums.ts", enumsSource());
  return all;
}

const pages = () => [
  ["MEMBERS.md", membersPage()],
  ["SETTINGS.md", settingsPage()],
];

export const { generateAll, staleFiles, main } = generatedFiles(new URL("..", import.meta.url), {
  sources,
  pages,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
