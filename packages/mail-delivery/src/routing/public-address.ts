/** Blocks that are nobody's on the internet: private, loopback, link-local, shared, documentation, multicast (RFC 6890). */
const NOT_PUBLIC_4 =
  /^(?:0|10|127|22[4-9]|2[345]\d|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.(?:0\.[02]|168)|198\.(?:1[89]|51\.100)|203\.0\.113)\./;

/** Whether the address is one of the internet, so that a name of a stranger may lead there. */
export function isPublicAddress(address: string): boolean {
  const lower = address.toLowerCase();
  if (!lower.includes(":")) return !NOT_PUBLIC_4.test(lower);
  // 2000::/3 is what the internet uses; 2001:db8::/32 is for documentation, and others carry an IPv4 address (RFC 3056, 4380).
  return /^[23][0-9a-f]{3}:/.test(lower) && !/^(?:2001:0?db8|2001:0{0,4}|2002):/.test(lower);
}
