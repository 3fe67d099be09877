import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Release = "bookworm" | "trixie";

interface Source {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly signedBy: string | undefined;
}

/** One-line format, sources.list(5): `deb [options] uri suite component…`. */
function parseOneLine(text: string): Source[] {
  const sources: Source[] = [];
  for (const line of text.split("\n")) {
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.trim());
    if (match === null || !/\bmain\b/.test(match[4]!)) continue;
    const signedBy = /signed-by=(\S+)/i.exec(match[1] ?? "")?.[1];
    sources.push({ uri: match[2]!, suites: [match[3]!], signedBy });
  }
  return sources;
}

/** Stanzas of fields, the deb822 format of sources.list(5). */
function parseStanzas(text: string): Source[] {
  const sources: Source[] = [];
  const uncommented = text.replace(/^#.*\n/gm, "");
  for (const stanza of uncommented.split(/\n\s*\n/)) {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t]+.*)*)`, "im").exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    if (!field("Types").includes("deb") || !field("Components").includes("main")) continue;
    if (/^no$/i.test(field("Enabled")[0] ?? "yes")) continue;
    const signedBy = field("Signed-By")[0];
    for (const uri of field("URIs")) {
      // A key given in place of a file name cannot be carried over to the one-line format.
      sources.push({
        uri,
        suites: field("Suites"),
        signedBy: signedBy?.startsWith("/") ? signedBy : undefined,
      });
    }
  }
  return sources;
}

function machineSources(): Source[] {
  const read = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  const sources = parseOneLine(read("/etc/apt/sources.list"));
  for (const name of readdirSync("/etc/apt/sources.list.d").sort()) {
    const path = join("/etc/apt/sources.list.d", name);
    if (name.endsWith(".list")) sources.push(...parseOneLine(read(path)));
    if (name.endsWith(".sources")) sources.push(...parseStanzas(read(path)));
  }
  return sources;
}

/**
 * A sources.list for `release`, from where this machine itself gets its packages: the same addresses and keys,
 * with the name of the release put in the place of the machine's own.
 */
export function sourceList(release: Release): string {
  const own = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  if (own === undefined)
    throw new Error("/etc/os-release names no release: this suite needs a Debian machine");
  const lines: string[] = [];
  for (const source of machineSources()) {
    for (const suite of source.suites) {
      if (suite !== own && !suite.startsWith(`${own}-`) && !suite.startsWith(`${own}/`)) continue;
      const options = source.signedBy === undefined ? "" : `[signed-by=${source.signedBy}] `;
      lines.push(`deb ${options}${source.uri} ${suite.replace(own, release)} main`);
    }
  }
  if (lines.length === 0) throw new Error(`apt has no source for ${own} on this machine`);
  return `${lines.join("\n")}\n`;
}
