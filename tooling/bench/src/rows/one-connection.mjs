import { client, libcurl, smtplib, smtpSource } from "../lab/contestants.mjs";
import { atLeast, each, line } from "../lab/lines.mjs";
import { ONE_CORE } from "../lab/processes.mjs";
import { race } from "../lab/race.mjs";
import { SmtpSink } from "../lab/smtp-sink.mjs";
import { ratio } from "../lab/statistics.mjs";

/** How many messages each sends in a round: about the same time for all. */
const COUNTS = {
  limit: 20_000,
  wirepost: 16_000,
  "smtp-source": 16_000,
  libcurl: 8000,
  smtplib: 3000,
  upyo: 3000,
  emailjs: 60,
  nodemailer: 1500,
};

export default {
  title: "2 KB messages, ready made, one connection to smtp-sink, client and sink on one core",
  async measure({ quick, rounds, tools, profile }) {
    const core = ONE_CORE;
    const results = await race({
      sink: () => SmtpSink.start(tools, { core }),
      contestants: {
        limit: await client("limit", { core }),
        wirepost: await client("wirepost", { core, profile: profile("wirepost") }),
        "smtp-source": smtpSource(tools, { core }),
        libcurl: libcurl({ core }),
        smtplib: smtplib({ core }),
        upyo: await client("upyo", { core }),
        emailjs: await client("emailjs", { core }),
        nodemailer: await client("nodemailer", { core }),
      },
      counts: COUNTS,
      scale: quick ? 0.25 : 1,
      rounds,
    });
    const cpu = each(results, "cpuPerThousand");
    return [
      line(
        "rate, of the bare socket's (0.8 is hoped for)",
        ratio(results, "rate", "wirepost", "limit"),
        "× limit",
        atLeast(0.5),
        each(results, "rate"),
        "messages/s",
      ),
      line(
        "rate, of smtp-source's",
        ratio(results, "rate", "wirepost", "smtp-source"),
        "× smtp-source",
        atLeast(1),
      ),
      line("rate, of nodemailer's", ratio(results, "rate", "wirepost", "nodemailer"), "× nodemailer"),
      line(
        "client's CPU per message, nodemailer's of ours",
        ratio(results, "cpuPerThousand", "nodemailer", "wirepost"),
        "× less",
        atLeast(14),
        cpu,
        "s per 1,000",
      ),
      line(
        "… nodemailer's of the bare socket's",
        ratio(results, "cpuPerThousand", "nodemailer", "limit"),
        "× less",
      ),
      line(
        "client's CPU per message, of the bare socket's",
        ratio(results, "cpuPerThousand", "wirepost", "limit"),
        "× limit",
        undefined,
      ),
      line(
        "client's CPU per message, of smtp-source's",
        ratio(results, "cpuPerThousand", "wirepost", "smtp-source"),
        "× smtp-source",
        undefined,
      ),
    ];
  },
};
