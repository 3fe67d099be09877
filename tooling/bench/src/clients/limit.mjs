// What a bare node:net socket can do with the same octets: every write is prepared, replies are only counted. Nobody could
// use it to send mail; it says how far from the floor the others are.
import { once } from "node:events";
import { connect } from "node:net";
import { FROM, rawMessage, TO } from "./messages.mjs";
import { serve } from "./serve.mjs";

const ENVELOPE = `MAIL FROM:<${FROM}>\r\nRCPT TO:<${TO}>\r\n`;

serve(async ({ port, connections = 1, bytes = 2048, window, groups = false }) => {
  const content = rawMessage(bytes);
  const lines = await Promise.all(
    Array.from({ length: connections }, () =>
      window === undefined ? data(port, content) : chunks(port, content, window, groups),
    ),
  );
  return {
    send: (count) =>
      Promise.all(
        lines.map((line, i) =>
          line.send(Math.floor(count / connections) + (i < count % connections ? 1 : 0)),
        ),
      ).then(() => undefined),
    close: () => Promise.all(lines.map((line) => line.close())),
  };
});

async function open(port) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "data");
  socket.write("EHLO bench.example\r\n");
  let reply = "";
  while (!/^250 .*\r\n$/m.test(reply)) reply += String((await once(socket, "data"))[0]);
  return socket;
}

async function quit(socket) {
  socket.removeAllListeners("data");
  socket.write("QUIT\r\n");
  await once(socket, "data");
  socket.destroy();
}

/** DATA: the end of one message and the envelope of the next in one write (RFC 2920 3.1). */
async function data(port, content) {
  const socket = await open(port);
  const first = Buffer.from(`${ENVELOPE}DATA\r\n`);
  const middle = Buffer.concat([content, Buffer.from(`.\r\nRSET\r\n${ENVELOPE}DATA\r\n`)]);
  const last = Buffer.concat([content, Buffer.from(".\r\n")]);
  return {
    send(count) {
      return new Promise((resolve, reject) => {
        let left = count;
        // MAIL, RCPT and DATA; then the end of data and RSET before them; at last the end of data alone.
        let replies = 3;
        socket.removeAllListeners("data");
        socket.on("data", (octets) => {
          for (let at = octets.indexOf(10); at !== -1; at = octets.indexOf(10, at + 1)) replies--;
          if (replies > 0) return;
          if (replies < 0) {
            reject(new Error("more replies than commands"));
            return;
          }
          if (left === 0) {
            resolve();
            return;
          }
          left--;
          replies = left === 0 ? 1 : 5;
          socket.write(left === 0 ? last : middle);
        });
        socket.write(first);
      });
    },
    close: () => quit(socket),
  };
}

/** BDAT: whole messages, `window` of them ahead of their replies; a write for each, or for a group of them. */
async function chunks(port, content, { maxMessages }, groups) {
  const socket = await open(port);
  const one = Buffer.concat([Buffer.from(`RSET\r\n${ENVELOPE}BDAT ${content.length} LAST\r\n`), content]);
  const group = groups ? Math.max(1, Math.min(32, maxMessages >> 1)) : 1;
  const many = Buffer.concat(Array.from({ length: group }, () => one));
  return {
    send(count) {
      return new Promise((resolve) => {
        let begun = 0;
        let replies = 0;
        const more = () => {
          while (begun < count && begun - Math.floor(replies / 4) + group <= Math.max(maxMessages, group)) {
            const messages = Math.min(group, count - begun);
            begun += messages;
            socket.write(messages === group ? many : many.subarray(0, one.length * messages));
          }
        };
        socket.removeAllListeners("data");
        socket.on("data", (octets) => {
          for (let at = octets.indexOf(10); at !== -1; at = octets.indexOf(10, at + 1)) replies++;
          if (replies === count * 4) resolve();
          else more();
        });
        more();
      });
    },
    close: () => quit(socket),
  };
}
