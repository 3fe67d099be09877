// What must hold of every case, whatever the server did.
import { inspect } from "node:util";
import type { Outcome } from "@wirepost/smtp-client";
import { LOGIN, TOKEN } from "../src/login-server.js";
import type { Content } from "./content.js";
import type { HostilePeer } from "./hostile-peer.js";
import { VERBS } from "./misbehaviour.js";
import type { Transport } from "./script.js";

/** What became of one message, as the client told it. */
export interface Told {
  readonly mark: string;
  readonly recipients: readonly { readonly address: string; readonly outcome: Outcome }[];
  readonly error: unknown;
}

/** The whole replies at the beginning of what a server said: their codes, or undefined from the first that is none. */
export function codesOf(said: string): (number | undefined)[] {
  const codes: (number | undefined)[] = [];
  let code: string | undefined;
  for (const line of said.split(/(?<=\n)/)) {
    const match = /^([2-5]\d\d)(?:([ -])[^\n]*)?\r?\n$/.exec(line);
    if (match === null || (code !== undefined && match[1] !== code)) return [...codes, undefined];
    if (match[2] === "-") {
      code = match[1];
    } else {
      codes.push(Number(match[1]));
      code = undefined;
    }
  }
  return codes;
}

type Verdict = "yes" | "no" | undefined;

function verdictOf(content: Content, address: string, lmtp: boolean): Verdict {
  const code = codesOf(content.said)[lmtp ? content.recipients.indexOf(address) : 0];
  if (code === undefined || Math.floor(code / 100) === 3) {
    const refused = codesOf(content.early).some((early) => early !== undefined && early >= 400);
    return refused ? "no" : undefined;
  }
  return code < 300 ? "yes" : "no";
}

/** The law of outcomes, for one message. */
export function lawBreaches(told: Told, peers: readonly HostilePeer[], lmtp: boolean): string[] {
  const contents = peers.flatMap((peer) => peer.contents);
  // Octets on their way to a server that has left, or reads no more, are lost.
  const lost = peers.some(({ left, stuck }) => left || stuck);
  const found: string[] = [];
  const mine = contents.filter(({ text }) => text.includes(`Subject: ${told.mark}`));
  for (const { address, outcome } of told.recipients) {
    const key = `${told.mark} ${address}`;
    const ended = mine.filter((content) => content.ended && content.recipients.includes(address));
    if (ended.length > 1) found.push(`${key} was sent ${ended.length} times`);
    const [content] = ended;
    if (content === undefined) {
      if (outcome === "accepted" || (outcome === "unknown" && !lost))
        found.push(`${key} is "${outcome}", and never came`);
      continue;
    }
    const verdict = verdictOf(content, address, lmtp);
    const allowed: readonly Outcome[] =
      verdict === "yes" ? ["accepted", "unknown"] : verdict === "no" ? ["rejected", "unknown"] : ["unknown"];
    if (!allowed.includes(outcome)) {
      found.push(`${key} is "${outcome}" after ${JSON.stringify(content.said.slice(0, 200))}`);
    }
  }
  return found;
}

const SECRETS = [
  LOGIN.password,
  TOKEN,
  Buffer.from(LOGIN.password).toString("base64"),
  Buffer.from(`\0${LOGIN.username}\0${LOGIN.password}`).toString("base64"),
  Buffer.from(TOKEN).toString("base64").slice(0, 20),
];

/** What an error shows, in every way in which errors are shown. */
export function errorBreaches(error: unknown): string[] {
  const found: string[] = [];
  const shown = `${inspect(error, { depth: 12 })} ${JSON.stringify(error)} ${String(error)}`;
  if (SECRETS.some((secret) => shown.includes(secret))) found.push("an error shows a secret");
  const { message } = error as Error;
  if (/[\u0000-\u001f\u007f-\u009f]/.test(message)) found.push("an error's text holds a control character");
  if (message.length > 2_000) found.push("an error's text goes on and on");
  return found;
}

/** What was said outside TLS, and what was said at all. */
export function wireBreaches(
  peers: readonly HostilePeer[],
  transport: Transport,
  mayShowSecrets: boolean,
): string[] {
  const found: string[] = [];
  for (const peer of peers) {
    const clear = peer.clear.toString("latin1");
    if (!mayShowSecrets && SECRETS.some((secret) => clear.includes(secret))) found.push("a secret in clear");
    if (transport !== "clear") found.push(...clearBreaches(clear, transport));
    for (const { line } of peer.commands) {
      const verb = line.split(/[ :]/)[0] ?? "";
      const response = /^(\*|[A-Za-z0-9+/]*={0,2})$/.test(line);
      if (!VERBS.test(verb) && !response) found.push(`${JSON.stringify(line.slice(0, 80))} as a command`);
    }
  }
  return found;
}

function clearBreaches(clear: string, transport: Transport): string[] {
  if (transport === "implicit") {
    return clear === "" || clear.startsWith("\x16\x03") ? [] : ["octets in clear where TLS was to begin"];
  }
  const hello = clear.indexOf("\x16\x03");
  const before = hello < 0 ? clear : clear.slice(0, hello);
  const lines = before.split("\r\n");
  const found = lines
    .filter((line) => !/^((EHLO|HELO|LHLO) [!-~]+|STARTTLS|QUIT|)$/.test(line))
    .map((line) => `${JSON.stringify(line.slice(0, 80))} in clear`);
  // T16: not one octet between STARTTLS and the handshake.
  if (hello >= 0 && !before.endsWith("STARTTLS\r\n")) found.push("octets between STARTTLS and the handshake");
  return found;
}
