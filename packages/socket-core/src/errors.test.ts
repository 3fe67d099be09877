import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  codeFromNode,
  fromNodeError,
  platformNumber,
  SOCKET_ERRORS,
  SocketError,
  type SocketErrorCode,
  type SocketErrorRow,
} from "./index.js";

const CODES = Object.keys(SOCKET_ERRORS) as SocketErrorCode[];

describe("the table of errors", () => {
  it("every row is whole", () => {
    for (const code of CODES) {
      const error = new SocketError(code);
      expect(code).toMatch(/^ERR_SOCKET_[A-Z0-9_]+$/);
      expect(error.message).toBe(SOCKET_ERRORS[code].meaning);
      expect(error.name).toBe("SocketError");
      if (error.winsockNumber !== undefined) {
        expect(error.winsockNumber).toBeGreaterThanOrEqual(10_004);
        expect(error.winsockNumber).toBeLessThanOrEqual(11_004);
      }
    }
  });

  it("the README has the table as the code has it", () => {
    const readme = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");
    const rows = CODES.map((code) => {
      const row: SocketErrorRow = SOCKET_ERRORS[code];
      return `| \`${code}\` | ${row.errno ?? "–"} | ${row.winsock ?? "–"} | ${row.meaning} |`;
    });
    const written = readme.match(/^\| `ERR_SOCKET_.*$/gm);
    expect(written).toEqual(rows);
  });

  it("platform numbers are those of this system", () => {
    expect(new SocketError("ERR_SOCKET_REFUSED").platformNumber).toBe(constants.errno.ECONNREFUSED);
    expect(new SocketError("ERR_SOCKET_HOST_NOT_FOUND").platformNumber).toBeUndefined();
    expect(platformNumber("ENOSUCHTHING")).toBeUndefined();
  });

  it.each([
    ["ECONNREFUSED", "ERR_SOCKET_REFUSED", 10061],
    ["ECONNRESET", "ERR_SOCKET_RESET", 10054],
    ["EPIPE", "ERR_SOCKET_BROKEN_PIPE", 10058],
    ["ETIMEDOUT", "ERR_SOCKET_TIMED_OUT", 10060],
    ["EHOSTUNREACH", "ERR_SOCKET_HOST_UNREACHABLE", 10065],
    ["ENETUNREACH", "ERR_SOCKET_NETWORK_UNREACHABLE", 10051],
    ["EADDRINUSE", "ERR_SOCKET_ADDRESS_IN_USE", 10048],
    ["EACCES", "ERR_SOCKET_ACCESS_DENIED", 10013],
    ["EPERM", "ERR_SOCKET_ACCESS_DENIED", 10013],
    ["ENOTFOUND", "ERR_SOCKET_HOST_NOT_FOUND", 11001],
    ["EAI_AGAIN", "ERR_SOCKET_RESOLVE_TRY_AGAIN", 11002],
    ["EAI_FAIL", "ERR_SOCKET_RESOLVE_FAILED", 11003],
    ["ENODATA", "ERR_SOCKET_HOST_NO_ADDRESS", 11004],
    ["EMFILE", "ERR_SOCKET_TOO_MANY_OPEN", 10024],
    ["ENOENT", "ERR_SOCKET_NO_SUCH_PATH", undefined],
    ["constructor", "ERR_SOCKET_UNKNOWN", undefined],
    ["toString", "ERR_SOCKET_UNKNOWN", undefined],
  ])("%s is %s, %s", (code, ours, winsock) => {
    const cause = Object.assign(new Error("x"), { code });
    const error = fromNodeError(cause, { target: "h:1" });
    expect([error.code, error.winsockNumber]).toEqual([ours, winsock]);
    expect(error.cause).toBe(cause);
    if (constants.errno[code as never] !== undefined) expect(error.errno).toBe(code);
    expect(codeFromNode(code)).toBe(ours === "ERR_SOCKET_UNKNOWN" ? undefined : ours);
  });

  it("maps what is no error, and several at once by the first", () => {
    for (const odd of [undefined, null, 3, "text", {}, new AggregateError([])])
      expect(fromNodeError(odd).code).toBe("ERR_SOCKET_UNKNOWN");
    const several = new AggregateError([
      Object.assign(new Error(), { code: "ENETUNREACH" }),
      new Error("other"),
    ]);
    expect(fromNodeError(several).code).toBe("ERR_SOCKET_NETWORK_UNREACHABLE");
    const ours = new SocketError("ERR_SOCKET_RESET");
    expect(fromNodeError(ours)).toBe(ours);
  });

  it("is known by its brand, over copies of the package", () => {
    expect(SocketError.is(new SocketError("ERR_SOCKET_RESET"))).toBe(true);
    expect(
      SocketError.is({ [Symbol.for("@wirepost/socket-core.SocketError")]: true, code: "ERR_SOCKET_RESET" }),
    ).toBe(true);
    for (const odd of [undefined, null, "x", new Error("x"), {}]) expect(SocketError.is(odd)).toBe(false);
  });

  it("shows its code to people", () => {
    expect(inspect(new SocketError("ERR_SOCKET_RESET", { target: "mail.example:25" }))).toMatch(
      /SocketError: the peer reset the connection \(mail\.example:25\)[\s\S]*ERR_SOCKET_RESET/,
    );
  });
});
