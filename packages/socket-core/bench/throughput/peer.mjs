// The other end: takes or gives octets as fast as it can, plain and TLS. One process of its own, so that the figures
// are those of the client.
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";

const BLOCK = Buffer.alloc(65_536, 0x61);

function serve(socket) {
  socket.on("error", () => {});
  let received = 0;
  let expected = 0;
  socket.once("data", (header) => {
    const [, verb, bytes] = /^(TAKE|GIVE) (\d+)\n/.exec(header.toString("latin1")) ?? [];
    expected = Number(bytes);
    if (verb === "GIVE") {
      let left = expected;
      const more = () => {
        while (left > 0) {
          const block = left >= BLOCK.length ? BLOCK : BLOCK.subarray(0, left);
          left -= block.length;
          if (!socket.write(block)) return;
        }
      };
      socket.on("drain", more);
      more();
      return;
    }
    socket.write("!");
    socket.on("data", (chunk) => {
      received += chunk.length;
      if (received === expected) socket.write("done");
    });
  });
}

process.once("message", ({ certificate, key }) => {
  const plain = createServer({ noDelay: true }, serve);
  const tls = createTlsServer({ cert: certificate, key, noDelay: true }, serve);
  plain.listen(0, "127.0.0.1", () =>
    tls.listen(0, "127.0.0.1", () => process.send({ plain: plain.address().port, tls: tls.address().port })),
  );
});
