// The store on Redis with BullMQ, for more than one machine. Needs the packages bullmq and ioredis; nothing else loads them.
export { type RedisOptions, RedisStore } from "./redis/redis-store.js";
