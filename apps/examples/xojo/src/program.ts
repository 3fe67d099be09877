/** Where the programs find their server: what their Xojo originals had in text fields. */
export interface Server {
  readonly address: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A certificate authority in PEM that the system does not know. */
  readonly trust?: string | undefined;
}

/** MessageBox, or System.DebugLog, of the originals. */
export type Say = (line: string) => void;

/** A ported program. It resolves when its sockets have nothing under way any more. */
export type Program = (server: Server, say: Say) => Promise<void>;
