/** The channel bindings of RFC 5929 and RFC 9266. */
export type ChannelBindingType = "tls-exporter" | "tls-unique" | "tls-server-end-point";

/** Gives the octets of a binding, or `undefined` where this connection has none of that type. */
export type ChannelBindingSource = (type: ChannelBindingType) => Uint8Array | undefined;

/** One binding, with its octets. */
export interface ChannelBinding {
  readonly type: ChannelBindingType;
  readonly octets: Uint8Array;
}
