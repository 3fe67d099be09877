import { isIP } from "node:net";
import packet, { type Answer, type DecodedPacket, type SrvData, type TlsaData } from "dns-packet";
import { SocketError } from "../errors.js";
import type { DnsAnswer, RecordType, RecordTypes } from "./answer.js";

/** Aliases in one answer; more is a loop or a joke. */
const MAX_ALIASES = 16;
/** Authentic data: asks the server to tell whether it validated (RFC 6840 section 5.7). */
const AD = 1 << 5;

/** @throws SocketError ERR_SOCKET_DNS_NAME */
export function checkName(name: string): string {
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  const fits =
    bare !== "" &&
    bare.length <= 253 &&
    bare.split(".").every((label) => /^[\x21-\x5b\x5d-\x7e]{1,63}$/.test(label));
  if (!fits) throw new SocketError("ERR_SOCKET_DNS_NAME", { detail: JSON.stringify(name.slice(0, 80)) });
  return bare.toLowerCase();
}

export function encodeQuery(id: number, name: string, type: RecordType, payloadBytes: number): Uint8Array {
  return packet.encode({
    type: "query",
    id,
    flags: packet.RECURSION_DESIRED | AD,
    questions: [{ type, name, class: "IN" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: payloadBytes,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
}

/** The message when it answers this query; undefined for anything else, which a stranger may have sent. */
export function decodeReply(
  octets: Uint8Array,
  id: number,
  name: string,
  type: RecordType,
): DecodedPacket | undefined {
  let message: DecodedPacket;
  try {
    message = packet.decode(Buffer.from(octets.buffer, octets.byteOffset, octets.length));
  } catch (error) {
    // Broken, yet with our number: from our server. Without it: from anyone.
    const ours = octets.length >= 2 && ((octets[0]! << 8) | octets[1]!) === id;
    if (!ours) return undefined;
    throw new SocketError("ERR_SOCKET_DNS_PROTOCOL", { cause: error });
  }
  const question = message.questions?.[0];
  if (message.id !== id || message.type !== "response") return undefined;
  // Some servers leave the question out of a refusal; an answer with another question is not ours.
  if (question === undefined) return message.answers?.length ? undefined : message;
  return sameName(question.name, name) && question.type === type ? message : undefined;
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase().replace(/\.$/, "") === other;
}

/** @throws SocketError ERR_SOCKET_DNS_SERVFAIL, _REFUSED, _PROTOCOL */
export function readAnswer<T extends RecordType>(
  message: DecodedPacket,
  name: string,
  type: T,
  server: string,
): DnsAnswer<T> {
  const { rcode } = message as { rcode?: string };
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") {
    const code =
      rcode === "SERVFAIL"
        ? "ERR_SOCKET_DNS_SERVFAIL"
        : rcode === "FORMERR"
          ? "ERR_SOCKET_DNS_PROTOCOL"
          : "ERR_SOCKET_DNS_REFUSED";
    throw new SocketError(code, { detail: `${rcode} for ${type} ${name}`, target: server });
  }
  const answers = message.answers ?? [];
  const ttls: number[] = [];
  const canonicalName = type === "CNAME" ? name : followAliases(answers, name, ttls);
  const records: RecordTypes[T][] = [];
  for (const answer of answers) {
    if (answer.type !== type || !sameName(answer.name, canonicalName)) continue;
    const record = readRecord(answer);
    if (record === undefined) continue;
    records.push(record as RecordTypes[T]);
    ttls.push(record.ttlSeconds);
  }
  const status = records.length > 0 ? "records" : rcode === "NXDOMAIN" ? "no-such-name" : "no-data";
  const denial = status === "records" ? undefined : denialTtl(message);
  // An alias without an SOA is half an answer, not a denial.
  if (denial !== undefined || ttls.length === 0) ttls.push(denial ?? 0);
  return {
    status,
    type,
    name,
    canonicalName,
    records,
    ttlSeconds: Math.min(...ttls),
    authenticated: message.flag_ad === true,
    server,
  };
}

function followAliases(answers: readonly Answer[], name: string, ttls: number[]): string {
  let current = name;
  for (let step = 0; step < MAX_ALIASES; step++) {
    const alias = answers.find((answer) => answer.type === "CNAME" && sameName(answer.name, current));
    if (alias === undefined || alias.type !== "CNAME") return current;
    ttls.push(ttlOf(alias));
    current = plainName(alias.data);
  }
  throw new SocketError("ERR_SOCKET_DNS_PROTOCOL", { detail: "too many aliases" });
}

/** RFC 2308 section 5: the lesser of the SOA's own TTL and its MINIMUM field. */
function denialTtl(message: DecodedPacket): number | undefined {
  const soa = message.authorities?.find((authority) => authority.type === "SOA");
  if (soa === undefined || soa.type !== "SOA") return undefined;
  return Math.min(ttlOf(soa), soa.data.minimum ?? 0);
}

/** RFC 2181 section 8: the top bit set means zero. */
function ttlOf(answer: Answer): number {
  const { ttl } = answer as { ttl?: number };
  return ttl === undefined || ttl > 0x7fffffff || ttl < 0 ? 0 : ttl;
}

function plainName(name: string): string {
  return name === "." ? "" : name.toLowerCase().replace(/\.$/, "");
}

function octetsOf(data: unknown): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data as Uint8Array);
}

function readRecord(answer: Answer): RecordTypes[RecordType] | undefined {
  const ttlSeconds = ttlOf(answer);
  const { data } = answer as { data: unknown };
  switch (answer.type) {
    case "A":
    case "AAAA": {
      // A record that is cut short is decoded to something that is no address.
      const address = String(data);
      if (isIP(address) !== (answer.type === "A" ? 4 : 6))
        throw new SocketError("ERR_SOCKET_DNS_PROTOCOL", { detail: `a broken ${answer.type} record` });
      return { address, ttlSeconds };
    }
    case "MX": {
      const { preference, exchange } = data as { preference?: number; exchange: string };
      return { preference: preference ?? 0, exchange: plainName(exchange), ttlSeconds };
    }
    case "TXT": {
      const strings = (Array.isArray(data) ? data : [data]).map(octetsOf);
      return { text: Buffer.concat(strings).toString("utf8"), strings, ttlSeconds };
    }
    case "SRV": {
      const { priority, weight, port, target } = data as SrvData;
      return { priority: priority ?? 0, weight: weight ?? 0, port, target: plainName(target), ttlSeconds };
    }
    case "TLSA": {
      const { usage, selector, matchingType, certificate } = data as TlsaData;
      return { usage, selector, matchingType, data: new Uint8Array(certificate), ttlSeconds };
    }
    case "CNAME":
    case "NS":
    case "PTR":
      return { name: plainName(String(data)), ttlSeconds };
    default:
      return undefined;
  }
}
