import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.js";
import { withLock } from "./lock.js";
import { downloadPackages } from "./packages.js";
import { cacheFolder } from "./paths.js";
import type { Release } from "./sources.js";

/** What every image needs to run a shell script. */
const GROUND = [
  "bash",
  "dash",
  "diffutils",
  "libc-bin",
  "coreutils",
  "sed",
  "grep",
  "gawk",
  "findutils",
  "hostname",
  "procps",
  "base-files",
];

/**
 * The packages of each release, in groups that apt can resolve: Postfix and Exim exclude each other, but nothing
 * that both carry is used here, so all groups are unpacked into one tree.
 */
const CATALOGUE: Readonly<Record<Release, readonly (readonly string[])[]>> = {
  bookworm: [
    [
      ...["postfix", "dovecot-core", "dovecot-lmtpd", "dovecot-gssapi"],
      ...["sasl2-bin", "libsasl2-modules", "libsasl2-modules-gssapi-mit"],
      ...["krb5-kdc", "krb5-admin-server", "krb5-user", "python3-gssapi"],
      ...["dante-server", "tinyproxy", "squid", "redis-server", "python3-aiosmtpd"],
    ],
    ["exim4-daemon-heavy"],
    ["nsd", "unbound", "ldnsutils"],
  ],
  trixie: [["dovecot-core", "dovecot-submissiond", "dovecot-gssapi"], ["opensmtpd"]],
};

/** Raised when the way an image is put together changes, so that old ones are not used. */
const REVISION = 1;

/** What the packages' own installation scripts would have done and the programs here need. */
function finish(root: string): void {
  const link = (path: string, target: string) => {
    if (!existsSync(join(root, path))) symlinkSync(target, join(root, path));
  };
  link("usr/bin/awk", "gawk");
  for (const folder of ["proc", "dev", "sys", "tmp", "run", "root", "srv/wirepost", "var/mail", "var/tmp"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  link("etc/ld.so.conf", "/dev/null");
}

async function build(release: Release, target: string): Promise<void> {
  const draft = `${target}.draft`;
  rmSync(draft, { recursive: true, force: true });
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(join(draft, "usr", folder), { recursive: true });
    symlinkSync(`usr/${folder}`, join(draft, folder));
  }
  const unpacked = new Set<string>();
  for (const group of CATALOGUE[release]) {
    for (const archive of await downloadPackages(release, [...GROUND, ...group])) {
      if (unpacked.has(archive)) continue;
      unpacked.add(archive);
      // dpkg -x would replace the links /bin and /lib by folders.
      const unpack = 'dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink -C "$1"';
      await command("/bin/sh", ["-c", unpack, archive, draft]);
    }
  }
  finish(draft);
  writeFileSync(
    join(draft, ".packages"),
    `${[...unpacked].map((path) => path.split("/").at(-1)).join("\n")}\n`,
  );
  renameSync(draft, target);
}

/** The folder with all programs of that release, unpacked and ready to be mounted; built on first use. */
export async function imageOf(release: Release): Promise<string> {
  const recipe = JSON.stringify([REVISION, GROUND, CATALOGUE[release]]);
  const key = createHash("sha256").update(recipe).digest("hex").slice(0, 12);
  const images = cacheFolder("images");
  const image = join(images, `${release}-${key}`);
  if (existsSync(image)) return image;
  return withLock(join(images, `${release}.lock`), async () => {
    if (existsSync(image)) return image;
    await build(release, image);
    for (const name of readdirSync(images)) {
      if (name.startsWith(`${release}-`) && join(images, name) !== image) {
        rmSync(join(images, name), { recursive: true, force: true });
      }
    }
    return image;
  });
}
