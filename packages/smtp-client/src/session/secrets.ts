import type { Reply } from "@wirepost/smtp-protocol";

export const REDACTED = "<redacted>";

/** Hides secrets in what is shown. Comes with a login: who sends without one has nothing to hide. */
export interface HiddenForms {
  readonly any: boolean;
  add(secret: string): void;
  /**
   * @param open names in a response that are no secrets
   * @param heard the challenges before it
   */
  addResponse(octets: Uint8Array | null, open: readonly string[], heard: readonly Uint8Array[]): void;
  scrub(text: string): string;
  scrubReply(reply: Reply): Reply;
}

/** The secrets of one session. */
export class Secrets {
  /** Those that came before `#forms`. */
  #early: string[] = [];
  #forms: HiddenForms | undefined;

  /** Nothing is hidden before. Does nothing the second time. */
  hideWith(forms: HiddenForms): void {
    if (this.#forms !== undefined) return;
    for (const secret of this.#early) forms.add(secret);
    this.#early = [];
    this.#forms = forms;
  }

  get any(): boolean {
    return this.#forms?.any === true;
  }

  /** A password or a token. */
  add(secret: string): void {
    if (this.#forms === undefined) this.#early.push(secret);
    else this.#forms.add(secret);
  }

  /** What a mechanism said after the challenges `heard`; `open` are names in it that are no secrets. */
  addResponse(octets: Uint8Array | null, open: readonly string[], heard: readonly Uint8Array[]): void {
    this.#forms?.addResponse(octets, open, heard);
  }

  scrub(text: string): string {
    return this.#forms?.scrub(text) ?? text;
  }

  /** The reply itself when it shows nothing; a scrubbed copy otherwise. */
  scrubReply(reply: Reply): Reply {
    return this.#forms?.scrubReply(reply) ?? reply;
  }
}

/** A challenge can carry what the mechanism derives from a secret, in any form: nothing of it is shown. */
export function hideChallenge(reply: Reply): Reply {
  return { ...reply, lines: reply.lines.map((line) => (line === "" ? "" : REDACTED)) };
}
