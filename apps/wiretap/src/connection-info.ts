/** One client and the server it speaks to. */
export interface ConnectionInfo {
  /** Counts the connections, from 1. */
  readonly number: number;
  /** `host:port` of the client. */
  readonly client: string;
  /** `host:port` of the server. */
  readonly server: string;
  readonly startedAt: Date;
}
