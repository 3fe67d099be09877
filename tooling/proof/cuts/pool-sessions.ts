import type { Outcome } from "../src/law.js";
import type { PoolSession } from "./run-pool.js";
import { type Session, sessionsNamed, tlsSession } from "./sessions.js";

function pooled(
  session: Session,
  pool: { readonly letters: number; readonly maxConnections: number; readonly broken: number },
  ends: readonly Outcome[] = ["accepted", "not-sent", "rejected", "unknown"],
): PoolSession {
  const which = ["first", "second"][pool.broken];
  return { ...session, ...pool, ends, name: `pool-${session.name}-${pool.maxConnections}-${which}` };
}

const [data, pipelined, bdat, window, lmtp] = sessionsNamed(
  "data",
  "data-pipelined",
  "bdat",
  "bdat-window",
  "lmtp",
) as [Session, Session, Session, Session, Session];

/** The second connection resumes the TLS session of the first. */
export async function encryptedPoolSession(): Promise<PoolSession> {
  const session = await tlsSession("implicit-tls");
  const tls = { ...(session.client.tls as object), servername: "localhost", hostNames: ["localhost"] };
  return pooled(
    { ...session, client: { ...session.client, tls } },
    { letters: 2, maxConnections: 1, broken: 0 },
  );
}

export const POOL_SESSIONS: readonly PoolSession[] = [
  pooled(data, { letters: 3, maxConnections: 1, broken: 0 }),
  pooled(pipelined, { letters: 4, maxConnections: 1, broken: 0 }),
  pooled(pipelined, { letters: 6, maxConnections: 2, broken: 1 }),
  pooled(bdat, { letters: 4, maxConnections: 1, broken: 0 }),
  pooled(window, { letters: 6, maxConnections: 1, broken: 0 }),
  // Whole letters travel with their envelopes: they are in doubt or begin anew elsewhere.
  pooled(window, { letters: 6, maxConnections: 2, broken: 0 }, ["accepted", "rejected", "unknown"]),
  pooled(lmtp, { letters: 3, maxConnections: 2, broken: 0 }),
];
