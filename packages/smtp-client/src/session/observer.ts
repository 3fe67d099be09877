import type { Command, Reply } from "@wirepost/smtp-protocol";
import type { CertificateInfo, SocketError } from "@wirepost/socket-core";
import type { SendError } from "../outcome/send-error.js";
import type { TranscriptEntry } from "./transcript.js";

/**
 * Synchronous look into a session, for code that must decide as it runs. Each call happens in the turn of its cause; an error
 * thrown by an observer closes the connection.
 */
export interface Observer {
  /** Before a command is written. AUTH shows its mechanism only. */
  onCommand?(command: Command): void;
  /**
   * Each reply with the verb that it answers; `""` for the greeting and for an unsolicited 421. Secrets are hidden; a challenge
   * (334 to AUTH) shows `<redacted>`.
   */
  onReply?(verb: string, reply: Reply): void;
  /**
   * The server's certificate before any byte goes through TLS, with the reason why it would be refused.
   * True accepts it, `"verified"` vouches for it (DANE does), false refuses it, undefined leaves the decision to the policy.
   */
  onCertificate?(
    certificate: CertificateInfo,
    failure: SocketError | undefined,
  ): boolean | "verified" | undefined;
  /**
   * After each block of content was handed to the socket. Returning `false` abandons the transaction: no end of data is sent
   * and the connection can then only be closed.
   */
  onTransfer?(progress: TransferProgress): boolean | void;
  onTranscript?(entry: TranscriptEntry): void;
  /** Once, when the connection is over, with the reason; after everybody who waited for a reply has heard of it. */
  onClosed?(error: SendError): void;
}

export interface TransferProgress {
  /** Octets of content handed over so far. */
  readonly sentBytes: number;
  /** Octets in all, when known. */
  readonly totalBytes: number | undefined;
  /** Octets of this block. */
  readonly blockBytes: number;
}
