/** The types that are read. */
export type RecordType = "A" | "AAAA" | "MX" | "TXT" | "SRV" | "TLSA" | "CNAME" | "NS" | "PTR";

/** What every record has. */
export interface DnsRecord {
  /** How long the record may be kept. */
  readonly ttlSeconds: number;
}
/** A and AAAA. */
export interface AddressRecord extends DnsRecord {
  /** In text form. */
  readonly address: string;
}
/** MX (RFC 5321 section 5). */
export interface MxRecord extends DnsRecord {
  /** The lowest goes first. */
  readonly preference: number;
  /** Lower case without the final dot; `""` is the null MX of RFC 7505. */
  readonly exchange: string;
}
/** TXT. */
export interface TxtRecord extends DnsRecord {
  /** The strings of the record joined, read as UTF-8. */
  readonly text: string;
  /** As they stand in the record. */
  readonly strings: readonly Uint8Array[];
}
/** SRV (RFC 2782). */
export interface SrvRecord extends DnsRecord {
  /** The lowest goes first. */
  readonly priority: number;
  /** Share among records of one priority. */
  readonly weight: number;
  /** Where the service is. */
  readonly port: number;
  /** `""` says that the service is not offered (RFC 2782). */
  readonly target: string;
}
/** TLSA (RFC 6698). */
export interface TlsaRecord extends DnsRecord {
  /** 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218). */
  readonly usage: number;
  /** 0 the certificate, 1 its SubjectPublicKeyInfo. */
  readonly selector: number;
  /** 0 the octets themselves, 1 SHA-256, 2 SHA-512. */
  readonly matchingType: number;
  /** What has to match. */
  readonly data: Uint8Array;
}
/** CNAME, NS and PTR. */
export interface NameRecord extends DnsRecord {
  /** Lower case without the final dot. */
  readonly name: string;
}

/** Which record a type has. */
export interface RecordTypes {
  A: AddressRecord;
  AAAA: AddressRecord;
  MX: MxRecord;
  TXT: TxtRecord;
  SRV: SrvRecord;
  TLSA: TlsaRecord;
  CNAME: NameRecord;
  NS: NameRecord;
  PTR: NameRecord;
}

/** What a name server answered. */
export interface DnsAnswer<T extends RecordType = RecordType> {
  /** `no-data`: the name exists, without records of this type. `no-such-name`: NXDOMAIN. Both are answers, not errors. */
  readonly status: "records" | "no-data" | "no-such-name";
  /** The type that was asked for. */
  readonly type: T;
  /** The name that was asked for. */
  readonly name: string;
  /** The name that has the records, after aliases. */
  readonly canonicalName: string;
  /** In the order of the answer; empty unless `status` is `records`. */
  readonly records: readonly RecordTypes[T][];
  /** How long the answer may be kept: the least of all records, or what the SOA grants to a denial. */
  readonly ttlSeconds: number;
  /**
   * The AD bit: the name server says that it validated the answer by DNSSEC. Worth as much as the way to that server:
   * trust it from a server on this machine (see `server`), or on a network that is trusted.
   */
  readonly authenticated: boolean;
  /** Who answered. */
  readonly server: string;
}
