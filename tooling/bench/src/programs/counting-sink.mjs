// An SMTP server that takes everything, counts and forgets it: with PIPELINING, CHUNKING, STARTTLS, AUTH and a distance where
// the options ask for it. No more checks than a count needs; replies to all commands of a chunk leave in one write.
import { once } from "node:events";
import { createServer } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { distance, Hop } from "./distance.mjs";

/** @type {{ chunking?: boolean, pipelining?: boolean, tls?: "starttls" | "implicit", auth?: boolean, roundTripMs?: number, keep?: boolean }} keep: give out the content of the last message */
const options = JSON.parse(process.argv[2] ?? "{}");
const { chunking = false, pipelining = true, tls, auth = false, roundTripMs, keep = false } = options;

let secureContext;
let ca;
if (tls !== undefined) {
  const { createTestAuthority } = await import("@wirepost/test-server");
  const authority = await createTestAuthority();
  const identity = await authority.issue({ hosts: ["localhost", "127.0.0.1"] });
  secureContext = createSecureContext({ cert: identity.certificate, key: identity.key });
  ca = authority.certificate;
}

const zero = () => ({
  connections: 0,
  messages: 0,
  contentBytes: 0,
  resumed: 0,
  /** The client began to connect; of the first connection since the reset. */
  acceptedMs: undefined,
  /** The first MAIL came. */
  firstMailMs: undefined,
  /** The last final reply left. */
  lastFinalMs: undefined,
  content: undefined,
});
let counts = zero();
/** How long the pieces were on their way, where there is a distance. */
const delays = { toServer: [], toClient: [], hopIn: new Hop(), hopOut: new Hop() };

const END_OF_DATA = Buffer.from("\r\n.\r\n");
const LINE_END = Buffer.from("\r\n");
const EMPTY = Buffer.alloc(0);

function serve(raw) {
  raw.on("error", () => undefined);
  counts.connections++;
  if (roundTripMs === undefined) counts.acceptedMs ??= performance.now();
  if (tls === "implicit") {
    const secure = secured(raw);
    secure.once("secure", () => {
      if (secure.isSessionReused()) counts.resumed++;
      new Connection(secure, true).greet();
    });
  } else new Connection(raw, false).greet();
}

function secured(raw) {
  const secure = new TLSSocket(raw, { isServer: true, secureContext });
  secure.on("error", () => undefined);
  return secure;
}

class Connection {
  constructor(socket, isSecure) {
    this.socket = socket;
    this.isSecure = isSecure;
    this.state = "command";
    this.carry = EMPTY;
    this.left = 0;
    this.last = false;
    this.out = "";
    this.kept = undefined;
    this.onData = (chunk) => this.receive(chunk);
    socket.on("data", this.onData);
  }

  greet() {
    this.socket.write("220 sink.example ESMTP\r\n");
  }

  receive(chunk) {
    delays.hopIn.arrive();
    let at = 0;
    while (at < chunk.length) {
      if (this.state === "command") at = this.command(chunk, at);
      else if (this.state === "data") at = this.data(chunk, at);
      else at = this.chunk(chunk, at);
      if (at === -1) return;
    }
    this.flush();
  }

  flush() {
    if (this.out === "") return;
    delays.hopOut.leave();
    this.socket.write(this.out, "latin1");
    this.out = "";
  }

  command(chunk, at) {
    const end = chunk.indexOf(0x0a, at);
    if (end === -1) {
      this.carry = Buffer.concat([this.carry, chunk.subarray(at)]);
      return chunk.length;
    }
    let line = chunk.latin1Slice(at, end + 1);
    if (this.carry.length > 0) {
      line = this.carry.latin1Slice() + line;
      this.carry = EMPTY;
    }
    if (!line.endsWith("\r\n")) throw new Error(`a line ends in LF alone: ${line}`);
    switch (line.slice(0, 4).toUpperCase()) {
      case "MAIL":
        counts.firstMailMs ??= performance.now();
        this.out += "250 2.1.0 Ok\r\n";
        break;
      case "RCPT":
        this.out += "250 2.1.5 Ok\r\n";
        break;
      case "RSET":
        this.out += "250 2.0.0 Ok\r\n";
        break;
      case "BDAT": {
        this.left = Number.parseInt(line.slice(5), 10);
        this.last = line.length > 10 && /last\r\n$/i.test(line);
        if (Number.isNaN(this.left)) throw new Error(`not a chunk: ${line}`);
        this.begin();
        if (this.left === 0) this.chunkEnds();
        else this.state = "chunk";
        break;
      }
      case "DATA":
        this.out += "354 Go ahead\r\n";
        this.begin();
        this.state = "data";
        this.carry = LINE_END;
        break;
      case "EHLO":
      case "LHLO":
        this.out += this.hello();
        break;
      case "AUTH":
        if (/^AUTH \S+\r\n$/i.test(line)) this.out += "334 \r\n";
        else this.out += "235 2.7.0 Ok\r\n";
        break;
      case "STAR":
        this.out += "220 2.0.0 Ready\r\n";
        this.flush();
        this.startTls();
        return -1;
      case "QUIT":
        this.out += "221 2.0.0 Bye\r\n";
        this.flush();
        this.socket.end();
        break;
      case "HELO":
      case "NOOP":
        this.out += "250 2.0.0 Ok\r\n";
        break;
      default:
        this.out += "500 5.5.1 What?\r\n";
    }
    return end + 1;
  }

