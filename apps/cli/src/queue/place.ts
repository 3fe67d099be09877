import type { MailQueue, QueueObserver } from "@wirepost/mail-queue";
import { type Command, Option } from "commander";
import { CliError } from "../errors.js";
import type { Terminal } from "../terminal.js";

/** The flag that every command of a queue understands. */
export interface PlaceFlags {
  readonly queue?: string;
}

export function addPlaceFlag(command: Command): Command {
  return command.addOption(
    new Option(
      "-q, --queue <place>",
      "directory of the queue, or redis://host[:port][/database][#name] (default: environment WIREPOST_QUEUE)",
    ),
  );
}

/**
 * Opens the queue of the command line. What it needs is loaded only here.
 *
 * @throws CliError `ERR_CLI_USAGE`; QueueError
 */
export async function openPlace(
  { queue }: PlaceFlags,
  { env }: Terminal,
  onEvent?: QueueObserver,
): Promise<MailQueue> {
  const place = queue ?? env["WIREPOST_QUEUE"];
  if (place === undefined || place === "") {
    throw new CliError("ERR_CLI_USAGE", "the queue is missing: --queue with a directory, or WIREPOST_QUEUE");
  }
  const { openQueue } = await import("@wirepost/mail-queue");
  if (!/^rediss?:\/\//.test(place)) return openQueue({ directory: place, onEvent });
  const { RedisStore } = await import("@wirepost/mail-queue/redis");
  const [url = "", name] = place.split("#");
  return openQueue({ store: new RedisStore({ url, name: name === "" ? undefined : name }), onEvent });
}
