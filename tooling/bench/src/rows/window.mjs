import { client } from "../lab/contestants.mjs";
import { CountingSink } from "../lab/counting-sink.mjs";
import { atLeast, each, line } from "../lab/lines.mjs";
import { race } from "../lab/race.mjs";
import { ratio } from "../lab/statistics.mjs";

const WINDOW = { maxMessages: 200, maxBytes: 1024 * 1024 };

export default {
  title: "2 KB messages in a BDAT window, one connection into a counting sink",
  async measure({ quick, rounds, profile }) {
    const results = await race({
      sink: () => CountingSink.start({ chunking: true }),
      contestants: {
        limit: await client("limit"),
        "limit, 32 in a write": await client("limit", { job: { groups: true } }),
        wirepost: await client("wirepost", { profile: profile("wirepost") }),
      },
      counts: { limit: 60_000, "limit, 32 in a write": 60_000, wirepost: 30_000 },
      scale: quick ? 0.25 : 1,
      rounds,
      job: { window: WINDOW },
    });
    return [
      line(
        "rate, of the bare socket's, a write for each message",
        ratio(results, "rate", "wirepost", "limit"),
        "× limit",
        atLeast(0.3),
        each(results, "rate"),
        "messages/s",
      ),
      line(
        "rate, of the bare socket's, a write for 32 messages",
        ratio(results, "rate", "wirepost", "limit, 32 in a write"),
        "× limit",
      ),
      line(
        "client's CPU per message, of the bare socket's",
        ratio(results, "cpuPerThousand", "wirepost", "limit"),
        "× limit",
        undefined,
        each(results, "cpuPerThousand"),
        "s per 1,000",
      ),
    ];
  },
};
