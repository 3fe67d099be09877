import { type DerElement, DerError, readChildren, readOid, readText } from "./der.js";
import { ATTRIBUTE_NAMES } from "./object-names.js";

/** One part of a name. */
export interface NameAttribute {
  /** `CN`, `O`, `C`… or the OID in dots when it has no short name. */
  readonly type: string;
  /** As text. */
  readonly value: string;
}

/** A name of a subject or an issuer. */
export interface DistinguishedName {
  /** RFC 4514 form, most specific part first: `CN=mail.example.com,O=Example,C=DE`. */
  readonly text: string;
  /** The last CN of the name. For display only: it is never compared with a host name (RFC 9525). */
  readonly commonName?: string | undefined;
  /** In the order of the certificate. */
  readonly attributes: readonly NameAttribute[];
}

export function readName(raw: Uint8Array, element: DerElement): DistinguishedName {
  const attributes: NameAttribute[] = [];
  const parts: string[] = [];
  for (const set of readChildren(raw, element)) {
    const texts: string[] = [];
    for (const pair of readChildren(raw, set)) {
      const [oidElement, value] = readChildren(raw, pair);
      if (oidElement === undefined || value === undefined) throw new DerError("bad name");
      const oid = readOid(raw, oidElement);
      const attribute = { type: ATTRIBUTE_NAMES[oid] ?? oid, value: readText(raw, value) };
      attributes.push(attribute);
      texts.push(`${attribute.type}=${escapeValue(attribute.value)}`);
    }
    parts.unshift(texts.join("+"));
  }
  const commonName = attributes.findLast((attribute) => attribute.type === "CN")?.value;
  return { text: parts.join(","), commonName, attributes };
}

/** RFC 4514 section 2.4, so that no value can add an attribute to the text. */
function escapeValue(value: string): string {
  return value
    .replace(/[\\",+;<>=]/g, "\\$&")
    .replace(/^[ #]/, "\\$&")
    .replace(/ $/, "\\ ")
    .replace(
      /[\u0000-\u001f\u007f]/g,
      (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
    );
}
