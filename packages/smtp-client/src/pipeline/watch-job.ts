import { abortedError } from "../outcome/refused.js";
import { SendError } from "../outcome/send-error.js";
import type { SendJob } from "./send-job.js";

/** Jobs by signal: one abort listener for each distinct signal, however many messages share it. */
const watched = new WeakMap<AbortSignal, Set<SendJob>>();

/** Ends the job when its signal fires or its deadline passes. */
export function watchJob(job: SendJob): void {
  const { signal, sendTimeoutMs } = job.options;
  if (signal !== undefined) {
    if (signal.aborted) {
      job.cancel(abortedError("compose", signal.reason));
      return;
    }
    watchSignal(job, signal);
  }
  if (sendTimeoutMs !== undefined) {
    const timer = setTimeout(
      () =>
        job.cancel(new SendError("ERR_CLIENT_SEND_TIMEOUT", "the send took too long", { phase: "compose" })),
      sendTimeoutMs,
    );
    job.onSettled(() => clearTimeout(timer));
  }
}

function watchSignal(job: SendJob, signal: AbortSignal): void {
  let jobs = watched.get(signal);
  if (jobs === undefined) {
    const created = new Set<SendJob>();
    const onAbort = (): void => {
      watched.delete(signal);
      for (const waiting of [...created]) waiting.cancel(abortedError("compose", signal.reason));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    watched.set(signal, created);
    jobs = created;
  }
  const group = jobs;
  group.add(job);
  // The listener stays with the signal: a steady stream of messages would otherwise add and remove one for each.
  job.onSettled(() => group.delete(job));
}
