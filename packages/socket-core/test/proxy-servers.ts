// Small proxies for the tests: SOCKS4/4a/5 and HTTP CONNECT, each able to misbehave.
import { connect, type Socket as NetSocket } from "node:net";
import { plainServer, type TestServer } from "./servers.js";

export interface ProxyBehaviour {
  /** Login that is wanted, `user:password`. */
  login?: string;
  /** SOCKS5 reply code or HTTP status line to refuse with. */
  refuse?: number | string;
  /** Octets sent in the same write as the proxy's last answer, before anything of the destination. */
  greeting?: string;
  /** Sends every octet of its answers alone. */
  drip?: boolean;
}

export interface TestProxy extends TestServer {
  /** Destinations asked for. */
  readonly asked: string[];
}

async function send(socket: NetSocket, octets: Buffer, behaviour: ProxyBehaviour): Promise<void> {
  if (!behaviour.drip) {
    socket.write(octets);
    return;
  }
  for (const octet of octets) {
    socket.write(Buffer.from([octet]));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function splice(client: NetSocket, port: number, opened: () => Promise<void>): void {
  const onward = connect(port, "127.0.0.1", async () => {
    await opened();
    client.pipe(onward);
    onward.pipe(client);
  });
  onward.on("error", () => client.destroy());
  onward.on("close", () => client.end());
  client.on("close", () => onward.destroy());
}

/** Octets as they are asked for. */
function reader(socket: NetSocket): (bytes: number) => Promise<Buffer> {
  let held = Buffer.alloc(0);
  let wake: () => void = () => {};
  socket.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    wake();
  });
  return async (bytes) => {
    while (held.length < bytes) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const taken = held.subarray(0, bytes);
    held = held.subarray(bytes);
    if (held.length === 0) socket.pause();
    else socket.unshift(Buffer.alloc(0));
    socket.resume();
    return taken;
  };
}

export async function socksProxy(behaviour: ProxyBehaviour = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const server = await plainServer((socket) => {
    serveSocks(socket, behaviour, asked).catch(() => socket.destroy());
  });
  return Object.assign(server, { asked });
}

async function serveSocks(socket: NetSocket, behaviour: ProxyBehaviour, asked: string[]): Promise<void> {
  const take = reader(socket);
  const [version] = await take(1);
  if (version === 4) return serveSocks4(socket, take, behaviour, asked);
  const methods = await take((await take(1))[0]!);
  if (behaviour.login !== undefined) {
    if (!methods.includes(2)) return send(socket, Buffer.from([5, 0xff]), behaviour);
    await send(socket, Buffer.from([5, 2]), behaviour);
    await take(1);
    const user = (await take((await take(1))[0]!)).toString();
    const password = (await take((await take(1))[0]!)).toString();
    const right = `${user}:${password}` === behaviour.login;
    await send(socket, Buffer.from([1, right ? 0 : 1]), behaviour);
    if (!right) return;
  } else await send(socket, Buffer.from([5, 0]), behaviour);
  const [, , , type] = await take(4);
  const host =
    type === 3
      ? (await take((await take(1))[0]!)).toString()
      : type === 1
        ? [...(await take(4))].join(".")
        : (await take(16)).toString("hex");
  const port = (await take(2)).readUInt16BE();
  asked.push(`${host}:${port}`);
  if (typeof behaviour.refuse === "number")
    return send(socket, Buffer.from([5, behaviour.refuse, 0, 1, 0, 0, 0, 0, 0, 0]), behaviour);
  const granted = Buffer.concat([
    Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 9]),
    Buffer.from(behaviour.greeting ?? ""),
  ]);
  socket.removeAllListeners("data");
  splice(socket, port, () => send(socket, granted, behaviour));
}

async function serveSocks4(
  socket: NetSocket,
  take: (bytes: number) => Promise<Buffer>,
  behaviour: ProxyBehaviour,
  asked: string[],
): Promise<void> {
  const header = await take(7);
  const text = async (): Promise<string> => {
    let result = "";
    for (;;) {
      const [octet] = await take(1);
      if (octet === 0) return result;
      result += String.fromCharCode(octet!);
    }
  };
  const user = await text();
  const port = header.readUInt16BE(1);
  const address = [...header.subarray(3)].join(".");
  const host = address.startsWith("0.0.0.") && address !== "0.0.0.0" ? await text() : address;
  asked.push(`${host}:${port}`);
  if (behaviour.login !== undefined && user !== behaviour.login)
    return send(socket, Buffer.from([0, 93, 0, 0, 0, 0, 0, 0]), behaviour);
  if (typeof behaviour.refuse === "number")
    return send(socket, Buffer.from([0, behaviour.refuse, 0, 0, 0, 0, 0, 0]), behaviour);
  const granted = Buffer.concat([
    Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]),
    Buffer.from(behaviour.greeting ?? ""),
  ]);
  socket.removeAllListeners("data");
  splice(socket, port, () => send(socket, granted, behaviour));
}

/** What an HTTP proxy does on one connection, for plain and TLS servers alike. */
export function serveHttpProxy(socket: NetSocket, behaviour: ProxyBehaviour, asked: string[]): void {
  let request = "";
  const onData = (chunk: Buffer): void => {
    request += chunk.toString("latin1");
    if (!request.includes("\r\n\r\n")) return;
    socket.removeListener("data", onData);
    const [, target = "", port = ""] = /^CONNECT (.*):(\d+) HTTP/.exec(request) ?? [];
    asked.push(`${target}:${port}`);
    const login = /^Proxy-Authorization: Basic (.*)\r$/m.exec(request)?.[1] ?? "";
    const right = Buffer.from(login, "base64").toString() === (behaviour.login ?? "");
    if (!right)
      send(socket, Buffer.from("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\n\r\n"), behaviour);
    else if (behaviour.refuse !== undefined)
      send(socket, Buffer.from(`${behaviour.refuse}\r\nServer: test\r\n\r\nbody`), behaviour);
    else {
      const granted = Buffer.from(
        `HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n${behaviour.greeting ?? ""}`,
      );
      splice(socket, Number(port), () => send(socket, granted, behaviour));
    }
  };
  socket.on("data", onData);
}

export async function httpProxy(behaviour: ProxyBehaviour = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const server = await plainServer((socket) => serveHttpProxy(socket, behaviour, asked));
  return Object.assign(server, { asked });
}
