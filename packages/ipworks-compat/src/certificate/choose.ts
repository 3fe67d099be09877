// Opening stores, and finding a certificate in them.
import { type CertificateInfo, SocketError } from "@wirepost/socket-core";
import type { StoreEntry } from "@wirepost/socket-core/certificates";
import { nameText } from "./names.js";
import { FILE_TYPES, type StoreChoice } from "./store-types.js";

/** A certificate with its issuers, and its private key as PEM. A store of keys alone has no certificate. */
export interface Chosen {
  readonly certificates: readonly CertificateInfo[];
  readonly key: string | undefined;
}

/** @throws SocketError of the group file */
export async function openStore({
  type,
  store,
  password,
  keyPassword,
}: StoreChoice): Promise<readonly StoreEntry[]> {
  const { openCertificateStore } = await import("@wirepost/socket-core/certificates");
  const source = typeof store === "string" && !isFile(type, store) ? octetsOf(store) : store;
  const { entries } = await openCertificateStore(source, {
    ...(password === "" ? {} : { password }),
    ...(keyPassword === "" ? {} : { keyPassword }),
  });
  return entries;
}

/** cstAuto: what is no data by its look is a file's name. */
function isFile(type: number, store: string): boolean {
  if (type !== 99) return FILE_TYPES.has(type);
  return !(
    /[\r\n\0]/.test(store) ||
    /^(?:-----BEGIN|\{|ssh-|ecdsa-|PuTTY-)/.test(store) ||
    store.length > 1024
  );
}

/** The data of a store that a program holds as text: itself, or its base64, or one character for each octet. */
function octetsOf(store: string): Uint8Array {
  if (/^(?:\s*\{|-----BEGIN|ssh-|ecdsa-|sk-|PuTTY-|---- BEGIN)/.test(store))
    return Buffer.from(store, "utf8");
  if (/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(store)) return Buffer.from(store, "base64");
  return Buffer.from(store, "latin1");
}

/** Exact subject, else a part of it; `*`: any; `Thumbprint=…`. @throws SocketError ERR_SOCKET_FILE_NO_ENTRY */
export function chooseFrom(
  entries: readonly Chosen[],
  subject: string,
  thumbprint: string | undefined,
): Chosen {
  const wanted = thumbprint ?? /^\s*Thumbprint\s*=\s*(\S+)\s*$/i.exec(subject)?.[1];
  const found = wanted === undefined ? bySubject(entries, subject) : byThumbprint(entries, wanted);
  if (found !== undefined) return found;
  throw new SocketError("ERR_SOCKET_FILE_NO_ENTRY", { phase: "files" });
}

function bySubject(entries: readonly Chosen[], subject: string): Chosen | undefined {
  const withKeysFirst = [...entries].sort((one, other) => rank(one) - rank(other));
  if (subject === "*") return withKeysFirst[0];
  const wanted = normal(subject);
  const named = (test: (text: string) => boolean): Chosen | undefined =>
    withKeysFirst.find(
      ({ certificates: [first] }) => first !== undefined && test(normal(nameText(first.subject))),
    );
  return named((text) => text === wanted) ?? named((text) => text.includes(wanted));
}

const rank = ({ key }: Chosen): number => (key === undefined ? 1 : 0);

/** Programs write spaces behind the commas or leave them out. */
const normal = (text: string): string =>
  text
    .replace(/\s*,\s*/g, ",")
    .trim()
    .toLowerCase();

function byThumbprint(entries: readonly Chosen[], thumbprint: string): Chosen | undefined {
  const wanted = thumbprint.replace(/[^0-9a-f]/gi, "").toLowerCase();
  const same = (text: string): boolean => text.replace(/[^0-9a-f]/gi, "").toLowerCase() === wanted;
  return entries.find(({ certificates: [first] }) => {
    if (first === undefined) return false;
    const { md5, sha1, sha256 } = first.fingerprints;
    return same(md5) || same(sha1) || same(sha256);
  });
}

export function sameCertificate(entry: Pick<Chosen, "certificates">, info: CertificateInfo): boolean {
  return entry.certificates[0]?.fingerprints.sha256 === info.fingerprints.sha256;
}
