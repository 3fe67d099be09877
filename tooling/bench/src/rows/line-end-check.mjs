import { join } from "node:path";
import { atLeast, each, line } from "../lab/lines.mjs";
import { PROGRAMS } from "../lab/paths.mjs";
import { printed } from "../lab/printed.mjs";

export default {
  title: "Line-end check and dot-stuffing of 64 KiB of 76-column lines",
  async measure({ quick, rounds, profile }) {
    const results = await printed(join(PROGRAMS, "line-end-check.mjs"), {
      argument: { rounds, ms: quick ? 50 : 150 },
      profile: profile("wirepost"),
    });
    return Object.entries(results).map(([name, { by, ratio }]) =>
      line(
        name,
        ratio,
        "× indexOf walk",
        name === "clean" ? atLeast(0.5) : undefined,
        each(by, "gigabytes"),
        "GB/s",
      ),
    );
  },
};
