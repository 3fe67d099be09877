import { checkNames, checkPath, truth, wholeNumber } from "../options.js";

export interface DirectoryOptions {
  /** Made with mode 0700 when it does not exist. Everything in it belongs to the queue. */
  readonly directory: string;
  /** One fsync of the directory serves all renames that wait at the time. Default true. */
  readonly sharedSync?: boolean | undefined;
  /** How long a process on another machine may be silent before its claims are taken over. Default 60,000. */
  readonly leaseMs?: number | undefined;
  /** How often the directory is looked at for messages of other processes. Default 1,000. */
  readonly pollIntervalMs?: number | undefined;
  /** How many names of due messages are held in memory, and how many of those that fall due next. Default 10,000. */
  readonly readyLimit?: number | undefined;
  /** How long an idempotency key is remembered. Default 14 days. */
  readonly keepKeysMs?: number | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof DirectoryOptions>([
  "directory",
  "sharedSync",
  "leaseMs",
  "pollIntervalMs",
  "readyLimit",
  "keepKeysMs",
]);
const DAY_MS = 86_400_000;

/** @throws QueueError `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_OPTION` */
export function readDirectoryOptions(options: DirectoryOptions) {
  checkNames("directory", options, NAMES);
  return {
    directory: checkPath("directory", options.directory),
    sharedSync: truth("sharedSync", options.sharedSync, true),
    leaseMs: wholeNumber("leaseMs", options.leaseMs, 60_000, 100),
    pollIntervalMs: wholeNumber("pollIntervalMs", options.pollIntervalMs, 1_000, 10),
    readyLimit: wholeNumber("readyLimit", options.readyLimit, 10_000, 1),
    keepKeysMs: wholeNumber("keepKeysMs", options.keepKeysMs, 14 * DAY_MS, 0),
  };
}
