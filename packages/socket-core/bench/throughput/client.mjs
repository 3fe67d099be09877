// One variant: `bare` is node:net and node:tls alone, `socket` pushes to a receiver, `read` pulls with read().
import { connect as connectPlain } from "node:net";
import { connect as connectTls } from "node:tls";
import { connect } from "../../dist/index.js";

const BLOCK = Buffer.alloc(65_536, 0x62);
const [, , variant] = process.argv;

/** A socket in the same few words for both: write, onData, onDrain. */
async function open({ port, tls, ca }) {
  if (variant === "bare") {
    const socket = tls
      ? connectTls({ host: "127.0.0.1", port, ca, servername: "localhost" })
      : connectPlain({ host: "127.0.0.1", port, noDelay: true });
    await new Promise((resolve, reject) =>
      socket.once(tls ? "secureConnect" : "connect", resolve).once("error", reject),
    );
    return { socket, listen: (onData, onDrain) => socket.on("data", onData).on("drain", onDrain) };
  }
  const socket = await connect({
    host: "127.0.0.1",
    port,
    tls: tls ? { ca, servername: "localhost" } : undefined,
  });
  const listen = (onData, onDrain) => {
    if (variant === "socket") {
      socket.setReceiver({
        onData,
        onDrain,
        onEnd() {},
        onError(error) {
          throw error;
        },
      });
      return;
    }
    (async () => {
      for (;;) {
        const chunk = await socket.read();
        if (chunk === null) return;
        onData(chunk);
      }
    })();
  };
  return { socket, listen };
}

async function write(job) {
  const { socket, listen } = await open(job);
  await new Promise((resolve) => {
    let left = job.bytes;
    let begun = false;
    const more = () => {
      while (left > 0) {
        const block = left >= BLOCK.length ? BLOCK : BLOCK.subarray(0, left);
        left -= block.length;
        if (!socket.write(block)) return;
      }
    };
    listen((chunk) => {
      if (!begun && chunk[0] === 0x21) {
        begun = true;
        more();
      } else resolve();
    }, more);
    socket.write(Buffer.from(`TAKE ${job.bytes}\n`));
  });
  socket.destroy();
}

async function read(job) {
  const { socket, listen } = await open(job);
  await new Promise((resolve) => {
    let received = 0;
    listen(
      (chunk) => {
        received += chunk.length;
        if (received === job.bytes) resolve();
      },
      () => {},
    );
    socket.write(Buffer.from(`GIVE ${job.bytes}\n`));
  });
  socket.destroy();
}

process.on("message", async (job) => {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  await (job.direction === "write" ? write(job) : read(job));
  const { user, system } = process.cpuUsage(cpu);
  process.send({
    ms: performance.now() - begin,
    cpuMs: (user + system) / 1000,
    maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  });
});
process.send("ready");
