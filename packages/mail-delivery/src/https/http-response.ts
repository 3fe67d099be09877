import { trimBlanks } from "../blanks.js";

/** Just as much of HTTP/1.1 (RFC 9112) as a small document needs: one response, bounded, whole or not at all. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of several the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** Bounds of a response. */
export interface HttpLimits {
  readonly maxHeaderBytes: number;
  /** 0: the body is not wanted. */
  readonly maxBodyBytes: number;
}

/** Whatever is wrong with a response, by its message. */
export class HttpError extends Error {
  override readonly name = "HttpError";
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bodyAt: number;
}

const latin1 = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");

/** Collects the octets of one response. */
export class HttpResponseReader {
  readonly #limits: HttpLimits;
  #octets: Uint8Array = new Uint8Array(0);
  #head: Head | undefined;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  /** The response once it is whole; undefined before. @throws HttpError */
  push(chunk: Uint8Array): HttpResponse | undefined {
    const { maxHeaderBytes, maxBodyBytes } = this.#limits;
    // Chunk sizes and the like are let off with as much again.
    if (this.#octets.length + chunk.length > maxHeaderBytes + 2 * maxBodyBytes)
      throw new HttpError("it is too large");
    this.#octets = Buffer.concat([this.#octets, chunk]);
    this.#head ??= this.#readHead();
    return this.#head === undefined ? undefined : this.#readBody(this.#head);
  }

  #readHead(): Head | undefined {
    const { maxHeaderBytes } = this.#limits;
    const text = latin1(this.#octets.subarray(0, maxHeaderBytes + 4));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#octets.length > maxHeaderBytes) throw new HttpError("its header is too large");
      return undefined;
    }
    const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
    const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
    if (status === undefined) throw new HttpError("it is no HTTP");
    const headers = new Map<string, string>();
    for (const line of lines) {
      const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(line);
      if (match === null) throw new HttpError("its header cannot be read");
      const name = (match[1] ?? "").toLowerCase();
      if (headers.has(name) && (name === "content-length" || name === "transfer-encoding")) {
        throw new HttpError(`it has several ${name}`);
      }
      if (!headers.has(name)) headers.set(name, trimBlanks(match[2] ?? ""));
    }
    return { status: Number(status), headers, bodyAt: end + 4 };
  }

  /** A body without a declared end is refused: a cut connection would make a shorter policy of it. */
  #readBody({ status, headers, bodyAt }: Head): HttpResponse | undefined {
    // Only the status of these counts.
    if (status !== 200 || this.#limits.maxBodyBytes === 0)
      return { status, headers, body: new Uint8Array(0) };
    const coding = headers.get("transfer-encoding");
    const length = headers.get("content-length");
    const rest = this.#octets.subarray(bodyAt);
    if (coding !== undefined) {
      if (coding.toLowerCase() !== "chunked" || length !== undefined)
        throw new HttpError("its coding is not known");
      const body = this.#readChunks(rest);
      return body === undefined ? undefined : { status, headers, body };
    }
    if (length === undefined || !/^\d{1,9}$/.test(length))
      throw new HttpError("it does not say how long it is");
    const size = Number(length);
    if (size > this.#limits.maxBodyBytes) throw new HttpError("it is too large");
    return rest.length < size ? undefined : { status, headers, body: rest.slice(0, size) };
  }

  #readChunks(rest: Uint8Array): Uint8Array | undefined {
    const text = latin1(rest);
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (let at = 0; ; ) {
      const lineEnd = text.indexOf("\r\n", at);
      if (lineEnd < 0) return undefined;
      const digits = /^([0-9A-Fa-f]{1,6})[ \t]*(?:;|$)/.exec(
        text.slice(at, Math.min(lineEnd, at + 256)),
      )?.[1];
      if (digits === undefined) throw new HttpError("a chunk has no size");
      const length = Number.parseInt(digits, 16);
      const begin = lineEnd + 2;
      // Trailers are of no interest, but they have to be there in full.
      if (length === 0) {
        const whole = text.startsWith("\r\n", begin) || text.indexOf("\r\n\r\n", begin) >= 0;
        return whole ? Buffer.concat(pieces) : undefined;
      }
      size += length;
      if (size > this.#limits.maxBodyBytes) throw new HttpError("it is too large");
      if (text.length < begin + length + 2) return undefined;
      if (!text.startsWith("\r\n", begin + length)) throw new HttpError("a chunk does not end");
      pieces.push(rest.slice(begin, begin + length));
      at = begin + length + 2;
    }
  }
}
