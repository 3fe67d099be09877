// DNS beyond what Node's resolver gives: TLSA, TTLs, the AD bit.

export type {
  AddressRecord,
  DnsAnswer,
  DnsRecord,
  MxRecord,
  NameRecord,
  RecordType,
  RecordTypes,
  SrvRecord,
  TlsaRecord,
  TxtRecord,
} from "./dns/answer.js";
export type { DnsResolver, ResolverOptions } from "./dns/resolver.js";
export { Resolver } from "./dns/resolver.js";
