// Ready messages and parts: made elsewhere, sent as they are. Their line ends are put right, and where the transport
// cannot take them their 8-bit parts are encoded anew or they are refused by name, before anything is sent (row M14).
import { LineFacts } from "@wirepost/octet-scan";
import { type BodyFacts, MAX_BODY_LINE_OCTETS, normalizeOctets, scanOctets } from "./body-scan.js";
import { assertIdentity, checkedPiece, identityPiece, type Piece } from "./piece.js";
import { toSevenBit } from "./seven-bit.js";
import { joinOctets, type PrepareContext, type Source } from "./source.js";

/** Octets of a stream that are kept to look for the end of the header. */
export const MAX_HEADER_BYTES = 262_144;

/** A source of which is known what it holds, as far as that can be known before it is sent. */
export interface ReadySource extends Source {
  /** Facts, when the content is in memory or could be read once for them. */
  facts: BodyFacts | undefined;
}

/** Wraps a source so that preparing it also looks into it, where it can be read more than once. */
export function readySource(source: Source): ReadySource {
  const ready: ReadySource = {
    what: source.what,
    octets: source.octets,
    sizeBytes: source.sizeBytes,
    get repeatable() {
      return source.repeatable;
    },
    get head() {
      return head ?? source.head;
    },
    facts: source.octets === undefined ? undefined : scanOctets(source.octets),
    prepare: source.prepare === undefined ? undefined : prepare,
    open: (signal) => source.open(signal),
    close: () => source.close(),
  };
  let head: Uint8Array | undefined;
  async function prepare(context: PrepareContext): Promise<void> {
    await source.prepare!(context);
    ready.octets = source.octets;
    ready.sizeBytes = source.sizeBytes;
    if (source.octets !== undefined) ready.facts = scanOctets(source.octets);
    else if (source.repeatable) {
      const facts = new LineFacts();
      const first: Uint8Array[] = [];
      let size = 0;
      for await (const piece of source.open(context.signal)) {
        facts.add(piece);
        if (size < MAX_HEADER_BYTES) first.push(piece.slice(0, MAX_HEADER_BYTES - size));
        size += piece.length;
      }
      head = joinOctets(first);
      ready.facts = facts;
    }
  }
  return ready;
}

/** How a ready content travels. */
export interface ReadyContent {
  readonly encoding: "7bit" | "8bit" | "binary";
  readonly piece: Piece;
  /** The octets, when they are in memory. */
  readonly octets: Uint8Array | undefined;
}

/** Decides how a ready message or part travels. */
export function encodeReady(
  source: ReadySource,
  transport: "7bit" | "8bit" | "binary",
  isWhole = true,
): ReadyContent {
  const { facts, octets, what } = source;
  const limits = { allowHigh: transport !== "7bit", normalize: true };
  if (facts === undefined) {
    const encoding = transport === "7bit" ? "7bit" : "8bit";
    return { encoding, piece: checkedPiece(source, limits), octets: undefined };
  }
  const needsBinary = facts.nuls > 0 || facts.longestLine > MAX_BODY_LINE_OCTETS;
  if (needsBinary && transport === "binary") {
    return { encoding: "binary", piece: octets ?? identityPiece(source), octets };
  }
  if (isWhole && octets !== undefined && (needsBinary || (facts.highOctets > 0 && transport === "7bit"))) {
    const converted = toSevenBit(octets, what);
    assertIdentity(scanOctets(converted), limits, what);
    return { encoding: "7bit", piece: converted, octets: converted };
  }
  assertIdentity(facts, limits, what);
  const encoding = facts.highOctets > 0 ? "8bit" : "7bit";
  if (octets === undefined) {
    return { encoding, piece: checkedPiece(source, limits, facts.octets + facts.bareLineEnds), octets };
  }
  const lines = facts.bareLineEnds > 0 ? normalizeOctets(octets) : octets;
  return { encoding, piece: lines, octets: lines };
}
