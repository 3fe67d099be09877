import { client, libcurl, smtpSource } from "../lab/contestants.mjs";
import { atMost, each, line } from "../lab/lines.mjs";
import { ONE_CORE } from "../lab/processes.mjs";
import { race } from "../lab/race.mjs";
import { SmtpSink } from "../lab/smtp-sink.mjs";

const COUNTS = {
  limit: 2000,
  wirepost: 2000,
  "smtp-source": 2000,
  libcurl: 1000,
  upyo: 200,
  nodemailer: 400,
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
    const { wirepost, limit, nodemailer } = results;
    return [
      line(
        "client's CPU per message, of the bare socket's",
        wirepost.cpuPerThousand / limit.cpuPerThousand,
        "× limit",
        atMost(2),
        each(results, "cpuPerThousand"),
        "s per 1,000",
      ),
      line(
        "client's CPU per message, nodemailer's of ours",
        nodemailer.cpuPerThousand / wirepost.cpuPerThousand,
        "× less",
      ),
      line(
        "rate, of the bare socket's",
        wirepost.rate / limit.rate,
        "× limit",
        undefined,
        each(results, "rate"),
        "messages/s",
      ),
    ];
  },
};
