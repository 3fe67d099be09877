// T8, T15: handshakes that do not come to their end.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, end, reset } from "../script.js";
import { HANDSHAKE, opportunistic, required } from "./tls-policies.js";

const ACCEPTED: Ends = { outcome: "accepted" };

const INSTEAD: readonly (readonly [name: string, rows: readonly string[], act: Answer])[] = [
  ["garbage", ["T8"], (peer) => peer.later(5, () => peer.send("not TLS, by any means\r\n"))],
  ["an-end", ["T8"], (peer) => peer.end()],
  ["a-reset", ["T8"], reset],
  ["an-alert", ["T8"], (peer) => peer.later(5, () => peer.send("\x15\x03\x03\x00\x02\x02\x28"))],
  [
    "half-a-record",
    ["T8"],
    (peer) =>
      peer.later(5, () => {
        peer.send("\x16\x03\x03\x01\x00\x02");
        peer.end();
      }),
  ],
  [
    "the-conversation-in-clear",
    ["T8", "T6"],
    (peer) => peer.later(5, () => peer.send("220 a\r\n250 ok\r\n250 ok\r\n")),
  ],
];

/** T8: there is no second try without TLS. */
export const HANDSHAKES: readonly Misbehaviour[] = [
  ...INSTEAD.flatMap(([name, rows, act]) => {
    const starttls: Answer = (peer) => {
      peer.send("220 go\r\n");
      peer.stuck = true;
      peer.act(act);
    };
    return [
      required(`${name}-instead-of-a-handshake`, rows, { starttls }, HANDSHAKE),
      opportunistic(
        `${name}-instead-of-a-handshake`,
        rows,
        { starttls },
        { outcome: "not-sent", code: HANDSHAKE, phase: "tls" },
        {
          never: ["MAIL"],
          check: ({ peers }) => (peers.length === 1 ? [] : "there was a second connection"),
        },
      ),
    ];
  }),
  required(
    "silence-instead-of-a-handshake",
    ["T8", "R11"],
    {
      starttls: (peer) => {
        peer.send("220 go\r\n");
        peer.stuck = true;
      },
    },
    "ERR_SOCKET_TLS_TIMEOUT",
    {
      client: ({ identities }) => ({
        timeouts: { tlsMs: 300 },
        tls: { policy: "required", ca: identities.ca },
      }),
    },
  ),
  ...(
    [
      ["talks-in-clear", {}],
      ["says-nothing", { greeting: undefined }],
      ["closes", { greeting: end }],
      ["resets", { greeting: reset }],
    ] as const
  ).map(
    ([name, script]): Misbehaviour => ({
      name: `implicit-port-${name}`,
      rows: ["T8", "R11"],
      script: always(script),
      plaintextPort: true,
      transports: ["implicit"],
      dialects: ["lockstep"],
      client: ({ identities }) => ({
        timeouts: { tlsMs: 1_000 },
        tls: { policy: "implicit", ca: identities.ca },
      }),
      ends: { outcome: "not-sent", code: HANDSHAKE, phase: "tls" },
      never: ["EHLO", "MAIL"],
      check: ({ peers }) => (peers.length === 1 ? [] : "there was a second connection"),
    }),
  ),
  {
    name: "plaintext-server-on-a-socket-of-the-callers",
    rows: ["T15"],
    script: always({}),
    plaintextPort: true,
    bringsSocket: true,
    transports: ["implicit"],
    dialects: ["lockstep"],
    drivers: ["connection"],
    ends: { outcome: "not-sent", code: HANDSHAKE, phase: "tls" },
    never: ["EHLO", "MAIL"],
  },
  {
    name: "tls-server-on-a-socket-of-the-callers",
    rows: ["T15"],
    script: always({}),
    bringsSocket: true,
    transports: ["implicit"],
    dialects: ["lockstep"],
    drivers: ["connection"],
    ends: ACCEPTED,
  },
];
