import { isLetterOrDigit } from "./characters.js";

// RFC 5321 4.1.3. Hand-written so that the work is linear and the forms are the RFC's, not a resolver's.

// Leading zeros are refused: "010" is 8 to one reader and 10 to the next.
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const LONGEST_IPV6 = 45;
const AMBIGUOUS = '<>"@';

function isIpv4(text: string): boolean {
  return text.length <= 15 && IPV4.test(text);
}

/** Number of 16-bit groups in a run such as "1:2:3", or -1. An IPv4 tail, where allowed, counts for two. */
function countGroups(run: string, ipv4Tail: boolean): number {
  if (run === "") return 0;
  const groups = run.split(":");
  let count = 0;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i]!;
    if (HEX_GROUP.test(group)) count++;
    else if (ipv4Tail && i === groups.length - 1 && isIpv4(group)) count += 2;
    else return -1;
  }
  return count;
}

function isIpv6(text: string): boolean {
  if (text.length > LONGEST_IPV6) return false;
  const gap = text.indexOf("::");
  if (gap < 0) return countGroups(text, true) === 8;
  const head = countGroups(text.slice(0, gap), false);
  const tail = countGroups(text.slice(gap + 2), true);
  // "::" stands for at least two groups here (IPv6-comp, RFC 5321 4.1.3).
  return head >= 0 && tail >= 0 && head + tail <= 6;
}

function isGeneral(tag: string, content: string): boolean {
  // Ldh-str: letters, digits and hyphens, the last not a hyphen.
  for (let i = 0; i < tag.length; i++) {
    const unit = tag.charCodeAt(i);
    if (!isLetterOrDigit(unit) && (unit !== 0x2d || i === tag.length - 1)) return false;
  }
  // dcontent: printable ASCII but [ \ ]. Brackets, quotes and @ are left out too: nothing can quote them here, and other
  // readers of a path end or begin something with them.
  for (let i = 0; i < content.length; i++) {
    const unit = content.charCodeAt(i);
    if (unit < 33 || unit > 126 || (unit >= 0x5b && unit <= 0x5d) || AMBIGUOUS.includes(content[i]!))
      return false;
  }
  return tag.length > 0 && content.length > 0;
}

/** Tells whether the text, brackets included, is an address literal: IPv4, IPv6 or General (RFC 5321 4.1.3). */
export function isAddressLiteral(text: string): boolean {
  if (!text.startsWith("[") || !text.endsWith("]") || text.length < 3) return false;
  const content = text.slice(1, -1);
  const colon = content.indexOf(":");
  if (colon < 0) return isIpv4(content);
  const tag = content.slice(0, colon);
  if (tag.toLowerCase() === "ipv6") return isIpv6(content.slice(colon + 1));
  return isGeneral(tag, content.slice(colon + 1));
}
