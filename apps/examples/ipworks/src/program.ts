/** Where the programs find their server, and what their originals had in text boxes. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** A bearer token for XOAUTH2. */
  readonly token?: string | undefined;
  /** A certificate authority in PEM that the system does not know. */
  readonly trust?: string | undefined;
  /** A file with an X.509 certificate, PEM or DER. */
  readonly certificateFile?: string | undefined;
  /** A file with a private key and its certificate, in PEM. */
  readonly keyFile?: string | undefined;
  /** An HTTP proxy through which the ports are reached. */
  readonly proxy?: { readonly host: string; readonly port: number } | undefined;
  /** Seconds of silence; 60 unless given. */
  readonly timeout?: number | undefined;
  /** An address that the server refuses. */
  readonly refused?: string | undefined;
  /** An existing directory for messages that wait. */
  readonly queueDir?: string | undefined;
  /** Stands in every subject, so that a message can be found again. */
  readonly tag?: string | undefined;
}

/** System.out.println, or Console.WriteLine, of the originals. */
export type Say = (line: string) => void;

/** A ported program. It throws what its original did not catch. */
export type Program = (server: Server, say: Say) => Promise<void>;

/** The programs that both editions have. */
export type ProgramName =
  | "additional-header"
  | "connect-and-send"
  | "send"
  | "recipient-options"
  | "raw-message"
  | "settings"
  | "tls-settings"
  | "certificates"
  | "listener"
  | "asking"
  | "from-stream"
  | "interrupted"
  | "b1"
  | "b2"
  | "b3"
  | "b4"
  | "b5"
  | "b6"
  | "b7-none"
  | "b7-automatic"
  | "b7-implicit"
  | "b7-explicit"
  | "b7-cram-md5"
  | "b7-xoauth2"
  | "b7-events"
  | "b7-refused"
  | "b7-own-certificates";

export type Programs = Readonly<Record<ProgramName, Program>>;

/** The subject of a message, with the tag that finds it again. */
export function subject(server: Server, text: string): string {
  return server.tag === undefined ? text : `${text} ${server.tag}`;
}
