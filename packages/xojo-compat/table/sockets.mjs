// TCPSocket and SSLSocket.
import { aka, constant, event, fact, method, property } from "./rows.mjs";

const S = "socketStates.of(this)";

export const TCP_SOCKET = {
  name: "TCPSocket",
  file: "tcp-socket",
  doc: "A TCP connection, the base of all sockets here. Nothing blocks: results come by events.",
  imports: {
    "../language/events.js": ["defineEvents", "unheard"],
    "../language/coerce.js": ["integer", "object", "text"],
    "../language/encodings.js": ["type TextEncoding"],
    "../language/spelling.js": ["guardSpelling"],
    "../sockets/socket-state.js": ["SocketState", "socketStates"],
    "../errors.js": ["type RuntimeException"],
  },
  construct: ["socketStates.attach(this, new SocketState(this));"],
  members: [
    constant("NoError", 0, "ErrorNumber: no error."),
    constant("OpenDriverError", 100, "ErrorNumber: the network, or a certificate file, could not be opened."),
    constant("LostConnection", 102, "ErrorNumber: the connection was lost or closed."),
    constant("NameResolutionError", 103, "ErrorNumber: the name has no address."),
    constant("AddressInUseError", 105, "ErrorNumber: the address is in use."),
    constant("InvalidStateError", 106, "ErrorNumber: the wrong state for the call."),
    constant("InvalidPortError", 107, "ErrorNumber: a port that is not valid, or not allowed."),
    constant("OutOfMemoryError", 108, "ErrorNumber: out of memory."),
    property("Address", "String", {
      via: `${S}.address`,
      core: "connect({ host })",
      doc: "The host name or IP address to connect to.",
    }),
    property("Port", "Integer", {
      via: `${S}.port`,
      core: "connect({ port }), Socket.localPort",
      status: "mapped",
      doc: "The port to connect to or to listen on. While there is a connection it reads this side's port.",
      note: "after the connection it reads what was assigned again",
    }),
    property("NetworkInterface", "{ readonly IPAddress: string } | null", {
      via: `${S}.networkInterface`,
      coerce: "object",
      core: "connect({ localAddress })",
      doc: "The interface to connect from or to listen on; null leaves it to the system.",
    }),
    fact("Handle", "Integer", {
      via: "-1",
      core: "",
      status: "no-op",
      doc: 'Always -1, Xojo\'s own word for "not available".',
      note: "Node does not show descriptors; Declares have no meaning here",
    }),
    fact("IsConnected", "Boolean", {
      via: `${S}.isConnected`,
      core: "Socket.closed",
      doc: "True while there is a connection.",
    }),
    fact("LastErrorCode", "Integer", {
      via: `${S}.lastErrorCode`,
      core: "SOCKET_ERRORS",
      doc: "The number of the last error; Close keeps it.",
    }),
    fact("LocalAddress", "String", {
      via: `${S}.localAddress`,
      core: "Socket.localAddress",
      status: "differs",
      doc: "The IP address of this side while there is a connection, otherwise empty.",
      note: "without a connection use System.GetNetworkInterface(0).IPAddress",
    }),
    fact("RemoteAddress", "String", {
      via: `${S}.remoteAddress`,
      core: "Socket.remoteAddress",
      doc: "The IP address of the other side while there is a connection, otherwise empty.",
    }),
    fact("BytesAvailable", "Integer", {
      via: `${S}.bytesAvailable`,
      core: "Socket.setReceiver",
      doc: "Octets that came and were not read.",
    }),
    fact("BytesLeftToSend", "Integer", {
      via: `${S}.bytesLeftToSend`,
      core: "Socket.bytesLeftToSend",
      doc: "Octets that still have to leave.",
    }),
    method("Connect", [], "void", {
      code: [`${S}.connect();`],
      core: "connect()",
      doc: "Begins to connect. Connected or Error tells how it went.",
    }),
    method("Listen", [], "void", {
      code: [`${S}.listen();`],
      core: "acceptOne()",
      status: "mapped",
      doc: "Waits for one connection on Port and takes it; Connected tells.",
      note: "Port 0 lets the system choose; Port reads the choice after an `await socket.Poll()`",
    }),
    method("Close", [], "void", {
      code: [`${S}.close();`],
      core: "Socket.destroy()",
      doc: "Closes at once, without an event. Port, Address, LastErrorCode and what was received stay.",
    }),
    method("Disconnect", [], "void", {
      code: [`${S}.disconnect();`],
      core: "Socket.destroy()",
      doc: "Closes at once and fires Error with 102, before it returns.",
    }),
    method("Poll", [], "Promise<void>", {
      code: ["return new Promise((resolve) => setImmediate(resolve));"],
      core: "",
      status: "differs",
      doc: "Lets the event loop turn once: `await socket.Poll()`.",
      note: "the loop serves all sockets by itself; without await it does nothing",
    }),
    method("Purge", [], "void", {
      code: [`${S}.purge();`],
      core: "",
      doc: "Forgets what was received and not read.",
    }),
    method("Read", ["Bytes: Integer", "Encoding?: TextEncoding | null"], "String", {
      code: [`return ${S}.read(integer("Bytes", Bytes), Encoding);`],
      core: "Socket.setReceiver",
      status: "mapped",
      doc: "Takes at most so many octets off what was received.",
      note: "without an encoding each octet is one character",
    }),
    method("ReadAll", ["Encoding?: TextEncoding | null"], "String", {
      code: [`return ${S}.readAll(Encoding);`],
      core: "Socket.setReceiver",
      status: "mapped",
      doc: "Takes all that was received.",
      note: "without an encoding each octet is one character",
    }),
    method("Lookahead", ["Encoding?: TextEncoding | null"], "String", {
      code: [`return ${S}.lookahead(Encoding);`],
      core: "Socket.setReceiver",
      status: "mapped",
      doc: "Shows what was received and leaves it there.",
      note: "without an encoding each octet is one character",
    }),
    method("ReadError", [], "Boolean", {
      code: [`return ${S}.readError;`],
      core: "",
      doc: "True when the last Read was not possible.",
    }),
    method("WriteError", [], "Boolean", {
      code: [`return ${S}.writeError;`],
      core: "",
      doc: "True when the last Write was not possible.",
    }),
    method("EndOfFile", [], "Boolean", {
      code: [`return ${S}.bytesAvailable === 0;`],
      core: "",
      doc: "True when nothing is left to read.",
      aka: [aka("EOF", "1")],
    }),
    method("Write", ["Data: String | Uint8Array"], "void", {
      code: [`${S}.write(Data);`],
      core: "Socket.write()",
      status: "mapped",
      doc: "Queues text, in UTF-8, or octets. @throws IOException without a connection",
      note: "a JavaScript string has no octets of its own: text leaves in UTF-8",
    }),
    method("Flush", [], "void", {
      code: [`${S}.flush();`],
      core: "Socket.write()",
      doc: "Hands what Write queued to the system now; by itself it goes at the end of the turn.",
    }),
    event("Connected", [], {
      doc: "A connection of Connect or Listen stands, TLS included.",
      core: "connect()",
    }),
    event("DataAvailable", [], {
      doc: "More octets were received.",
      core: "Socket.setReceiver",
      note: "not for what a mail server says during SendMail",
    }),
    event("Error", ["e: RuntimeException"], {
      doc: "Something went wrong, or the connection ended: `e.ErrorNumber` says what.",
      core: "SocketError, SendError",
    }),
    event("SendProgress", ["BytesSent: Integer", "BytesLeft: Integer"], {
      returns: "boolean | void",
      core: "ManualTransaction.write()",
      doc: "A chunk of BytesSent octets is about to leave, BytesLeft come behind it; with 0 and 0 when all has left. Returning true drops what has not left.",
      note: "a mail dropped so can never be completed: the connection is closed before the next run",
    }),
    event("SendComplete", ["UserAborted: Boolean"], {
      doc: "All that was queued has left, or (true) SendProgress dropped it.",
      core: "Socket.write()",
    }),
  ],
};

