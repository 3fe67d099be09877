// A relay that cuts the connection after so many octets of one direction.
import { connect, type Socket as NetSocket } from "node:net";
import { plainServer, type TestServer } from "./servers.js";

export interface Cut {
  /** `down`: from the server to the client. */
  readonly direction: "up" | "down";
  readonly afterBytes: number;
  readonly how: "end" | "reset" | "stall";
}

export interface CutRelay extends TestServer {
  /** What passed when nothing is cut. */
  passed: { up: number; down: number };
  cut: Cut | undefined;
}

export async function cutRelay(targetPort: number): Promise<CutRelay> {
  const passed = { up: 0, down: 0 };
  const server = await plainServer((client) => {
    const { cut } = relay;
    const onward = connect(targetPort, "127.0.0.1");
    onward.on("error", () => {});
    passed.up = 0;
    passed.down = 0;
    const counts = { up: 0, down: 0 };
    let over = false;
    const end = (): void => {
      over = true;
      if (cut?.how === "stall") return;
      if (cut?.how === "reset") client.resetAndDestroy();
      else client.end();
      onward.destroy();
    };
    const pass = (direction: "up" | "down", from: NetSocket, to: NetSocket): void => {
      from.on("data", (chunk: Buffer) => {
        if (over) return;
        const room = cut?.direction === direction ? cut.afterBytes - counts[direction] : chunk.length;
        const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
        counts[direction] += part.length;
        passed[direction] += part.length;
        const reached = cut?.direction === direction && counts[direction] >= cut.afterBytes;
        if (part.length > 0) to.write(part, () => reached && end());
        else if (reached) end();
      });
      from.on("close", () => {
        if (!over) to.end();
      });
    };
    pass("up", client, onward);
    pass("down", onward, client);
    if (cut?.afterBytes === 0 && cut.direction === "down") end();
  });
  const relay: CutRelay = Object.assign(server, { passed, cut: undefined as Cut | undefined });
  return relay;
}

/** Runs over all numbers, some at a time. */
export async function forEachOf<T>(
  items: Iterable<T>,
  atOnce: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await run(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
