import { vi } from "vitest";
import type { Accident } from "../src/wire.js";
import { type Broken, breakEverywhere } from "./break-everywhere.js";
import { encryptedPoolSession } from "./pool-sessions.js";
import type { Dialler } from "./run-pool.js";
import { runPool } from "./run-pool.js";
import { expectedOf } from "./run-session.js";

const dialler = vi.hoisted((): Dialler => ({ dial: undefined }));

// The pool dials by itself; here it dials into memory.
vi.mock("@wirepost/socket-core", async (original) => {
  const real = await original<typeof import("@wirepost/socket-core")>();
  return {
    ...real,
    connect: () => dialler.dial?.((wire) => real.connect({ socket: wire.client })),
  };
});

const session = await encryptedPoolSession();
const run = (accident?: Accident): Promise<Broken> => runPool(session, dialler, accident);
// Spoiled octets are what the sessions over one connection are for.
breakEverywhere(session.name, run, expectedOf(session), session.ends, ["cut", "stall"]);
