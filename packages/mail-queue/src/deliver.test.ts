import { describe, expect, it } from "vitest";
import { readAttempt } from "./deliver.js";
import { QUEUE_ERROR_CODES } from "./errors.js";

const A = { index: 4, address: "a@example.org" };
const reply = (code: number) => ({ code, lines: [`${code} said so`] });
const failed = (facts: object) => ({ thrown: Object.assign(new Error("x"), facts) });

const CASES: { name: string; end: Parameters<typeof readAttempt>[0]; marked?: boolean; outcome: string }[] = [
  {
    name: "accepted",
    end: { report: { recipients: [{ address: A.address, outcome: "accepted", reply: reply(250) }] } },
    outcome: "accepted",
  },
  {
    name: "5yz",
    end: { report: { recipients: [{ address: A.address, outcome: "rejected", reply: reply(550) }] } },
    outcome: "rejected",
  },
  {
    name: "4yz",
    end: { report: { recipients: [{ address: A.address, outcome: "rejected", reply: reply(451) }] } },
    outcome: "deferred",
  },
  {
    name: "not sent",
    end: { report: { recipients: [{ address: A.address, outcome: "not-sent" }] } },
    outcome: "deferred",
  },
  {
    name: "unknown",
    end: { report: { recipients: [{ address: A.address, outcome: "unknown" }] } },
    outcome: "unknown",
  },
  {
    name: "a report without this recipient, before content",
    end: { report: { recipients: [] } },
    outcome: "deferred",
  },
  {
    name: "a report without this recipient, after content",
    end: { report: { recipients: [] } },
    marked: true,
    outcome: "unknown",
  },
  { name: "no report, after content", end: { report: undefined }, marked: true, outcome: "unknown" },
  {
    name: "an outcome that does not exist, after content",
    end: { report: { recipients: [{ address: A.address, outcome: "ok" }] } },
    marked: true,
    outcome: "unknown",
  },
  { name: "an error of no known kind, before content", end: { thrown: "crash" }, outcome: "deferred" },
  {
    name: "an error of no known kind, after content",
    end: { thrown: undefined },
    marked: true,
    outcome: "unknown",
  },
  {
    name: "a lost connection",
    end: failed({ code: "ERR_SOCKET_RESET", state: "not-sent", phase: "rcpt", retryable: true }),
    marked: true,
    outcome: "deferred",
  },
  {
    name: "a lost reply",
    end: failed({ code: "ERR_CLIENT_CONNECTION_LOST", state: "unknown", phase: "end-of-data" }),
    marked: true,
    outcome: "unknown",
  },
  {
    name: "a refused login",
    end: failed({ code: "ERR_CLIENT_AUTH_REFUSED", state: "not-sent", phase: "auth" }),
    outcome: "deferred",
  },
  {
    name: "a sender refused for good",
    end: failed({ code: "ERR_CLIENT_SENDER_REFUSED", state: "rejected", phase: "mail", reply: reply(550) }),
    outcome: "rejected",
  },
  {
    name: "content refused for now",
    end: failed({
      code: "ERR_CLIENT_CONTENT_REFUSED",
      state: "rejected",
      reply: reply(452),
      retryable: true,
    }),
    marked: true,
    outcome: "deferred",
  },
  {
    name: "a message that the server can never take",
    end: failed({ code: "ERR_CLIENT_TOO_LARGE", state: "not-sent", phase: "mail" }),
    outcome: "rejected",
  },
  {
    name: "a message that cannot be composed",
    end: failed({ code: "ERR_MIME_LINE_TOO_LONG", state: "not-sent", phase: "compose" }),
    outcome: "rejected",
  },
  {
    name: "a domain that takes no mail",
    end: failed({ code: "ERR_DELIVERY_NULL_MX", state: "not-sent", phase: "resolve" }),
    outcome: "rejected",
  },
  {
    name: "a domain that does not exist",
    end: failed({ code: "ERR_DELIVERY_NO_SUCH_DOMAIN", state: "not-sent", phase: "resolve" }),
    outcome: "rejected",
  },
  {
    name: "a domain whose records cannot be looked up now",
    end: failed({ code: "ERR_DELIVERY_DNS", state: "not-sent", phase: "resolve", retryable: true }),
    outcome: "deferred",
  },
  {
    name: "a parameter that no server can be told",
    end: failed({ code: "ERR_SMTP_ARGUMENT", state: "not-sent", phase: "compose" }),
    outcome: "rejected",
  },
  ...[
    ...["ABORTED", "CLOSED", "SEND_TIMEOUT", "OPTION", "UNKNOWN_OPTION", "CALLBACK"].map(
      (word) => `CLIENT_${word}`,
    ),
    ...[
      "MIME_ABORTED",
      "MIME_MODULE_MISSING",
      "MIME_SOURCE_FAILED",
      "DELIVERY_UNKNOWN_OPTION",
      "DELIVERY_CLOSED",
    ],
  ].map((word) => ({
    name: `ERR_${word} before anything was sent`,
    end: failed({ code: `ERR_${word}`, state: "not-sent", phase: "compose", retryable: false }),
    outcome: "deferred",
  })),
  {
    name: "an error that says more of the recipient",
    end: failed({
      state: "rejected",
      recipients: [{ address: A.address, outcome: "rejected", reply: reply(450) }],
    }),
    outcome: "deferred",
  },
];

