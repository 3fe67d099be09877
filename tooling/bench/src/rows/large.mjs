import { client, libcurl, smtpSource } from "../lab/contestants.mjs";
import { atMost, each, line } from "../lab/lines.mjs";
import { ONE_CORE } from "../lab/processes.mjs";
import { race } from "../lab/race.mjs";
import { SmtpSink } from "../lab/smtp-sink.mjs";
import { ratio } from "../lab/statistics.mjs";

/** Some seconds for each in a round: engines are still busy compiling during the first thousands of messages. */
const COUNTS = {
  limit: 6000,
  wirepost: 6000,
  "smtp-source": 6000,
  libcurl: 3000,
  upyo: 600,
  nodemailer: 1500,
};

export default {
  title: "100 KB messages, ready made, one connection to smtp-sink",
  async measure({ quick, rounds, tools, profile }) {
    const core = ONE_CORE;
    const results = await race({
      sink: () => SmtpSink.start(tools, { core }),
      contestants: {
        limit: await client("limit", { core }),
        wirepost: await client("wirepost", { core, profile: profile("wirepost") }),
        "smtp-source": smtpSource(tools, { core }),
        libcurl: libcurl({ core }),
        upyo: await client("upyo", { core }),
        nodemailer: await client("nodemailer", { core }),
      },
      counts: COUNTS,
      scale: quick ? 0.25 : 1,
      rounds,
      job: { bytes: 100_000 },
    });
    return [
      line(
        "client's CPU per message, of the bare socket's",
        ratio(results, "cpuPerThousand", "wirepost", "limit"),
        "× limit",
        atMost(2),
        each(results, "cpuPerThousand"),
        "s per 1,000",
      ),
      line(
        "client's CPU per message, nodemailer's of ours",
        ratio(results, "cpuPerThousand", "nodemailer", "wirepost"),
        "× less",
      ),
      line(
        "rate, of the bare socket's",
        ratio(results, "rate", "wirepost", "limit"),
        "× limit",
        undefined,
        each(results, "rate"),
        "messages/s",
      ),
    ];
  },
};
