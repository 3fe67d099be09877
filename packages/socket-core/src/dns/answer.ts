export type RecordType = "A" | "AAAA" | "MX" | "TXT" | "SRV" | "TLSA" | "CNAME" | "NS" | "PTR";

interface DnsRecord {
  readonly ttlSeconds: number;
}
export interface AddressRecord extends DnsRecord {
  readonly address: string;
}
export interface MxRecord extends DnsRecord {
  readonly preference: number;
  /** Lower case without the final dot; `""` is the null MX of RFC 7505. */
  readonly exchange: string;
}
export interface TxtRecord extends DnsRecord {
  /** The strings of the record joined, read as UTF-8. */
  readonly text: string;
  readonly strings: readonly Uint8Array[];
}
export interface SrvRecord extends DnsRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** `""` says that the service is not offered (RFC 2782). */
  readonly target: string;
}
export interface TlsaRecord extends DnsRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: Uint8Array;
}
export interface NameRecord extends DnsRecord {
  readonly name: string;
}

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

export interface DnsAnswer<T extends RecordType = RecordType> {
  /** `no-data`: the name exists, without records of this type. `no-such-name`: NXDOMAIN. Both are answers, not errors. */
  readonly status: "records" | "no-data" | "no-such-name";
  readonly type: T;
  /** The name that was asked for. */
  readonly name: string;
  /** The name that has the records, after aliases. */
  readonly canonicalName: string;
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
