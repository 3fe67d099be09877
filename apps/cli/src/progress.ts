import type { TransferProgress } from "@wirepost/smtp-client";
import { formatBytes } from "./render/size.js";
import type { Terminal } from "./terminal.js";

/** A short message is gone before anybody could read a bar. */
const LONG_BODY_BYTES = 256 * 1024;

/** Shows how far a body has come. `stop()` takes the bar away; it may be called at any time. */
export interface ProgressBar {
  update(progress: TransferProgress): void;
  stop(): void;
}

/** A bar on standard error, once the body has turned out to be long; `undefined` where nobody looks. */
export async function openProgressBar(terminal: Terminal): Promise<ProgressBar | undefined> {
  if (terminal.stderr.isTTY !== true) return undefined;
  const { SingleBar, Presets } = await import("cli-progress");
  const stream = terminal.stderr as unknown as NodeJS.WritableStream;
  let bar: InstanceType<typeof SingleBar> | undefined;
  return {
    update({ sentBytes, totalBytes }) {
      if (bar === undefined) {
        if ((totalBytes ?? sentBytes) < LONG_BODY_BYTES) return;
        const shape =
          totalBytes === undefined ? "{sent}" : "{bar} {percentage}%  {sent} of {all}  {eta_formatted} left";
        bar = new SingleBar(
          {
            format: `Sending ${shape}`,
            stream,
            clearOnComplete: true,
            hideCursor: true,
            gracefulExit: false,
          },
          Presets.shades_classic,
        );
        bar.start(totalBytes ?? 1, 0, { sent: formatBytes(0), all: formatBytes(totalBytes ?? 0) });
      }
      bar.update(totalBytes === undefined ? 0 : Math.min(sentBytes, totalBytes), {
        sent: formatBytes(sentBytes),
      });
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}
