import { expect, it } from "vitest";
import { checkClientName } from "./client-name.js";

it.each<[string, string | undefined]>([
  ["Mail.example.com", "mail.example.com"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["[192.0.2.1]", "[192.0.2.1]"],
  ["[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"],
  ["localhost", undefined],
  ["laptop", undefined],
  ["laptop.local", undefined],
  ["server.localdomain", undefined],
  ["192.0.2.1", undefined],
  ["[127.0.0.1]", undefined],
  ["my_host.example.com", undefined],
  ["a.example.com\r\nMAIL FROM:<>", undefined],
  ["", undefined],
])("%j", (name, expected) => {
  if (expected !== undefined) expect(checkClientName(name)).toBe(expected);
  else
    expect(() => checkClientName(name)).toThrow(
      expect.objectContaining({ code: "ERR_DELIVERY_CLIENT_NAME" }),
    );
});
