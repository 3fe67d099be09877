import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { command } from "./command.js";
import { imageOf } from "./image.js";
import { cacheFolder } from "./paths.js";
import type { Release } from "./sources.js";

export interface SandboxFile {
  readonly content: string | Uint8Array;
  /** Permission bits; default 0o644. */
  readonly mode?: number | undefined;
}

export interface SandboxOptions {
  /** Names the run folder and the log. */
  readonly name: string;
  readonly release: Release;
  /** Absolute paths inside the sandbox and what is to stand there. */
  readonly files: Readonly<Record<string, string | Uint8Array | SandboxFile>>;
  /** bash; the sandbox ends when it ends. It should start the server and wait for its end. */
  readonly start: string;
  /** Resolves when the server answers; is tried until it does. */
  readonly ready: (sandbox: Sandbox) => Promise<boolean>;
  /** Default 30 seconds. */
  readonly readyTimeoutMs?: number | undefined;
}

export interface Sandbox {
  /** The path under which the sandbox's root is seen from outside while it lives. */
  readonly root: string;
  /** Everything that was written to /srv/wirepost/log, and the first process's own output. */
  log(): string;
  /** Runs bash inside the sandbox and gives what it prints. */
  run(script: string): Promise<string>;
  /** Starts bash inside the sandbox, which ends with it. */
  spawn(script: string): ChildProcessWithoutNullStreams;
  /** Ends every process of the sandbox; its memory file system goes with them. */
  stop(): Promise<void>;
}

// Runs in a mount, a host name and a process namespace of its own; the network is the machine's. The image is the read-only lower layer; whatever is written
// lies in memory and vanishes with the namespace. Only the log folder is on the disk. The first process stays a shell:
// a server that is set-user-ID or changes its user would lose the order to end with its parent.
const ENTER = `
set -e
image=$1 run=$2
echo mail.example.test > /proc/sys/kernel/hostname
mount -t tmpfs -o mode=755 tmpfs "$run/mount"
cd "$run/mount"
mkdir upper work root
mount -t overlay overlay -o lowerdir="$image",upperdir=upper,workdir=work root
mount -t proc proc root/proc
mount -t tmpfs -o mode=755 tmpfs root/dev
mkdir root/dev/shm root/dev/pts
chmod 1777 root/dev/shm root/tmp root/var/tmp
for device in null zero full random urandom; do
  : > root/dev/$device
  mount --bind /dev/$device root/dev/$device
done
ln -s /proc/self/fd root/dev/fd
ln -s /proc/self/fd/0 root/dev/stdin
ln -s /proc/self/fd/1 root/dev/stdout
ln -s /proc/self/fd/2 root/dev/stderr
cp -a "$run/files/." root/
mkdir -p root/srv/wirepost/log
mount --bind "$run/log" root/srv/wirepost/log
chmod 1777 root/srv/wirepost/log
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root chroot root /bin/bash -c '/bin/bash /srv/wirepost/start & wait $!'
`;

/** Users that the Debian packages' installation scripts would have made. */
const USERS = [
  ["root", 0],
  ["daemon", 1],
  ["mail", 8],
  ["proxy", 13],
  ["nobody", 65534],
  ["postfix", 901],
  ["postdrop", 902],
  ["dovecot", 903],
  ["dovenull", 904],
  ["Debian-exim", 905],
  ["opensmtpd", 906],
  ["opensmtpq", 907],
  ["redis", 908],
  ["tinyproxy", 909],
  ["ann", 1001],
  ["vmail", 5000],
] as const;

/** The owner of delivered mail. */
export const MAIL_USER = { name: "vmail", id: 5000 };

const GROUND_FILES: SandboxOptions["files"] = {
  "/etc/passwd": USERS.map(([name, id]) => `${name}:x:${id}:${id}:${name}:/srv/home/${name}:/bin/sh\n`).join(
    "",
  ),
  "/etc/group": `${USERS.map(([name, id]) => `${name}:x:${id}:\n`).join("")}sasl:x:45:\n`,
  "/etc/shadow": { content: USERS.map(([name]) => `${name}:*:19000:0:99999:7:::\n`).join(""), mode: 0o640 },
  "/etc/hosts": "127.0.0.1 localhost mail.example.test\n::1 ip6-localhost\n",
  "/etc/resolv.conf": "",
  "/etc/nsswitch.conf":
    "passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n",
  "/etc/services":
    "smtp 25/tcp mail\nsubmissions 465/tcp\nsubmission 587/tcp\nkerberos 88/tcp\nkerberos 88/udp\n",
  "/etc/mailname": "mail.example.test\n",
  "/etc/hostname": "mail.example.test\n",
};

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

