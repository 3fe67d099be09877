import { type ConnectionOptions, parseConnectionUrl } from "@wirepost/smtp-client";
import { type Command, Option } from "commander";
import { CliError } from "./errors.js";
import { collectWords, seconds } from "./flag-values.js";
import { readSecretFile, readTextFile } from "./input.js";
import type { Terminal } from "./terminal.js";

/** The flags that every command which talks to a server understands. */
export interface ConnectionFlags {
  readonly starttls?: "required" | "opportunistic" | "none";
  readonly ca?: string;
  readonly insecure?: true;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly auth?: readonly string[];
  readonly allowClearText?: readonly string[];
  readonly helo?: string;
  readonly timeout?: number;
}

export function addConnectionFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--starttls <policy>", "whether TLS must begin after connecting in clear").choices([
        "required",
        "opportunistic",
        "none",
      ]),
    )
    .option("--ca <file>", "trust these authorities, PEM, instead of the system's; TLS is then required")
    .option("--insecure", "do not verify the server's certificate")
    .option("--user <name>", "log in with this name (or put it into the URL)")
    .option(
      "--password-file <file>",
      "password: the first line of this file (or environment WIREPOST_PASSWORD)",
    )
    .option("--token-file <file>", "OAuth token: the first line of this file (or environment WIREPOST_TOKEN)")
    .option("--auth <mechanisms>", "log in with these mechanisms only, in this order", collectWords)
    .option(
      "--allow-clear-text <mechanisms>",
      "let these mechanisms show the password without TLS",
      collectWords,
    )
    .option("--helo <name>", "introduce this machine by this name")
    .option("--timeout <seconds>", "give up after so long", seconds);
}

/**
 * Flags, environment and URL as options of smtp-client. The URL may be a bare `host` or `host:port`.
 *
 * @throws CliError `ERR_CLI_USAGE`, `ERR_CLI_NO_INPUT`; SendError `ERR_CLIENT_URL`. None of them repeats the URL.
 */
export async function readConnection(
  url: string,
  flags: ConnectionFlags,
  env: Terminal["env"],
): Promise<ConnectionOptions> {
  checkPort(url);
  const fromUrl = parseConnectionUrl(url.includes("://") ? url : `smtp://${url}`);
  if (fromUrl.tls === "implicit" && flags.starttls !== undefined) {
    throw new CliError("ERR_CLI_USAGE", "--starttls contradicts smtps://, which is TLS from the first byte");
  }
  const fromUrlTls = typeof fromUrl.tls === "string" ? { policy: fromUrl.tls } : fromUrl.tls;
  // Opportunistic TLS verifies nothing: whoever names an authority wants the server verified.
  const named = flags.ca !== undefined && fromUrl.port !== 465 ? { policy: "required" as const } : {};
  const tls = {
    ...named,
    ...fromUrlTls,
    ...(flags.starttls === undefined ? {} : { policy: flags.starttls }),
    ...(flags.ca === undefined ? {} : { ca: await readTextFile(flags.ca, "the authorities") }),
    ...(flags.insecure === true ? { verify: "none" as const } : {}),
  };
  return {
    ...fromUrl,
    tls,
    auth: await readCredentials(fromUrl.auth, flags, env),
    clientName: flags.helo ?? fromUrl.clientName,
    timeouts: flags.timeout === undefined ? undefined : timeouts(flags.timeout),
  };
}

/** URLs with such a port are none; what was typed is not repeated, as it may be a password whose host was forgotten. */
function checkPort(url: string): void {
  const authority = url.replace(/^[a-z]+:\/\//i, "").split(/[/?#]/, 1)[0] as string;
  const port = /^(?:\[[^\]]*\]|[^:[\]]*):([^:]+)$/.exec(authority.slice(authority.lastIndexOf("@") + 1))?.[1];
  if (port === undefined || (/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) return;
  throw new CliError("ERR_CLI_USAGE", "the port behind the host must be a number from 1 to 65535");
}

/** One figure for each step before the message; the send as a whole has a deadline of its own. */
function timeouts(ms: number): ConnectionOptions["timeouts"] {
  return { connectMs: ms, tlsMs: ms, greetingMs: ms, commandMs: ms };
}

type Auth = NonNullable<ConnectionOptions["auth"]>;

/** What a file says wins over the URL, which wins over the environment. */
async function readCredentials(
  fromUrl: Auth | undefined,
  flags: ConnectionFlags,
  env: Terminal["env"],
): Promise<Auth | undefined> {
  const username = flags.user ?? fromUrl?.username;
  if (username === undefined) {
    const orphan = (["passwordFile", "tokenFile", "auth", "allowClearText"] as const).find(
      (name) => flags[name] !== undefined,
    );
    if (orphan !== undefined)
      throw new CliError("ERR_CLI_USAGE", "a login needs a name: --user, or in the URL");
    return undefined;
  }
  const password =
    flags.passwordFile !== undefined
      ? await readSecretFile(flags.passwordFile, "the password file")
      : fromUrl?.password || env["WIREPOST_PASSWORD"];
  const token =
    flags.tokenFile !== undefined
      ? await readSecretFile(flags.tokenFile, "the token file")
      : env["WIREPOST_TOKEN"];
  if ((password ?? "") === "" && (token ?? "") === "" && flags.auth === undefined) {
    throw new CliError(
      "ERR_CLI_USAGE",
      "a login needs a secret: --password-file, --token-file, or environment WIREPOST_PASSWORD or WIREPOST_TOKEN",
    );
  }
  return {
    ...fromUrl,
    username,
    password,
    token,
    mechanisms: flags.auth?.map((name) => name.toUpperCase()) ?? fromUrl?.mechanisms,
    allowClearText: flags.allowClearText?.map((name) => name.toUpperCase()),
  };
}
