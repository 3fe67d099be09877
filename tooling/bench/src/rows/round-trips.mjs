import { client, libcurl, smtplib, smtpSource } from "../lab/contestants.mjs";
import { CountingSink } from "../lab/counting-sink.mjs";
import { atMost, line } from "../lab/lines.mjs";
import { median } from "../lab/statistics.mjs";

const ROUND_TRIP_MS = 50;
const MESSAGES = 50;

export default {
  title: `Round trips per message, ${MESSAGES} messages of 2 KB, one connection, ${ROUND_TRIP_MS} ms away`,
  async measure({ quick, rounds, tools }) {
    const window = { maxMessages: 400, maxBytes: 4 * 1024 * 1024 };
    const contestants = {
      limit: { start: () => client("limit") },
      "limit, window": { start: () => client("limit"), sink: { chunking: true }, job: { window } },
      "wirepost, DATA": { start: () => client("wirepost"), job: { chunking: "off" } },
      "wirepost, BDAT": { start: () => client("wirepost"), sink: { chunking: true } },
      "wirepost, window": { start: () => client("wirepost"), sink: { chunking: true }, job: { window } },
      nodemailer: { start: () => client("nodemailer") },
      upyo: { start: () => client("upyo") },
      emailjs: { start: () => client("emailjs") },
      "smtp-source": { start: () => smtpSource(tools) },
      libcurl: { start: () => libcurl() },
      smtplib: { start: () => smtplib() },
    };
    const samples = {};
    // All wait far more than they work, so all of a round run at the same time, each with a sink of its own.
    for (let round = 0; round < Math.max(1, quick ? 1 : rounds); round++) {
      await Promise.all(
        Object.entries(contestants).map(async ([name, { start, sink: options, job }]) => {
          const contestant = await start();
          if (contestant === undefined) return;
          const sink = await CountingSink.start({ ...options, roundTripMs: ROUND_TRIP_MS });
          await contestant.open({ port: sink.port, inFlight: MESSAGES, ...job });
          await contestant.send(MESSAGES);
          const { firstMailMs, lastFinalMs, roundTripMs } = await sink.verify(MESSAGES);
          // Seen by the sink; the client's first MAIL left half a trip before, the last reply came half a trip later.
          const elapsedMs = lastFinalMs - firstMailMs + roundTripMs;
          samples[name] ??= [];
          samples[name].push(elapsedMs / roundTripMs / MESSAGES);
          await contestant.close();
          await contestant.end();
          await sink.stop();
        }),
      );
    }
    const trips = Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values)]));
    return [
      line(
        "DATA with PIPELINING",
        trips["wirepost, DATA"],
        "round trips",
        atMost(1.05),
        trips,
        "round trips per message",
      ),
      line("BDAT, as by default", trips["wirepost, BDAT"], "round trips", atMost(1.05)),
      line("BDAT in a window", trips["wirepost, window"], "round trips", atMost(0.1)),
    ];
  },
};
