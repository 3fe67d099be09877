import { join } from "node:path";
import { atMost, each, line } from "../lab/lines.mjs";
import { PROGRAMS } from "../lab/paths.mjs";
import { printed } from "../lab/printed.mjs";
import { interleave } from "../lab/statistics.mjs";

const IMPORTS = {
  "net and tls": ["node:net", "node:tls"],
  wirepost: ["@wirepost/smtp-client"],
  nodemailer: ["nodemailer"],
  upyo: ["@upyo/smtp"],
  emailjs: ["emailjs"],
};

export default {
  title: "Import",
  async measure({ rounds, quick }) {
    const contestants = Object.fromEntries(
      Object.entries(IMPORTS).map(([name, argument]) => [
        name,
        () => printed(join(PROGRAMS, "import-time.mjs"), { argument }),
      ]),
    );
    const results = await interleave(contestants, { rounds: quick ? rounds : Math.max(rounds, 21) });
    return [
      line(
        "of @wirepost/smtp-client",
        results.wirepost.millis / results["net and tls"].millis,
        "× net and tls",
        atMost(2),
        each(results, "millis"),
        "ms",
      ),
    ];
  },
};