  hello() {
    const lines = ["sink.example", "8BITMIME", "ENHANCEDSTATUSCODES"];
    if (pipelining) lines.push("PIPELINING");
    if (chunking) lines.push("CHUNKING");
    if (tls === "starttls" && !this.isSecure) lines.push("STARTTLS");
    if (auth && (tls === undefined || this.isSecure)) lines.push("AUTH PLAIN");
    return lines.map((text, i) => `250${i === lines.length - 1 ? " " : "-"}${text}\r\n`).join("");
  }

  startTls() {
    this.socket.removeListener("data", this.onData);
    const secure = secured(this.socket);
    secure.once("secure", () => {
      if (secure.isSessionReused()) counts.resumed++;
    });
    new Connection(secure, true);
  }

  begin() {
    if (keep) this.kept ??= [];
  }

  /** Content, with dots still doubled, up to the end of data. What is held back are octets that may begin it. */
  data(chunk, at) {
    const held = this.carry.length;
    const joined = Buffer.concat([this.carry, at === 0 ? chunk : chunk.subarray(at)]);
    const found = joined.indexOf(END_OF_DATA);
    if (found === -1) {
      const kept = Math.min(END_OF_DATA.length - 1, joined.length);
      this.take(joined.subarray(0, joined.length - kept));
      this.carry = Buffer.from(joined.subarray(joined.length - kept));
      return chunk.length;
    }
    this.take(joined.subarray(0, found));
    this.carry = EMPTY;
    this.state = "command";
    this.ends();
    return at + found + END_OF_DATA.length - held;
  }

  chunk(chunk, at) {
    const size = Math.min(this.left, chunk.length - at);
    this.take(chunk.subarray(at, at + size));
    this.left -= size;
    if (this.left === 0) this.chunkEnds();
    return at + size;
  }

  chunkEnds() {
    this.state = "command";
    if (this.last) this.ends();
    else this.out += "250 2.0.0 Ok\r\n";
  }

  take(octets) {
    counts.contentBytes += octets.length;
    this.kept?.push(Buffer.from(octets));
  }

  ends() {
    counts.messages++;
    counts.lastFinalMs = performance.now();
    if (this.kept !== undefined) {
      counts.content = Buffer.concat(this.kept).toString("base64");
      this.kept = undefined;
    }
    this.out += "250 2.0.0 Ok: taken\r\n";
  }
}

/** Each part of a trip, with the times that it took. Under TLS what the server reads is not what the distance wrote. */
const ways = () =>
  tls === undefined
    ? [delays.toServer, delays.hopIn.times, delays.hopOut.times, delays.toClient]
    : [delays.toServer, delays.toClient];

process.on("message", (message) => {
  if (message === "reset") {
    counts = zero();
    for (const times of ways()) times.length = 0;
    delays.hopIn = new Hop();
    delays.hopOut = new Hop();
  }
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const trip = roundTripMs === undefined ? undefined : ways().reduce((sum, times) => sum + mean(times), 0);
  process.send({ ...counts, roundTripMs: trip });
});
process.on("disconnect", () => process.exit());

const server = createServer({ noDelay: true }, serve).listen(0, "127.0.0.1");
await once(server, "listening");
let { port } = server.address();
if (roundTripMs !== undefined) {
  const line = distance(
    port,
    roundTripMs,
    (acceptedMs) => {
      counts.acceptedMs ??= acceptedMs;
    },
    delays,
  );
  await once(line, "listening");
  port = line.address().port;
}
process.send({ port, ca });
