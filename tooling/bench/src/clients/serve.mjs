// The common half of every client: answers the runner, measures itself.
/**
 * @param {(job: object) => Promise<{ send(count: number): Promise<unknown>, close(): Promise<unknown> }>} open
 */
export function serve(open) {
  let handle;
  const act = async ({ do: what, job, count }) => {
    if (what === "open") {
      handle = await open(job);
      return {};
    }
    if (what === "close") {
      await handle.close();
      return {};
    }
    const cpu = process.cpuUsage();
    const began = performance.now();
    const more = await handle?.send(count);
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      seconds,
      cpuSeconds: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      ...more,
    };
  };
  process.on("message", (message) => {
    if (message.do === "end") process.exit();
    act(message).then(
      (answer) => process.send(answer),
      (error) => process.send({ error: String(error?.stack ?? error) }),
    );
  });
  process.on("disconnect", () => process.exit());
  process.send({});
}

/** Keeps `inFlight` sends under way until `count` have ended; one rejected send fails the run. */
export function drive(count, inFlight, sendOne) {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let ended = 0;
    const ends = () => {
      if (++ended === count) resolve();
      else if (begun < count) begin();
    };
    const begin = () => {
      begun++;
      sendOne().then(ends, reject);
    };
    for (let i = Math.min(count, inFlight); i > 0; i--) begin();
  });
}
