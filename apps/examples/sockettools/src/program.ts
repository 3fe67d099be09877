/** Where the programs find their server, and what their originals had in text boxes. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly userName?: string | undefined;
  readonly password?: string | undefined;
  /** A certificate authority in PEM that the system does not know. */
  readonly trust?: string | undefined;
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
}

/** MsgBox of the originals. */
export type Say = (line: string) => void;

/** A ported program. It never throws, unless it asks for it by ThrowError. */
export type Program = (server: Server, say: Say) => Promise<void>;
