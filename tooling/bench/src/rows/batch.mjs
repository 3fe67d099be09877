import { client } from "../lab/contestants.mjs";
import { atMost, line } from "../lab/lines.mjs";
import { SmtpSink } from "../lab/smtp-sink.mjs";
import { median } from "../lab/statistics.mjs";

export default {
  title: "sendAll of 200,000 small messages, composed as they go",
  async measure({ quick, tools, profile }) {
    const count = quick ? 40_000 : 200_000;
    const sink = await SmtpSink.start(tools);
    const contestant = await client("wirepost-batch", { profile: profile("wirepost") });
    await contestant.open({ port: sink.port });
    const { rss, heap, seconds } = await contestant.send(count);
    await sink.verify(count);
    await contestant.close();
    await contestant.end();
    await sink.stop();
    const quarter = rss.length >> 2;
    const growth = (values) => median(values.slice(-quarter)) / median(values.slice(quarter, 2 * quarter));
    const mib = (values, from) => median(values.slice(from, from + quarter)) / 2 ** 20;
    return [
      line(
        "resident memory, last quarter of second quarter",
        growth(rss),
        "×",
        atMost(1.1),
        { "second quarter": mib(rss, quarter), "last quarter": mib(rss, rss.length - quarter) },
        "MiB",
      ),
      line(
        "heap, last quarter of second quarter",
        growth(heap),
        "×",
        atMost(1.5),
        { "second quarter": mib(heap, quarter), "last quarter": mib(heap, heap.length - quarter) },
        "MiB",
      ),
      line("rate, five connections", count / seconds, "messages/s"),
    ];
  },
};
