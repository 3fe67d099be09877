/** A String as it leaves: in UTF-8. Octets stay what they are. */
export function octetsOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? Buffer.from(data, "utf8") : data;
}
