import { AddressError, excerpt } from "./errors.js";
import {
  type FormatOptions,
  formatMailbox,
  type Mailbox,
  type ParseOptions,
  parseMailbox,
} from "./mailbox.js";
import { checkText } from "./options.js";

function inside(text: string): string {
  checkText(text, "path");
  if (text.length < 2 || text.charCodeAt(0) !== 0x3c || text.charCodeAt(text.length - 1) !== 0x3e) {
    throw new AddressError("ERR_ADDRESS_SYNTAX", `${excerpt(text)} is not a path in angle brackets`);
  }
  return text.slice(1, -1);
}

/**
 * Reads a path of RFC 5321 4.1.2: `<mailbox>`, or `<>` for the null reverse-path (null). Source routes are refused.
 *
 * @throws AddressError
 */
export function parsePath(text: string, options?: ParseOptions): Mailbox | null {
  const content = inside(text);
  return content === "" ? null : parseMailbox(content, options);
}

/**
 * As {@link parsePath}, but reads and drops a source route (`<@a,@b:mailbox>`), which RFC 5321 4.1.1.3 tells servers
 * to accept and to ignore. Every host in the route must be a domain.
 *
 * @throws AddressError
 */
export function parsePathTolerant(text: string, options?: ParseOptions): Mailbox | null {
  const content = inside(text);
  if (content.charCodeAt(0) !== 0x40) return content === "" ? null : parseMailbox(content, options);
  const end = routeEnd(content);
  return parseMailbox(content.slice(end + 1), options);
}

// A literal in a route may hold colons and commas of its own.
function routeEnd(content: string): number {
  let inLiteral = false;
  for (let i = 0; i < content.length; i++) {
    const unit = content.charCodeAt(i);
    if (unit === 0x5b) inLiteral = true;
    else if (unit === 0x5d) inLiteral = false;
    else if (unit === 0x3a && !inLiteral) return checkRoute(content.slice(0, i), i);
  }
  throw new AddressError("ERR_ADDRESS_SYNTAX", "The source route has no colon");
}

function checkRoute(route: string, end: number): number {
  for (const hop of route.split(",")) {
    if (!hop.startsWith("@"))
      throw new AddressError("ERR_ADDRESS_SYNTAX", "A hop of the source route has no @");
    // Borrow the mailbox's checks on domain and length.
    parseMailbox(`x${hop}`);
  }
  return end;
}

/**
 * Writes a path: `<mailbox>`, or `<>` for null.
 *
 * @throws AddressError as {@link formatMailbox}
 */
export function formatPath(mailbox: Mailbox | null, options?: FormatOptions): string {
  return mailbox === null ? "<>" : `<${formatMailbox(mailbox, options)}>`;
}
