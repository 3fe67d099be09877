// Proxies for tests: each is closed after its test, and keeps the conversations that went through it.
import { afterEach } from "vitest";
import {
  type ConnectionInfo,
  formatEntry,
  startWiretap,
  type TranscriptEntry,
  type Wiretap,
  type WiretapOptions,
} from "../src/index.js";

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

export function track<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

export interface Tap {
  readonly wiretap: Wiretap;
  /** The entries of each connection, from 0. */
  readonly conversations: TranscriptEntry[][];
  /** Resolves when so many connections are over. */
  over(count: number): Promise<void>;
  /** Everything that was shown, as text. */
  text(): string;
  /** The texts of one kind, of the first connection. */
  texts(kind: TranscriptEntry["kind"]): string[];
}

export async function tap(options: WiretapOptions): Promise<Tap> {
  const conversations: TranscriptEntry[][] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let closed = 0;
  const wiretap = track(
    await startWiretap({
      closeTimeoutMs: 200,
      ...options,
      observer: {
        onOpen: () => void conversations.push([]),
        onEntry: ({ number }: ConnectionInfo, entry) => void conversations[number - 1]!.push(entry),
        onClose: () => {
          closed++;
          for (const waiter of waiting) if (closed >= waiter.count) waiter.resolve();
        },
        ...options.observer,
      },
    }),
  );
  return {
    wiretap,
    conversations,
    over: (count) =>
      closed >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    text: () => conversations.flat().map(formatEntry).join("\n"),
    texts: (kind) =>
      (conversations[0] ?? []).filter((entry) => entry.kind === kind).map((entry) => entry.text),
  };
}
