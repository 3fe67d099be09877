// Mailboxes and paths of the envelope (RFC 5321, RFC 6531).

// Address lists of the header (RFC 5322, RFC 6532).
export type { Address, AddressGroup, NamedMailbox } from "./address-list.js";
export { parseAddressList, parseAddressListTolerant } from "./address-list.js";
export { isAddressLiteral } from "./address-literal.js";
// For packages that write header fields: which words need quotes, and the quotes.
export { isAtom, isDotAtom, quote } from "./characters.js";
// Domains.
export { domainToAscii, domainToUnicode, helloDomain } from "./domain.js";
// Errors.
export type { AddressErrorCode, AddressErrorOptions } from "./errors.js";
export { ADDRESS_ERROR_CODES, AddressError } from "./errors.js";
export type { FormatOptions, Mailbox, ParseOptions } from "./mailbox.js";
export { formatMailbox, needsSmtpUtf8, parseMailbox } from "./mailbox.js";
export { formatPath, parsePath, parsePathTolerant } from "./path.js";
