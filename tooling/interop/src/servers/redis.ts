import { freePorts } from "../machine/ports.js";
import { startSandbox } from "../machine/sandbox.js";
import { HOST } from "./mail-server.js";
import { allAccept } from "./ready.js";

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  log(): string;
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** Writes every command to an append-only file at once. Default false: nothing is kept. */
  readonly durable?: boolean | undefined;
}

/** Redis 7.0 with an empty store. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const ports = await freePorts("redis");
  const durable = options.durable === true ? "--appendonly yes --appendfsync always" : "--appendonly no";
  const sandbox = await startSandbox({
    name: "redis",
    release: "bookworm",
    files: {},
    start: `install -d /var/lib/redis
cd /var/lib/redis
exec redis-server --bind ${HOST} --port ${ports.redis} --save '' ${durable} --logfile /srv/wirepost/log/redis.log
`,
    ready: () => allAccept(ports),
  });
  return { host: HOST, port: ports.redis, log: sandbox.log, stop: sandbox.stop };
}
