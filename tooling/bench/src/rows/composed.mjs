import { client } from "../lab/contestants.mjs";
import { atLeast, each, line } from "../lab/lines.mjs";
import { ONE_CORE } from "../lab/processes.mjs";
import { race } from "../lab/race.mjs";
import { SmtpSink } from "../lab/smtp-sink.mjs";
import { ratio } from "../lab/statistics.mjs";

const COUNTS = { wirepost: 8000, upyo: 3000, emailjs: 60, nodemailer: 1000 };

export default {
  title:
    "Composed from fields (text, HTML, one header) and sent, one connection, client and smtp-sink on one core",
  async measure({ quick, rounds, tools, profile }) {
    const core = ONE_CORE;
    const results = await race({
      sink: () => SmtpSink.start(tools, { core }),
      contestants: {
        wirepost: await client("wirepost", { core, profile: profile("wirepost") }),
        upyo: await client("upyo", { core }),
        emailjs: await client("emailjs", { core }),
        nodemailer: await client("nodemailer", { core }),
      },
      counts: COUNTS,
      scale: quick ? 0.25 : 1,
      rounds,
      job: { kind: "fields" },
    });
    return [
      line(
        "rate, of nodemailer's",
        ratio(results, "rate", "wirepost", "nodemailer"),
        "× nodemailer",
        atLeast(8),
        each(results, "rate"),
        "messages/s",
      ),
      line("rate, of upyo's", ratio(results, "rate", "wirepost", "upyo"), "× upyo"),
    ];
  },
};