function exited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function readLogs(folder: string): string {
  const texts: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const text = readFileSync(join(folder, name), "utf8").trimEnd();
    if (text !== "") texts.push(`--- ${name}\n${text}`);
  }
  return texts.join("\n");
}

function layOut(folder: string, files: SandboxOptions["files"]): void {
  for (const [path, entry] of Object.entries(files)) {
    const file = typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
    const target = join(folder, path);
    mkdirSync(join(target, ".."), { recursive: true });
    writeFileSync(target, file.content, { mode: file.mode ?? 0o644 });
  }
}

/** Starts a server in namespaces of its own and waits until it is ready; throws with its log when it is not. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const image = await imageOf(options.release);
  const run = mkdtempSync(join(cacheFolder("run"), `${options.name}-`));
  const logFolder = join(run, "log");
  mkdirSync(join(run, "mount"));
  mkdirSync(logFolder);
  const start = `cd /\n${options.start}`;
  layOut(join(run, "files"), { ...GROUND_FILES, ...options.files, "/srv/wirepost/start": start });

  // The kernel ends `unshare` when this process ends, and everything inside when `unshare` ends.
  const namespaces = [
    "unshare",
    "--mount",
    "--uts",
    "--pid",
    "--fork",
    "--kill-child=KILL",
    "--propagation=private",
  ];
  const output: Buffer[] = [];
  const child = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", ...namespaces, "/bin/sh", "-c", ENTER, "sh", image, run],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  living.add(child);
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  let kept: string | undefined;

  const sandbox: Sandbox = {
    root: `/proc/${child.pid}/root${run}/mount/root`,
    log: () => kept ?? `${Buffer.concat(output)}${readLogs(logFolder)}`,
    run: (script) =>
      command("nsenter", [...insideOf(child), "/bin/bash", "-c", script], { environment: INSIDE }),
    spawn: (script) => spawn("nsenter", [...insideOf(child), "/bin/bash", "-c", script], { env: INSIDE }),
    async stop() {
      if (kept !== undefined) return;
      if (!exited(child)) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        // The end of a namespace's first process is the end of all others in it.
        const first = firstProcessOf(child);
        if (first !== undefined) process.kill(Number(first), "SIGKILL");
        child.kill("SIGKILL");
        await ended;
      }
      living.delete(child);
      kept = `${Buffer.concat(output)}${readLogs(logFolder)}`;
      writeFileSync(join(cacheFolder("logs"), `${options.name}.log`), `${kept}\n`);
      rmSync(run, { recursive: true, force: true });
    },
  };

  const deadline = performance.now() + (options.readyTimeoutMs ?? 30_000);
  const fail = async (why: string, cause?: unknown) => {
    await sandbox.stop();
    return new Error(`${options.name} ${why}\n${sandbox.log()}`, { cause });
  };
  let last: unknown;
  for (;;) {
    if (exited(child)) throw await fail("ended while starting", last);
    // For run.mjs, which looks for what is left when everything has ended.
    writeFileSync(join(run, "pid"), `${child.pid} ${process.pid} ${namespaceOf(child)}`);
    try {
      if (await options.ready(sandbox)) return sandbox;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw await fail("did not become ready", last);
    await sleep(50);
  }
}

const INSIDE = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", HOME: "/root" };

/** Names the process namespace inside, once it exists. */
function namespaceOf(child: ChildProcess): string {
  try {
    return readlinkSync(`/proc/${child.pid}/ns/pid_for_children`);
  } catch {
    return "";
  }
}

/** The number, outside, of the process that is number 1 inside. */
function firstProcessOf(child: ChildProcess): string | undefined {
  try {
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
    return children[0] === "" ? undefined : children[0];
  } catch {
    return undefined; // it has ended
  }
}

/** What makes nsenter enter the namespaces of the sandbox and its root. */
function insideOf(child: ChildProcess): string[] {
  const first = firstProcessOf(child);
  if (first === undefined) throw new Error("the sandbox has ended");
  return ["--target", first, "--mount", "--uts", "--pid", "--root", "--wd=/"];
}
