// The numbers: each that can be is reached, and the core's codes become the right ones.
import { readFileSync } from "node:fs";
import { SOCKET_ERRORS, type SocketErrorCode } from "@wirepost/socket-core";
import {
  client,
  recordingServer,
  resets,
  scriptedServer,
  server,
  stalls,
  testIdentities,
} from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, IPWorksException, SMTP, SMTPSSLStartModes } from "../src/dotnet.js";
import { failureOf } from "../src/error-numbers.js";
import { NumberedError } from "../src/failure.js";
import * as java from "../src/java.js";
import { dotnetSmtp, numberOf } from "./doors.js";

const core = (code: string, more: object = {}): object => ({ code, message: `text of ${code}`, ...more });

/** Numbers that tests of this package reach by driving a whole SMTP object, and where. */
const REACHED: Readonly<Record<number, string>> = {
  100: "sending",
  101: "sending",
  102: "connection",
  104: "sending",
  106: "sending",
  107: "sending",
  112: "sending",
  116: "sending",
  118: "firewall",
  161: "sending",
  162: "sending",
  163: "sending",
  164: "sending",
  165: "sending",
  166: "sending",
  201: "connection",
  211: "events",
  212: "events",
  213: "settings",
  270: "settings",
  271: "certificates",
  272: "certificates",
  273: "certificates",
  276: "connection",
  280: "connection",
  301: "sending",
  302: "message",
  303: "queue",
  434: "message",
  1105: "sending",
  10022: "settings",
  11001: "connection",
};

describe("the list", () => {
  it("has every number of both editions", () => {
    for (const edition of ["java", "dotnet"]) {
      const facts = JSON.parse(
        readFileSync(new URL(`../../../tooling/surface/ipworks-${edition}.json`, import.meta.url), "utf8"),
      ) as { errors: { groups: { codes: { code: number }[] }[] } };
      const numbers = facts.errors.groups.flatMap(({ codes }) => codes.map(({ code }) => code));
      expect(numbers.filter((number) => !(number in ERROR_CODES))).toEqual([]);
    }
  });

  it("every number is reached, mapped, or says why it is never raised", () => {
    const mapped = new Set([
      ...Object.keys(SOCKET_ERRORS).map((code) => failureOf(core(code)).number),
      failureOf(core("ERR_SOCKET_TLS_PROTOCOL", { phase: "transfer" })).number,
    ]);
    for (const [number, meaning] of Object.entries(ERROR_CODES)) {
      const raised = Number(number) in REACHED || mapped.has(Number(number) as never);
      expect([number, raised]).toEqual([number, !meaning.startsWith("never raised")]);
    }
  });

  it("those that tests reach are named in those tests", () => {
    for (const [number, file] of Object.entries(REACHED)) {
      const text = readFileSync(new URL(`./${file}.test.ts`, import.meta.url), "utf8").replaceAll("_", "");
      expect([number, file, text.includes(number)]).toEqual([number, file, true]);
    }
  });
});

