// Makes tests of misbehaviours: each in every transport, dialect and way of driving the client that makes sense of it.
import { afterAll, describe, expect, it } from "vitest";
import { tally } from "../src/tally.js";
import type { Case, Driver, Misbehaviour } from "./misbehaviour.js";
import { runCase } from "./run-case.js";
import type { Dialect, Script, Transport } from "./script.js";

const TRANSPORTS: readonly Transport[] = ["clear", "implicit"];
const DIALECTS: readonly Dialect[] = ["pipelined", "lockstep", "chunking"];
/** What a script does to a message, rather than to the session before it. */
const OF_MESSAGES: readonly (keyof Script)[] = [
  "mail",
  "rcpt",
  "data",
  "contentBegins",
  "chunk",
  "end",
  "rset",
];

function driversOf(misbehaviour: Misbehaviour): readonly Driver[] {
  if (misbehaviour.drivers !== undefined) return misbehaviour.drivers;
  const script = misbehaviour.script(0, undefined as never);
  const late = OF_MESSAGES.some((name) => name in script) && misbehaviour.client === undefined;
  return ["connection", "pool", "busy", ...(late ? ["second" as const] : [])];
}

export function casesOf(misbehaviour: Misbehaviour): Case[] {
  const { transports = TRANSPORTS, dialects = DIALECTS } = misbehaviour;
  return transports.flatMap((transport) =>
    dialects.flatMap((dialect) => driversOf(misbehaviour).map((driver) => ({ transport, dialect, driver }))),
  );
}

export function titleOf({ rows, name }: Misbehaviour): string {
  return `${rows.join(" ")} ${name}`;
}

export function prove(
  misbehaviours: readonly Misbehaviour[],
  options: { readonly alone?: boolean } = {},
): void {
  const suite = options.alone === true ? describe : describe.concurrent;
  for (const misbehaviour of misbehaviours) {
    suite(titleOf(misbehaviour), () => {
      const cases = casesOf(misbehaviour);
      let failed = 0;
      afterAll(() => tally({ group: misbehaviour.name, cases: cases.length, failed }));
      it.each(cases)("$transport $dialect $driver", { timeout: 40_000 }, async (at) => {
        failed++;
        const found = await runCase(misbehaviour, at);
        expect(found).toEqual([]);
        failed--;
      });
    });
  }
}
