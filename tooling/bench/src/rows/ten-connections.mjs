import { client, smtpSource } from "../lab/contestants.mjs";
import { atLeast, each, line } from "../lab/lines.mjs";
import { race } from "../lab/race.mjs";
import { SmtpSink } from "../lab/smtp-sink.mjs";
import { ratio } from "../lab/statistics.mjs";

const COUNTS = {
  limit: 30_000,
  wirepost: 20_000,
  "smtp-source": 20_000,
  upyo: 4000,
  emailjs: 600,
  nodemailer: 2000,
};

export default {
  title: "2 KB messages, ready made, ten connections to smtp-sink, on whatever cores there are",
  async measure({ quick, rounds, tools, profile }) {
    const results = await race({
      sink: () => SmtpSink.start(tools),
      contestants: {
        limit: await client("limit"),
        wirepost: await client("wirepost", { profile: profile("wirepost") }),
        "smtp-source": smtpSource(tools),
        upyo: await client("upyo"),
        emailjs: await client("emailjs"),
        nodemailer: await client("nodemailer"),
      },
      counts: COUNTS,
      scale: quick ? 0.25 : 1,
      rounds,
      job: { connections: 10 },
    });
    return [
      line(
        "rate, of the bare sockets'",
        ratio(results, "rate", "wirepost", "limit"),
        "× limit",
        atLeast(0.6),
        each(results, "rate"),
        "messages/s",
      ),
      line("rate, of smtp-source's", ratio(results, "rate", "wirepost", "smtp-source"), "× smtp-source"),
      line("rate, of nodemailer's", ratio(results, "rate", "wirepost", "nodemailer"), "× nodemailer"),
      line(
        "client's CPU per message, nodemailer's of ours",
        ratio(results, "cpuPerThousand", "nodemailer", "wirepost"),
        "× less",
        undefined,
        each(results, "cpuPerThousand"),
        "s per 1,000",
      ),
    ];
  },
};