describe("codes of the core", () => {
  it.each([
    ["ERR_CLIENT_CONNECTION_LOST", 1120],
    ["ERR_CLIENT_TIMEOUT", 201],
    ["ERR_CLIENT_ABORTED", 301],
    ["ERR_CLIENT_WRONG_STATE", 211],
    ["ERR_CLIENT_TLS_NOT_OFFERED", 276],
    ["ERR_CLIENT_TOO_LARGE", 161],
    ["ERR_SMTP_REPLY_SYNTAX", 162],
    ["ERR_SASL_NONE_USABLE", 161],
    ["ERR_SASL_BAD_CHALLENGE", 162],
    ["ERR_SASL_GSSAPI_FAILED", 273],
    ["ERR_MIME_UNENCODABLE", 434],
    ["ERR_MIME_NUL", 10_022],
    ["ERR_ADDRESS_DOMAIN", 161],
    ["ERR_SOCKET_PROXY_AUTH_FAILED", 118],
    ["ERR_SOCKET_CERTIFICATE_EXPIRED", 280],
    ["ERR_SOCKET_CERTIFICATE_MISSING", 282],
    ["ERR_SOCKET_TLS_CLIENT_CERTIFICATE", 281],
    ["ERR_SOCKET_TLS_ALERT", 276],
    ["ERR_SOCKET_FILE_PASSWORD", 271],
    ["ERR_SOCKET_FILE_NO_ENTRY", 272],
    ["ERR_SOCKET_FILE_KEY_MISMATCH", 273],
    ["ERR_QUEUE_DAMAGED", 303],
    ["ERR_SOMETHING_NEW", 162],
  ] as const)("%s is %d", (code, number) => {
    expect(failureOf(core(code)).number).toBe(number);
  });

  it("octets that cannot be decrypted after the handshake are 284", () => {
    expect(failureOf(core("ERR_SOCKET_TLS_PROTOCOL", { phase: "transfer" })).number).toBe(284);
    expect(failureOf(core("ERR_SOCKET_TLS_PROTOCOL", { phase: "tls" })).number).toBe(276);
  });

  it.each([
    ["ERR_SOCKET_INTERRUPTED", 10_004],
    ["ERR_SOCKET_BAD_HANDLE", 10_009],
    ["ERR_SOCKET_ACCESS_DENIED", 10_013],
    ["ERR_SOCKET_BAD_ADDRESS", 10_014],
    ["ERR_SOCKET_INVALID", 10_022],
    ["ERR_SOCKET_TOO_MANY_OPEN", 10_024],
    ["ERR_SOCKET_WOULD_BLOCK", 10_035],
    ["ERR_SOCKET_IN_PROGRESS", 10_036],
    ["ERR_SOCKET_ALREADY", 10_037],
    ["ERR_SOCKET_NOT_A_SOCKET", 10_038],
    ["ERR_SOCKET_NO_DESTINATION", 10_039],
    ["ERR_SOCKET_MESSAGE_TOO_LONG", 10_040],
    ["ERR_SOCKET_WRONG_PROTOCOL_TYPE", 10_041],
    ["ERR_SOCKET_BAD_PROTOCOL_OPTION", 10_042],
    ["ERR_SOCKET_PROTOCOL_UNSUPPORTED", 10_043],
    ["ERR_SOCKET_TYPE_UNSUPPORTED", 10_044],
    ["ERR_SOCKET_UNSUPPORTED", 10_045],
    ["ERR_SOCKET_PROTOCOL_FAMILY_UNSUPPORTED", 10_046],
    ["ERR_SOCKET_FAMILY_UNSUPPORTED", 10_047],
    ["ERR_SOCKET_ADDRESS_IN_USE", 10_048],
    ["ERR_SOCKET_ADDRESS_NOT_AVAILABLE", 10_049],
    ["ERR_SOCKET_NETWORK_DOWN", 10_050],
    ["ERR_SOCKET_NETWORK_UNREACHABLE", 10_051],
    ["ERR_SOCKET_NETWORK_RESET", 10_052],
    ["ERR_SOCKET_CONNECTION_ABORTED", 10_053],
    ["ERR_SOCKET_RESET", 10_054],
    ["ERR_SOCKET_NO_BUFFERS", 10_055],
    ["ERR_SOCKET_ALREADY_CONNECTED", 10_056],
    ["ERR_SOCKET_NOT_CONNECTED", 10_057],
    ["ERR_SOCKET_SHUT_DOWN", 10_058],
    ["ERR_SOCKET_TIMED_OUT", 10_060],
    ["ERR_SOCKET_REFUSED", 10_061],
    ["ERR_SOCKET_TOO_MANY_LINKS", 10_062],
    ["ERR_SOCKET_NAME_TOO_LONG", 10_063],
    ["ERR_SOCKET_HOST_DOWN", 10_064],
    ["ERR_SOCKET_HOST_UNREACHABLE", 10_065],
    ["ERR_SOCKET_NOT_EMPTY", 10_066],
    ["ERR_SOCKET_TOO_MANY_PROCESSES", 10_067],
    ["ERR_SOCKET_QUOTA", 10_069],
    ["ERR_SOCKET_STALE", 10_070],
    ["ERR_SOCKET_HOST_NOT_FOUND", 11_001],
    ["ERR_SOCKET_RESOLVE_TRY_AGAIN", 11_002],
    ["ERR_SOCKET_RESOLVE_FAILED", 11_003],
    ["ERR_SOCKET_HOST_NO_ADDRESS", 11_004],
  ] as const satisfies readonly (readonly [SocketErrorCode, number])[])(
    "%s is %d, with the number in its text",
    (code, number) => {
      const failure = failureOf(core(code));
      expect(failure.number).toBe(number);
      expect(failure.text).toMatch(new RegExp(`^\\[${number}\\] `));
    },
  );

  it.each(["ERR_CLIENT_OPTION", "ERR_SMTP_ARGUMENT", "ERR_SOCKET_BAD_OPTION", "ERR_MIME_NUL"])(
    "%s has [10022] before its text",
    (code) => expect(failureOf(core(code)).text).toBe(`[10022] text of ${code}`),
  );

  it.each(Object.keys(SOCKET_ERRORS).filter((code) => failureOf(core(code)).number === 201))(
    "%s names properties, not the core's options",
    (code) => expect(failureOf(core(code)).text).toMatch(/^timed out: .*\bTimeout\b/),
  );

  it("a refusal has the whole reply as its text", () => {
    const reply = { code: 550, lines: ["5.1.1 nobody", "5.1.1 here"] };
    expect(failureOf(core("ERR_CLIENT_SENDER_REFUSED", { reply }))).toEqual({
      number: 161,
      text: "550-5.1.1 nobody\r\n550 5.1.1 here",
    });
  });
});

