import type { Credentials } from "@wirepost/sasl";
import { expect } from "vitest";
import { type LoginOptions, type LoginResult, login } from "../../src/raw/login.js";
import type { MailServer } from "../../src/servers/mail-server.js";
import { greeted } from "../smoke/greeted.js";

/** Connects to the port with TLS, and tries one mechanism with these credentials. */
export async function tryMechanism(
  server: MailServer<"implicit">,
  mechanism: string,
  credentials: Credentials,
  options: Partial<LoginOptions> = {},
): Promise<LoginResult> {
  const conversation = await greeted(server, "implicit");
  try {
    const offered = (await conversation.ehlo()).get("AUTH") ?? [];
    expect(offered).toContain(mechanism);
    const port = server.ports.implicit;
    return await login(conversation, { mechanism, offered, credentials, port, ...options });
  } finally {
    conversation.destroy();
  }
}

/** The reply code of the end, or the code of the error that the mechanism itself raised. */
export async function outcomeOf(attempt: Promise<LoginResult>): Promise<number | string> {
  try {
    return (await attempt).reply.code;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