describe("what deliver came to", () => {
  it.each(CASES)("$name: $outcome", ({ end, marked = false, outcome }) => {
    expect(readAttempt(end, [A], marked).results).toMatchObject([{ index: 4, outcome }]);
  });

  it("is never final when the content could not be given out, unless the server said so", () => {
    const hopeless = failed({ code: "ERR_MIME_SOURCE_FAILED", phase: "compose", state: "not-sent" });
    const disk = Object.assign(new Error("no room"), { code: "ERR_QUEUE_STORAGE" });
    expect(readAttempt(hopeless, [A], false, disk)).toMatchObject({
      results: [{ outcome: "deferred", error: { code: "ERR_QUEUE_STORAGE" } }],
      error: { code: "ERR_QUEUE_STORAGE" },
    });
    const refused = failed({ phase: "rcpt", state: "rejected", reply: reply(550) });
    expect(readAttempt(refused, [A], false, disk).results).toMatchObject([{ outcome: "rejected" }]);
  });

  it.each([
    { name: "an error without a code", end: { thrown: new TypeError("x is not a function") } },
    { name: "what is no error", end: { thrown: "crash" } },
    { name: "a report without this recipient", end: { report: { recipients: [] } } },
    { name: "a report that is none", end: { report: null } },
    { name: "recipients that are none", end: { report: { recipients: [null, 5, "bob"] } } },
  ])("has a documented code when deliver gave none: $name", ({ end }) => {
    const [result] = readAttempt(end, [A], false).results;
    expect(result).toMatchObject({ outcome: "deferred", error: { code: "ERR_QUEUE_DELIVER" } });
    expect(QUEUE_ERROR_CODES).toHaveProperty(result?.error?.code ?? "none");
  });

  it.each([
    { name: "null", reply: null },
    { name: "text", reply: "250 Ok" },
    { name: "without lines", reply: { code: 250 } },
    { name: "with lines that are none", reply: { code: 250, enhanced: { class: 2 }, lines: "250 Ok" } },
  ])("keeps an outcome whatever its reply is: $name", ({ reply: odd }) => {
    const recipients = [{ address: A.address, outcome: "accepted", reply: odd }];
    const [result] = readAttempt({ report: { recipients } }, [A], true).results;
    expect(result).toMatchObject({ outcome: "accepted" });
    expect(typeof (result?.reply?.text ?? "")).toBe("string");
    expect(result?.reply?.enhanced).toBeUndefined();
  });

  it("tells when no server could be talked to", () => {
    expect(readAttempt(failed({ phase: "connect", state: "not-sent" }), [A], false).unreachable).toBe(true);
    expect(readAttempt(failed({ phase: "rcpt", state: "not-sent" }), [A], false).unreachable).toBe(false);
  });
});
