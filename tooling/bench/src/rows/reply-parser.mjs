import { join } from "node:path";
import { atLeast, atMost, each, line } from "../lab/lines.mjs";
import { PROGRAMS } from "../lab/paths.mjs";
import { printed } from "../lab/printed.mjs";

export default {
  title: "Reply parser",
  async measure({ quick, rounds, profile }) {
    const { endless, ...cuts } = await printed(join(PROGRAMS, "reply-parser.mjs"), {
      argument: { rounds, ms: quick ? 50 : 200 },
      profile: profile("wirepost"),
      nodeArguments: ["--expose-gc"],
    });
    const refusedAt = (run) => run.refused?.octets ?? Number.NaN;
    return [
      ...Object.entries(cuts).map(([name, { by, ratio }]) =>
        line(name, ratio, "× nodemailer", atLeast(4), each(by, "rate"), "replies/s"),
      ),
      line(
        "a reply of 100,000 lines: octets read before it is refused",
        refusedAt(endless.pieces),
        "octets",
        atMost(65_536 + 1500),
        { code: undefined },
      ),
      line("… all of it pushed, in pieces of 1,500", endless.pieces.millis, "ms", atMost(1000)),
      line("… all of it pushed, byte by byte", endless.bytes.millis, "ms", atMost(5000)),
      line("… kept afterwards", endless.bytes.keptBytes / 1024, "KiB", atMost(256)),
    ];
  },
};
