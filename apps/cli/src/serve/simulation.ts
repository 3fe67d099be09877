/** What the embedded server does instead of accepting, chosen by the local part of an address. */
export type Simulation =
  | { readonly at: "mail" | "rcpt" | "data"; readonly action: "reply"; readonly code: number }
  | { readonly at: "rcpt" | "data"; readonly action: "delay"; readonly delayMs: number }
  | { readonly at: "rcpt" | "data"; readonly action: "drop" };

const MAX_DELAY_MS = 600_000;

/**
 * Reads an address of the refusal game:
 *
 * | local part | as | what happens |
 * |---|---|---|
 * | `mail-NNN` | sender | MAIL is answered NNN (400 to 599) |
 * | `rcpt-NNN` | recipient | RCPT is answered NNN |
 * | `data-NNN` | recipient | the end of the data is answered NNN |
 * | `rcpt-delay-MS`, `data-delay-MS` | recipient | that reply comes MS milliseconds late |
 * | `rcpt-drop`, `data-drop` | recipient | the connection is closed without that reply |
 *
 * Anything else is `undefined`: the address is an ordinary one.
 */
export function readSimulation(address: string, role: "sender" | "recipient"): Simulation | undefined {
  const localPart = address.slice(0, Math.max(0, address.lastIndexOf("@"))).toLowerCase();
  const match = /^(mail|rcpt|data)-(?:([45]\d\d)|delay-(\d{1,6})|(drop))$/.exec(localPart);
  if (match === null) return undefined;
  const at = match[1] as "mail" | "rcpt" | "data";
  if ((at === "mail") !== (role === "sender")) return undefined;
  if (match[2] !== undefined) return { at, action: "reply", code: Number(match[2]) };
  if (at === "mail") return undefined;
  if (match[3] !== undefined) {
    return { at, action: "delay", delayMs: Math.min(Number(match[3]), MAX_DELAY_MS) };
  }
  return { at, action: "drop" };
}
