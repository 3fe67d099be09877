import type { Outcome } from "@wirepost/smtp-client";
import { describe, expect, it } from "vitest";
import type { Content } from "../hostile/content.js";
import type { HostilePeer } from "../hostile/hostile-peer.js";
import { codesOf, errorBreaches, lawBreaches, wireBreaches } from "../hostile/judge.js";
import { LOGIN } from "./login-server.js";

describe("replies, as the judge reads them", () => {
  it.each([
    { said: "250 ok\r\n", codes: [250] },
    { said: "250-a\r\n250 b\r\n550 c\r\n", codes: [250, 550] },
    { said: "250-a\r\n550 b\r\n", codes: [undefined] },
    { said: "250 ok\r\n250 o", codes: [250, undefined] },
    { said: "650 x\r\n", codes: [undefined] },
    { said: "", codes: [undefined] },
  ])("$said", ({ said, codes }) => {
    expect(codesOf(said)).toEqual(codes);
  });
});

function peer(parts: { clear?: string; line?: string; content?: Partial<Content> }): HostilePeer {
  const content = {
    recipients: ["bob@example.org"],
    text: "Subject: mark-alpha",
    ended: true,
    early: "",
    said: "",
    honest: false,
  };
  return {
    clear: Buffer.from(parts.clear ?? "", "latin1"),
    commands: parts.line === undefined ? [] : [{ line: parts.line, secure: false, grouped: false }],
    contents: parts.content === undefined ? [] : [{ ...content, ...parts.content }],
    left: false,
    stuck: false,
  } as unknown as HostilePeer;
}

const told = (outcome: Outcome) => ({
  mark: "mark-alpha",
  recipients: [{ address: "bob@example.org", outcome }],
  error: undefined,
});

describe("the judge objects", () => {
  it.each([
    {
      what: "accepted without a reply",
      found: lawBreaches(told("accepted"), [peer({ content: {} })], false),
    },
    {
      what: "rejected without a reply",
      found: lawBreaches(told("rejected"), [peer({ content: {} })], false),
    },
    {
      what: "rejected after 250",
      found: lawBreaches(told("rejected"), [peer({ content: { said: "250 ok\r\n" } })], false),
    },
    {
      what: "accepted after 550",
      found: lawBreaches(told("accepted"), [peer({ content: { said: "550 no\r\n" } })], false),
    },
    { what: "accepted, and it never came", found: lawBreaches(told("accepted"), [peer({})], false) },
    {
      what: "sent twice",
      found: lawBreaches(told("unknown"), [peer({ content: {} }), peer({ content: {} })], false),
    },
    {
      what: "MAIL in clear",
      found: wireBreaches([peer({ clear: "EHLO x\r\nMAIL FROM:<a@example.com>\r\n" })], "starttls", false),
    },
    {
      what: "octets before the handshake",
      found: wireBreaches([peer({ clear: "STARTTLS\r\nEHLO x\r\n\x16\x03\x01" })], "starttls", false),
    },
    {
      what: "plaintext where TLS begins",
      found: wireBreaches([peer({ clear: "EHLO x\r\n" })], "implicit", false),
    },
    { what: "a password in clear", found: wireBreaches([peer({ clear: LOGIN.password })], "clear", false) },
    { what: "content as a command", found: wireBreaches([peer({ line: "Dear Bob," })], "clear", false) },
    { what: "a secret in an error", found: errorBreaches(new Error(`no: ${LOGIN.password}`)) },
    { what: "a control character in an error", found: errorBreaches(new Error("a\x1bb")) },
  ])("to: $what", ({ found }) => {
    expect(found.length).toBeGreaterThan(0);
  });

  it.each([
    {
      what: "accepted after 250",
      found: lawBreaches(told("accepted"), [peer({ content: { said: "250 ok\r\n" } })], false),
    },
    { what: "unknown without a reply", found: lawBreaches(told("unknown"), [peer({ content: {} })], false) },
    {
      what: "EHLO and STARTTLS in clear",
      found: wireBreaches([peer({ clear: "EHLO x\r\nSTARTTLS\r\n\x16\x03\x01" })], "starttls", false),
    },
    { what: "a quiet error", found: errorBreaches(new Error("the server refused the sender: 550 no")) },
  ])("not to: $what", ({ found }) => {
    expect(found).toEqual([]);
  });
});
