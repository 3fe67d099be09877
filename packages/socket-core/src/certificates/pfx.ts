import forge from "node-forge";
import { SocketError } from "../errors.js";
import { toPem } from "./pem.js";
import type { RawEntry } from "./store.js";

const { oids } = forge.pki;

/**
 * Opens PKCS #12, the old RC2 and 3DES files included, which OpenSSL 3 refuses without its legacy provider.
 */
export function openPfx(octets: Uint8Array, password: string | undefined): RawEntry[] {
  const bags = readBags(octets, password);
  const keys = bags.filter((bag) => bag.type === oids.pkcs8ShroudedKeyBag || bag.type === oids.keyBag);
  const certificates = bags.filter((bag) => bag.type === oids.certBag);
  const entries: RawEntry[] = [];
  for (const bag of keys) {
    entries.push({ alias: nameOf(bag), key: keyPem(bag), localKeyId: keyIdOf(bag), certificates: [] });
  }
  for (const bag of certificates) {
    entries.push({
      alias: nameOf(bag),
      key: undefined,
      localKeyId: keyIdOf(bag),
      certificates: [certificateDer(bag)],
    });
  }
  return entries;
}

function readBags(octets: Uint8Array, password: string | undefined): forge.pkcs12.Bag[] {
  let structure: forge.asn1.Asn1;
  try {
    const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("binary");
    structure = forge.asn1.fromDer(bytes, { strict: false, parseAllBytes: false } as never);
  } catch (error) {
    throw new SocketError("ERR_SOCKET_FILE_FORMAT", { detail: "PKCS #12", cause: error });
  }
  try {
    return open(structure, password ?? "");
  } catch (error) {
    // An absent and an empty password are encoded differently (RFC 7292 appendix B.1); files exist with either.
    if (password === undefined || password === "") {
      try {
        return open(structure, null);
      } catch {
        // The first failure tells more.
      }
    }
    throw failure(error);
  }
}

function open(structure: forge.asn1.Asn1, password: string | null): forge.pkcs12.Bag[] {
  const pfx = forge.pkcs12.pkcs12FromAsn1(structure, false, password as string);
  return pfx.safeContents.flatMap((contents) => contents.safeBags);
}

function failure(error: unknown): SocketError {
  const text = error instanceof Error ? error.message : "";
  const code = /MAC could not be verified|Invalid password|decrypt|Unable to read|padding/i.test(text)
    ? "ERR_SOCKET_FILE_PASSWORD"
    : /unsupported|unknown|not supported|Cannot read/i.test(text)
      ? "ERR_SOCKET_FILE_UNSUPPORTED"
      : "ERR_SOCKET_FILE_FORMAT";
  return new SocketError(code, { detail: "PKCS #12", cause: error });
}

function attribute(bag: forge.pkcs12.Bag, name: string): string | undefined {
  const value = (bag.attributes as Record<string, unknown[]> | undefined)?.[name]?.[0];
  return typeof value === "string" ? value : undefined;
}

function nameOf(bag: forge.pkcs12.Bag): string | undefined {
  return attribute(bag, "friendlyName");
}

function keyIdOf(bag: forge.pkcs12.Bag): string | undefined {
  const id = attribute(bag, "localKeyId");
  return id === undefined ? undefined : Buffer.from(id, "binary").toString("hex");
}

function keyPem(bag: forge.pkcs12.Bag): string {
  // forge reads RSA keys only; of the others it keeps the structure, which is all that is needed.
  const info = bag.asn1 ?? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key!));
  return toPem("PRIVATE KEY", derOf(info));
}

function certificateDer(bag: forge.pkcs12.Bag): Uint8Array {
  return derOf(bag.asn1 ?? forge.pki.certificateToAsn1(bag.cert!));
}

function derOf(structure: forge.asn1.Asn1): Uint8Array {
  return new Uint8Array(Buffer.from(forge.asn1.toDer(structure).getBytes(), "binary"));
}
