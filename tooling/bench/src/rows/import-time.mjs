import { join } from "node:path";
import { firstMessageFile } from "../../../size/src/first-message.mjs";
import { atMost, each, line } from "../lab/lines.mjs";
import { PROGRAMS } from "../lab/paths.mjs";
import { printed } from "../lab/printed.mjs";
import { interleave, ratio } from "../lab/statistics.mjs";

// Asked for when it is measured: the rows are listed without a build too.
const imports = () => ({
  "net and tls": ["node:net", "node:tls"],
  wirepost: ["@wirepost/smtp-client"],
  "wirepost with its engine": ["@wirepost/smtp-client", firstMessageFile()],
  nodemailer: ["nodemailer"],
  upyo: ["@upyo/smtp"],
  emailjs: ["emailjs"],
});

export default {
  title: "Import",
  async measure({ rounds, quick }) {
    const contestants = Object.fromEntries(
      Object.entries(imports()).map(([name, argument]) => [
        name,
        () => printed(join(PROGRAMS, "import-time.mjs"), { argument }),
      ]),
    );
    const results = await interleave(contestants, { rounds: quick ? rounds : Math.max(rounds, 21) });
    return [
      line(
        "of @wirepost/smtp-client",
        ratio(results, "millis", "wirepost", "net and tls"),
        "× net and tls",
        atMost(2),
        each(results, "millis"),
        "ms",
      ),
      line(
        "… and what its first message loads",
        ratio(results, "millis", "wirepost with its engine", "net and tls"),
        "× net and tls",
      ),
    ];
  },
};
