import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Guard } from "../connect-guard.js";
import { SocketError } from "../errors.js";

/** One request by HTTP. */
export interface FetchQuestion {
  /** http or https. */
  readonly url: string;
  /** POSTed when given. */
  readonly body?: Uint8Array | undefined;
  /** Of the body. */
  readonly contentType?: string | undefined;
  /** A longer answer is refused. */
  readonly maxBytes: number;
  /** For the whole of it. */
  readonly timeoutMs: number;
  /** Gives it up. */
  readonly signal: AbortSignal | undefined;
}

/** Fetches by HTTP. https: is verified by Node in the ordinary way. Redirections are not followed. */
export async function fetchOctets(question: FetchQuestion): Promise<Uint8Array> {
  const url = parse(question.url);
  const guard = new Guard(question.signal, question.timeoutMs, url.host);
  try {
    return await guard.step<Uint8Array>("tls", (resolve, reject) => {
      const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
        method: question.body === undefined ? "GET" : "POST",
        agent: false, // no connection is kept: a process that is done must end
        headers: {
          ...(question.contentType === undefined ? {} : { "Content-Type": question.contentType }),
          ...(question.body === undefined ? {} : { "Content-Length": question.body.length }),
        },
      });
      request.on("error", reject);
      request.on("response", (response) => {
        const chunks: Uint8Array[] = [];
        let length = 0;
        const fail = (detail: string): void => {
          request.destroy();
          reject(new SocketError("ERR_SOCKET_REVOCATION_UNKNOWN", { detail, target: url.host }));
        };
        if (response.statusCode !== 200) {
          fail(`HTTP status ${response.statusCode}`);
          return;
        }
        response.on("error", reject);
        response.on("data", (chunk: Uint8Array) => {
          length += chunk.length;
          if (length > question.maxBytes) fail(`more than ${question.maxBytes} octets`);
          else chunks.push(chunk);
        });
        response.on("end", () => (response.complete ? resolve(Buffer.concat(chunks)) : fail("cut short")));
        response.on("close", () => fail("cut short"));
      });
      request.end(question.body);
      return () => request.destroy();
    });
  } finally {
    guard.done();
  }
}

function parse(text: string): URL {
  try {
    const url = new URL(text);
    if (url.protocol === "http:" || url.protocol === "https:") return url;
  } catch {
    // said below
  }
  throw new SocketError("ERR_SOCKET_REVOCATION_UNKNOWN", { detail: "the certificate names no http URL" });
}
