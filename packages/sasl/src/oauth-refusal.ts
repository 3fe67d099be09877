import type { MechanismRefusal } from "./mechanism.js";
import { redactSecrets } from "./redaction.js";
import { decodeLatin1, printable } from "./text.js";

/**
 * The JSON by which a server says why it refuses a token (RFC 7628 section 3.2.2). Known fields only, as printable
 * text: whatever else the document holds (some servers echo the request) goes no further. Junk is a refusal without
 * reasons.
 */
export function readRefusal(challenge: Uint8Array, token: string): MechanismRefusal {
  let document: unknown;
  try {
    document = JSON.parse(decodeLatin1(challenge));
  } catch {
    document = undefined;
  }
  const fields =
    typeof document === "object" && document !== null ? (document as Record<string, unknown>) : {};
  return {
    status: fieldText(fields["status"], token),
    scope: fieldText(fields["scope"], token),
    schemes: fieldText(fields["schemes"], token),
    openidConfiguration: fieldText(fields["openid-configuration"], token),
  };
}

function fieldText(value: unknown, token: string): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? printable(redactSecrets(value, [token])) : undefined;
}
