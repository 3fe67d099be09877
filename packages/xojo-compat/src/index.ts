// Xojo's names.

export { SOCKET_ERROR_NUMBERS } from "./error-numbers.js";
export { IOException, RuntimeException, XOJO_ERROR_CODES, type XojoErrorCode } from "./errors.js";
export { EmailAttachment } from "./generated/email-attachment.js";
export { EmailMessage } from "./generated/email-message.js";
export { InternetHeaders } from "./generated/internet-headers.js";
export { SMTPConnectionTypes, SMTPSecureSocket } from "./generated/smtp-secure-socket.js";
export { SMTPSocket } from "./generated/smtp-socket.js";
export { SSLConnectionTypes, SSLSocket } from "./generated/ssl-socket.js";
export { TCPSocket } from "./generated/tcp-socket.js";
export { Encodings, type TextEncoding } from "./language/encodings.js";
export { AddHandler, AddressOf, RemoveHandler } from "./language/events.js";
export { FolderItem } from "./language/folder-item.js";
// What JavaScript needs beside them.
export { caseInsensitive } from "./language/spelling.js";
export { NetworkInterface, System } from "./language/system.js";
export { XojoArray } from "./language/xojo-array.js";
export { type FirewallPort, XojoCloud } from "./language/xojo-cloud.js";
export { configureSocket, type SocketOptions, whenIdle } from "./sockets/socket-options.js";