export const SSL_SOCKET = {
  name: "SSLSocket",
  file: "ssl-socket",
  extends: "TCPSocket",
  doc: "A TCP connection that may speak TLS. Certificates are always verified against the system's authorities.",
  imports: {
    "../language/coerce.js": ["integer", "object", "text", "truth"],
    "../language/spelling.js": ["guardSpelling"],
    "../sockets/socket-state.js": ["socketStates"],
    "./tcp-socket.js": ["TCPSocket"],
  },
  construct: [],
  enums: [
    {
      name: "SSLConnectionTypes",
      doc: "The oldest version of TLS to be spoken. `SSLv23` is any.",
      members: { SSLv23: 1, TLSv1: 3, TLSv11: 4, TLSv12: 5, TLSv13: 6 },
    },
  ],
  members: [
    constant("SSLv2", 0, "Not spoken any more; assigning it throws."),
    constant("SSLv23", 1, "Any version."),
    constant("SSLv3", 2, "Not spoken any more; assigning it throws."),
    constant("TLSv1", 3, "TLS 1.0 or newer; the default."),
    constant("TLSv11", 4, "TLS 1.1 or newer."),
    constant("TLSv12", 5, "TLS 1.2 or newer."),
    property("SSLEnabled", "Boolean", {
      via: `${"socketStates.of(this)"}.sslEnabled`,
      core: "Socket.startTls()",
      status: "mapped",
      doc: "Whether TLS is spoken. Set on a plain connection of Connect, the handshake begins at once.",
      note: "a connection that has TLS keeps it when this is set to false",
      aka: [aka("Secure", "1")],
    }),
    property("SSLConnectionType", "Integer", {
      via: "socketStates.of(this).connectionType",
      core: "TlsOptions.minVersion",
      status: "mapped",
      doc: "The version of TLS, for the next connection. @throws RuntimeException for SSLv2, SSLv3 and unknown numbers",
      note: 'means "that version or newer"; configureSocket(socket, { strictConnectionType: true }) takes it literally',
      aka: [aka("ConnectionType", "1")],
    }),
    property("CertificateFile", "{ readonly NativePath: string } | null", {
      via: "socketStates.of(this).certificateFile",
      coerce: "object",
      core: "loadCertificate()",
      doc: "This side's certificate with its key, in any usual format.",
    }),
    property("CertificatePassword", "String", {
      via: "socketStates.of(this).certificatePassword",
      core: "loadCertificate({ password })",
      doc: "The password of CertificateFile.",
    }),
    property("CertificateRejectionFile", "{ readonly NativePath: string } | null", {
      via: "socketStates.of(this).rejectionFile",
      coerce: "object",
      core: "loadDenyList(), TlsOptions.denied",
      doc: "Certificates that are refused: PEM, or fingerprints and serial numbers by line.",
    }),
    fact("SSLConnected", "Boolean", {
      via: "socketStates.of(this).sslConnected",
      core: "Socket.tls",
      doc: "True while the connection has TLS.",
    }),
    fact("SSLConnecting", "Boolean", {
      via: "socketStates.of(this).sslConnecting",
      core: "Socket.startTls()",
      doc: "True during the handshake.",
    }),
  ],
};
