import { type ConnectionOptions, SendError, SmtpConnection } from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";
import { EXIT_CODES } from "../exit-code.js";

/** The answer to one VRFY or EXPN. */
export interface Answer {
  readonly argument: string;
  readonly reply: Reply;
  /**
   * `known`: 250, 251 or 253; `not-told`: 252, or the command itself is refused (502, 500); `unknown`: any other 5yz;
   * `later`: 4yz.
   */
  readonly verdict: "known" | "not-told" | "unknown" | "later";
}

/**
 * Asks a server about addresses or lists, one after the other on one connection.
 *
 * @throws SendError when the connection fails or an argument cannot be sent
 */
export async function ask(
  command: "verify" | "expand",
  words: readonly string[],
  options: ConnectionOptions,
): Promise<readonly Answer[]> {
  const connection = await SmtpConnection.connect(options);
  try {
    const answers: Answer[] = [];
    for (const argument of words) {
      const reply = await connection[command](argument).catch(refusal);
      answers.push({ argument, reply, verdict: verdictOf(reply) });
    }
    return answers;
  } finally {
    await connection.quit();
  }
}

/** A refusal is an answer too. */
function refusal(error: unknown): Reply {
  if (SendError.is(error) && error.code === "ERR_CLIENT_REFUSED" && error.reply !== undefined)
    return error.reply;
  throw error;
}

/**
 * Replies that are about the command or the client and tell nothing of the address: 252, 500 to 504 (RFC 5321 4.2.2), and 530, which
 * asks for a login first (RFC 4954 6).
 */
const TELLS_NOTHING: ReadonlySet<number> = new Set([252, 500, 501, 502, 503, 504, 530]);

export function verdictOf({ code, enhanced }: Pick<Reply, "code" | "enhanced">): Answer["verdict"] {
  // X.1.X is about an address whatever the code says (RFC 3463 3.2).
  const ofAddress = enhanced?.startsWith("5.1.") === true;
  if (TELLS_NOTHING.has(code) && !ofAddress) return "not-told";
  if (code < 300) return "known";
  return code < 500 ? "later" : "unknown";
}

/** 0 when every answer was a yes, or the reason of the first that was not. */
export function exitCodeForAnswers(answers: readonly Answer[]): number {
  const first = answers.find(({ verdict }) => verdict !== "known");
  switch (first?.verdict) {
    case undefined:
      return EXIT_CODES.ok;
    case "unknown":
      return EXIT_CODES.noUser;
    case "later":
      return EXIT_CODES.tempFail;
    default:
      return EXIT_CODES.unavailable;
  }
}