describe("reached over the network", () => {
  it("refused connection: 10061; a local address that is not ours: 10049", async () => {
    const { smtp } = dotnetSmtp(1);
    await expect(smtp.Send()).rejects.toThrow(/^\[10061\] /);
    smtp.LocalHost = "192.0.2.1";
    expect(await numberOf(smtp.Send())).toBe(10_049);
  });

  it("reset in the middle: 10054; the server's 421 is its reply", async () => {
    await using resetting = await scriptedServer([server("220 mx\r\n"), client(/^EHLO/), resets()]);
    expect([10_054, 1120]).toContain(await numberOf(dotnetSmtp(resetting.port).smtp.Send()));
    await using busy = await scriptedServer([server("421 too busy\r\n"), stalls()]);
    await expect(dotnetSmtp(busy.port).smtp.Send()).rejects.toThrow("421 too busy");
  });

  it("a server that shows no certificate at all: 276 or 282", async () => {
    await using mx = await scriptedServer([client(/./), server("nothing like TLS\r\n"), stalls()]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.SSLStartMode = SMTPSSLStartModes.sslImplicit;
    smtp.Timeout = 3;
    expect(await numberOf(smtp.Send())).toBe(276);
  });

  it("a message that is larger than the server takes: 161, before MAIL", async () => {
    await using mx = await recordingServer({ sizeBytes: 100 });
    const { smtp, log } = dotnetSmtp(mx.port);
    smtp.MessageText = "x\r\n".repeat(1000);
    expect(await numberOf(smtp.Send())).toBe(161);
    expect(log.some(([, , line]) => String(line).startsWith("MAIL"))).toBe(false);
    await smtp.Disconnect();
  });
});

describe("the exceptions", () => {
  it("carry number, text and the core's error; hold across doors and copies", async () => {
    const { smtp } = dotnetSmtp(1);
    const error = (await smtp.Send().catch((thrown: unknown) => thrown)) as IPWorksException;
    expect(error).toBeInstanceOf(IPWorksException);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.Code, error.Message, error.code]).toEqual([
      "IPWorksException",
      10_061,
      error.message,
      10_061,
    ]);
    expect((error.cause as { code: string }).code).toBe("ERR_SOCKET_REFUSED");
    expect(NumberedError.is(error) && java.IPWorksException.is(error)).toBe(true);
    expect(NumberedError.is(new Error("other"))).toBe(false);
    error.Code = 1;
    error.Message = "mine";
    expect([error.code, error.message]).toEqual([1, "mine"]);
  });

  it("what is() knows has the names of both editions", () => {
    for (const thrown of [
      new IPWorksException(161, "no"),
      new java.IPWorksException(161, "no"),
    ] as unknown[]) {
      if (!java.IPWorksException.is(thrown) || !IPWorksException.is(thrown)) throw new Error("not known");
      expect([thrown.getCode(), thrown.getMessage(), thrown.Code, thrown.Message]).toEqual([
        161,
        "no",
        161,
        "no",
      ]);
    }
  });

  it("setters refuse what a compiler would have", () => {
    const smtp = new SMTP();
    const attempts: (() => void)[] = [
      () => {
        smtp.From = 7 as never;
      },
      () => {
        smtp.MailPort = "25" as never;
      },
      () => {
        smtp.AllowExtensions = 1 as never;
      },
      () => {
        smtp.AuthMechanism = 9 as never;
      },
      () => {
        smtp.Message = [1] as never;
      },
      () => smtp.MessageRecipients.Add({ Address: "x" } as never),
      () => {
        smtp.MessageRecipients = [] as never;
      },
    ];
    for (const attempt of attempts) expect(attempt).toThrow(TypeError);
  });

  it("a number that is none of an enumeration's is named", () => {
    expect(() => new java.SMTP().setAuthMechanism(8)).toThrow(
      "AuthMechanism takes one of 0, 1, 2, 3, 4, 5, 6, 7, not 8",
    );
  });

  it("a negative Timeout is 10022, and the one before stays", async () => {
    const smtp = new java.SMTP();
    expect(await numberOf(() => smtp.setTimeout(-1))).toBe(10_022);
    expect(smtp.getTimeout()).toBe(60);
    smtp.setTimeout(0);
    expect(smtp.getTimeout()).toBe(0);
  });
});

it("secrets are in no error, whatever happens", async () => {
  const { ca } = await testIdentities();
  await using mx = await recordingServer({ users: { ann: "pencil-sharpener" } });
  const { smtp } = dotnetSmtp(mx.port);
  smtp.User = "ann";
  smtp.Password = "pencil-sharpened";
  smtp.Config(`SSLServerCACerts=${ca}`);
  const error = await smtp.Send().catch((thrown: unknown) => thrown);
  const { inspect } = await import("node:util");
  expect(inspect(error, { depth: 8 })).not.toContain("pencil-sharp");
  expect(inspect(smtp, { depth: 8 })).not.toContain("pencil-sharp");
  expect(JSON.stringify(smtp)).not.toContain("pencil-sharp");
});
