import { client } from "../lab/contestants.mjs";
import { CountingSink } from "../lab/counting-sink.mjs";
import { atLeast, atMost, line } from "../lab/lines.mjs";
import { median } from "../lab/statistics.mjs";

const ROUND_TRIP_MS = 50;
const AUTH = { username: "ann", password: "secret" };
/** Handshakes and key work take time of their own, which is not a round trip; half a trip more would be one. */
const SLACK = 0.35;

export default {
  title: `Set-up, from the first packet to the first MAIL, ${ROUND_TRIP_MS} ms away, with AUTH PLAIN`,
  async measure({ quick, rounds }) {
    const contestants = { wirepost: 2, nodemailer: 2, upyo: 1, emailjs: 1 };
    const results = {};
    for (const [mode, policy] of [
      ["starttls", "required"],
      ["implicit", "implicit"],
    ]) {
      for (let round = 0; round < (quick ? 2 : rounds); round++) {
        for (const name of Object.keys(contestants)) {
          const contestant = await client(name);
          const sink = await CountingSink.start({ tls: mode, auth: true, roundTripMs: ROUND_TRIP_MS });
          // A first send warms nothing but the process: code is loaded, the connection is a new one each time.
          const sample = await setUps(contestant, sink, { tls: policy, ca: sink.ca, auth: AUTH }, name);
          for (const [what, value] of Object.entries(sample)) {
            const key = `${mode} ${what}`;
            results[key] ??= {};
            results[key][name] ??= [];
            results[key][name].push(value);
          }
          await contestant.end();
          await sink.stop();
        }
      }
    }
    const medians = Object.fromEntries(
      Object.entries(results).map(([key, by]) => [
        key,
        Object.fromEntries(Object.entries(by).map(([name, values]) => [name, median(values)])),
      ]),
    );
    const starttls = medians["starttls warm"];
    const implicit = medians["implicit warm"];
    return [
      line(
        "STARTTLS and AUTH PLAIN (7.0 and its own working time)",
        starttls.wirepost,
        "round trips",
        atMost(7 + SLACK),
        starttls,
        "round trips",
      ),
      line(
        "implicit TLS and AUTH PLAIN (5.0 and its own working time)",
        implicit.wirepost,
        "round trips",
        atMost(5 + SLACK),
        implicit,
        "round trips",
      ),
      line(
        "second connections that resume, STARTTLS",
        medians["starttls resumed"].wirepost,
        "of 1",
        atLeast(1),
        medians["starttls resumed"],
      ),
      line(
        "second connections that resume, implicit TLS",
        medians["implicit resumed"].wirepost,
        "of 1",
        atLeast(1),
        medians["implicit resumed"],
      ),
    ];
  },
};

/**
 * Two connections one after the other from one client: the first warms code and gives a session, the second is counted.
 * `restart` asks the client to close its connections but keep what it knows.
 */
async function setUps(contestant, sink, job) {
  await contestant.open({ port: sink.port, ...job, reconnect: true });
  await contestant.send(1);
  await sink.verify(1);
  await sink.reset();
  await contestant.send(1);
  const { acceptedMs, firstMailMs, resumed, roundTripMs } = await sink.verify(1);
  await contestant.close();
  return { warm: (firstMailMs - roundTripMs / 2 - acceptedMs) / roundTripMs, resumed };
}
