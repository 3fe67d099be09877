// X17-X21: numbers, raw connections, ports and addresses.

import { constants } from "node:os";
import { client, recordingServer, replay, resets, scriptedServer, server } from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import { errorNumber } from "../src/error-numbers.js";
import {
  AddHandler,
  Encodings,
  IOException,
  NetworkInterface,
  RuntimeException,
  SMTPSocket,
  System,
  TCPSocket,
  whenIdle,
  XojoCloud,
} from "../src/index.js";
import { mailTo, names, record, sendAll } from "./recorder.js";

function socketFor(port: number): SMTPSocket {
  const socket = new SMTPSocket();
  socket.Address = "127.0.0.1";
  socket.Port = port;
  socket.Messages.Add(mailTo("bob@example.org"));
  return socket;
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const gone = await scriptedServer([]);
  await gone.close();
  return gone.port;
}

const EHLO = [client(/^EHLO .*\r\n$/), server("250 mx.example.test\r\n")];

describe("X17: numbers", () => {
  const mapped: [string, string, boolean, NodeJS.Platform, number][] = [
    ["ENOTFOUND", "ERR_SOCKET_HOST_NOT_FOUND", false, "linux", 103],
    ["EAI_AGAIN", "ERR_SOCKET_RESOLVE_TRY_AGAIN", false, "linux", 103],
    ["Node's own ENOTFOUND", "ENOTFOUND", false, "linux", 103],
    ["Node's own EAI_AGAIN", "EAI_AGAIN", false, "linux", 103],
    ["EADDRINUSE", "ERR_SOCKET_ADDRESS_IN_USE", false, "linux", 105],
    ["wrong state", "ERR_SOCKET_WRONG_STATE", false, "linux", 106],
    ["a bad port", "ERR_SOCKET_BAD_PORT", false, "linux", 107],
    ["EACCES", "ERR_SOCKET_ACCESS_DENIED", false, "linux", 107],
    ["ENOMEM", "ERR_SOCKET_OUT_OF_MEMORY", false, "linux", 108],
    ["ENOMEM in mid-session", "ERR_SOCKET_OUT_OF_MEMORY", true, "linux", 108],
    ["a refusal", "ERR_SOCKET_REFUSED", false, "linux", constants.errno.ECONNREFUSED],
    ["a refusal on Windows", "ERR_SOCKET_REFUSED", false, "win32", 10061],
    ["a host that is down", "ERR_SOCKET_HOST_DOWN", false, "darwin", constants.errno["EHOSTDOWN" as never]],
    ["a reset in mid-session", "ERR_SOCKET_RESET", true, "linux", 102],
    ["a timeout in mid-session", "ERR_CLIENT_TIMEOUT", true, "linux", 102],
    ["a failed handshake", "ERR_SOCKET_TLS_ALERT", true, "linux", 102],
    [
      "a certificate file with a wrong password",
      "ERR_SOCKET_FILE_PASSWORD",
      false,
      "linux",
      constants.errno.EACCES,
    ],
  ];
  it.each(mapped)("%s", (_name, code, connected, platform, number) => {
    expect(errorNumber({ code }, connected, platform)).toBe(number ?? 100);
  });

  it("103 for a name without an address", async () => {
    const socket = socketFor(25);
    socket.Address = "mail.does-not-exist.invalid";
    const log = record(socket);
    await sendAll(socket);
    expect(log).toEqual([["Error", 103]]);
    expect(socket.LastErrorCode).toBe(103);
    expect(socket.Messages.Count()).toBe(1);
  });

  it("the system's number for a refused connection", async () => {
    const socket = socketFor(await deadPort());
    const log = record(socket);
    await sendAll(socket);
    expect(log).toEqual([["Error", process.platform === "win32" ? 10061 : constants.errno.ECONNREFUSED]]);
  });

  it("passes an exception with a text, and the core's error as its cause", async () => {
    const socket = socketFor(await deadPort());
    let seen: RuntimeException | undefined;
    socket.Error = (e) => {
      seen = e;
    };
    await sendAll(socket);
    expect(seen).toBeInstanceOf(RuntimeException);
    expect(seen?.Message).not.toBe("");
    expect(seen?.Reason).toBe(seen?.Message);
    expect(seen?.cause).toMatchObject({ code: "ERR_SOCKET_REFUSED" });
    expect(seen?.StackFrames().length).toBe(seen?.Stack().length);
  });

  it.each([
    ["port 0", 0],
    ["a port above 65535", 65_536],
    ["a negative port", -1],
  ])("107 for %s", async (_name, port) => {
    const socket = socketFor(port);
    const log = record(socket);
    await sendAll(socket);
    expect(log).toEqual([["Error", 107]]);
  });

  it("106 for a second SendMail during a run, which goes on", async () => {
    await using target = await recordingServer();
    const socket = socketFor(target.port);
    const log = record(socket);
    socket.SendMail();
    socket.SendMail();
    await whenIdle(socket);
    expect(log[0]).toEqual(["Error", 106]);
    expect(names(log).slice(1)).toEqual(["ConnectionEstablished", "MessageSent", "MailSent"]);
  });

  it.each(["Connect", "Listen", "SendMail"] as const)("106 for %s on a connected socket", async (call) => {
    await using mx = await scriptedServer(async (peer) => void (await peer.closed));
    const socket = socketFor(mx.port);
    const log = record(socket);
    socket.Connect();
    await whenIdle(socket);
    socket[call]();
    expect(names(log)).toEqual(["Connected"]);
    await whenIdle(socket);
    await socket.Poll();
    expect(log).toEqual([["Connected"], ["Error", 106]]);
    socket.Close();
  });

  it("106 for Read without a connection and without anything left", () => {
    const socket = new SMTPSocket();
    const log = record(socket);
    expect(socket.Read(10)).toBe("");
    expect(socket.ReadError()).toBe(true);
    expect(log).toEqual([["Error", 106]]);
    expect([socket.ReadAll(), socket.Lookahead()]).toEqual(["", ""]);
    expect(log).toHaveLength(1);
  });

  it("105 for an address in use", async () => {
    await using mx = await scriptedServer([]);
    const socket = new TCPSocket();
    socket.NetworkInterface = NetworkInterface.Loopback();
    socket.Port = mx.port;
    const log = record(socket);
    socket.Listen();
    await whenIdle(socket);
    expect(log).toEqual([["Error", 105]]);
  });
});

describe("X17 and X18: losing the connection", () => {
  it("102 once when the server drops in mid-message; the message stays", async () => {
    await using mx = await replay([
      server("220 hi\r\n"),
      ...EHLO,
      client(/^MAIL /),
      server("250 ok\r\n"),
      client(/^RCPT /),
      resets(),
    ]);
    const socket = socketFor(mx.port);
    const log = record(socket);
    await sendAll(socket);
    expect(log.slice(1)).toEqual([["Error", 102]]);
    expect(socket.Messages.Count()).toBe(1);
    expect(socket.IsConnected).toBe(false);
  });

  it("102 once when the server closes politely between messages; what was not sent stays", async () => {
    await using mx = await replay([
      server("220 hi\r\n"),
      ...EHLO,
      client(/^MAIL /),
      server("250 ok\r\n"),
      client(/^RCPT /),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      async (peer) => {
        await peer.content();
        await peer.send("250 queued\r\n");
        peer.end();
      },
    ]);
    const socket = socketFor(mx.port);
    const left = mailTo("carl@example.org");
    socket.Messages.Add(left);
    const log = record(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "MessageSent", "Error"]);
    expect(log.at(-1)).toEqual(["Error", 102]);
    expect([...socket.Messages]).toEqual([left]);
  });

  it("102 when the line breaks behind the end mark: the message stays, and the cause says that its fate is not known", async () => {
    await using mx = await replay([
      server("220 hi\r\n"),
      ...EHLO,
      client(/^MAIL /),
      server("250 ok\r\n"),
      client(/^RCPT /),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      async (peer) => {
        await peer.content();
        peer.reset();
      },
    ]);
    const socket = socketFor(mx.port);
    let cause: unknown;
    socket.Error = (e) => {
      cause = e.cause;
    };
    const log = record(socket);
    await sendAll(socket);
    expect(log.slice(1)).toEqual([["Error", 102]]);
    expect(cause).toMatchObject({ state: "unknown" });
    expect(socket.Messages.Count()).toBe(1);
  });

  it("421 out of the blue is a loss; as the answer to a command it is the server's", async () => {
    await using blue = await replay([
      server("220 hi\r\n"),
      ...EHLO,
      client(/^MAIL /),
      server("421 closing\r\n"),
      client("RSET\r\n"),
    ]);
    const socket = socketFor(blue.port);
    const next = mailTo("carl@example.org");
    socket.Messages.Add(next);
    const log = record(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "ServerError", "Error"]);
    expect(log[1]?.[1]).toBe(421);
    expect([...socket.Messages]).toEqual([next]);
  });

  it("the server's close after QUIT, without an answer, is no error", async () => {
    await using mx = await replay([server("220 hi\r\n"), ...EHLO, client("QUIT\r\n")]);
    const socket = socketFor(mx.port);
    socket.DeleteAllMessages();
    const log = record(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished"]);
  });

  it("a refusal inside the content is the server's, and ends the connection", async () => {
    await using mx = await replay([
      server("220 hi\r\n"),
      ...EHLO,
      client(/^MAIL /),
      server("250 ok\r\n"),
      client(/^RCPT /),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      async (peer) => {
        await peer.read(1000);
        await peer.send("552 too much\r\n");
        await peer.drain();
      },
    ]);
    const socket = socketFor(mx.port);
    (socket.Messages[0] as { BodyPlainText: string }).BodyPlainText =
      "A line of thirty-two characters.\r\n".repeat(200_000);
    const left = mailTo("carl@example.org");
    socket.Messages.Add(left);
    const log = record(socket);
    await sendAll(socket);
    expect(names(log)).toEqual(["ConnectionEstablished", "ServerError", "Error"]);
    expect(log[1]?.[1]).toBe(552);
    expect(log[2]).toEqual(["Error", 102]);
    expect([...socket.Messages]).toEqual([left]);
  });
});

describe("X19: Write", () => {
  it("on a closed socket throws IOException, besides 106", () => {
    const socket = new SMTPSocket();
    const log = record(socket);
    let thrown: unknown;
    try {
      socket.Write("QUIT\r\n");
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(IOException);
    expect((thrown as IOException).ErrorNumber).toBe(106);
    expect(log).toEqual([["Error", 106]]);
    expect([socket.WriteError(), socket.LastErrorCode]).toEqual([true, 106]);
  });

  it("inside the Error handler does not go on for ever", () => {
    const socket = new SMTPSocket();
    let calls = 0;
    socket.Error = () => {
      calls++;
      expect(() => socket.Write("x")).toThrow(IOException);
    };
    expect(() => socket.Write("x")).toThrow(IOException);
    expect(calls).toBe(1);
  });

  it("is not possible while a mail run has the connection", async () => {
    await using target = await recordingServer();
    const socket = socketFor(target.port);
    let thrown: unknown;
    socket.ConnectionEstablished = () => {
      try {
        socket.Write("RSET\r\n");
      } catch (error) {
        thrown = error;
      }
    };
    await sendAll(socket);
    expect(thrown).toBeInstanceOf(IOException);
    expect(target.messages).toHaveLength(1);
  });
});

describe("raw connections", () => {
  it("Connect, Write, DataAvailable, Read, Lookahead, Purge, EndOfFile, Disconnect", async () => {
    await using echo = await scriptedServer(
      async (peer) => {
        await peer.send("hello ä\r\n");
        const line = await peer.line();
        await peer.send(`you said ${line}`);
        await peer.closed;
      },
      { allowHalfOpen: false },
    );
    const socket = new TCPSocket();
    socket.Address = "127.0.0.1";
    socket.Port = echo.port;
    const log = record(socket);
    const progress: number[][] = [];
    socket.SendProgress = (sent, left) => void progress.push([sent, left]);
    const complete = new Promise((resolve) => {
      socket.SendComplete = (aborted) => resolve(aborted);
    });
    socket.Connect();
    await until(() => socket.BytesAvailable === 10);
    expect(socket.Lookahead(Encodings.UTF8)).toBe("hello ä\r\n");
    expect(socket.Lookahead()).toBe("hello Ã¤\r\n");
    expect(socket.Read(5, Encodings.ASCII)).toBe("hello");
    expect(socket.EndOfFile()).toBe(false);
    socket.Purge();
    expect(socket.EOF()).toBe(true);
    socket.Write("one ");
    socket.Write("two\r\n");
    expect(socket.BytesLeftToSend).toBe(9);
    socket.Flush();
    expect(await complete).toBe(false);
    await until(() => socket.BytesAvailable > 0);
    expect(socket.ReadAll(Encodings.UTF8)).toContain("you said one two");
    expect(progress).toEqual([
      [4, 5],
      [5, 0],
      [0, 0],
    ]);
    socket.Disconnect();
    expect(log.at(-1)).toEqual(["Error", 102]);
    expect(names(log)[0]).toBe("Connected");
    socket.Disconnect();
    expect(names(log).filter((name) => name === "Error")).toHaveLength(1);
  });

  it("SendProgress that returns true drops what waits and keeps the connection", async () => {
    await using mx = await scriptedServer(async (peer) => void (await peer.closed));
    const socket = new TCPSocket();
    socket.Address = "127.0.0.1";
    socket.Port = mx.port;
    socket.Connect();
    await whenIdle(socket);
    socket.SendProgress = () => true;
    const told: boolean[] = [];
    socket.SendComplete = (aborted) => void told.push(aborted);
    socket.Write("x".repeat(100_000));
    await socket.Poll();
    expect([told, socket.BytesLeftToSend, socket.IsConnected]).toEqual([[true], 0, true]);
    socket.Close();
  });

  it("Listen takes one connection and reads the bound port meanwhile", async () => {
    const listener = new TCPSocket();
    listener.NetworkInterface = NetworkInterface.Loopback();
    const log = record(listener);
    listener.Listen();
    await until(() => listener.Port !== 0);
    const caller = new TCPSocket();
    caller.Address = "127.0.0.1";
    caller.Port = listener.Port;
    const heard = record(caller);
    caller.Connect();
    await until(() => names(log).includes("Connected"));
    listener.Write("hi");
    await until(() => caller.BytesAvailable === 2);
    expect(listener.RemoteAddress).toBe("127.0.0.1");
    caller.Close();
    await until(() => names(log).includes("Error"));
    expect(log.at(-1)).toEqual(["Error", 102]);
    expect(listener.Port).toBe(0);
    expect(names(heard)).not.toContain("Error");
  });

  it("Close ends listening", async () => {
    const socket = new TCPSocket();
    socket.NetworkInterface = NetworkInterface.Loopback();
    const log = record(socket);
    socket.Listen();
    await until(() => socket.Port !== 0);
    socket.Close();
    await whenIdle(socket);
    expect(socket.Port).toBe(0);
    expect(log).toEqual([]);
  });
});

describe("X20 and X21: ports and addresses", () => {
  it("while connected Port is this side's, RemoteAddress the peer's; afterwards what was assigned, and nothing", async () => {
    await using target = await recordingServer();
    const socket = socketFor(target.port);
    socket.Address = "localhost";
    const seen: unknown[] = [];
    AddHandler(socket.MessageSent, () => {
      seen.push(
        socket.Port !== target.port && socket.Port > 0,
        socket.RemoteAddress,
        socket.LocalAddress,
        socket.Address,
      );
    });
    await sendAll(socket);
    expect(seen).toEqual([
      true,
      expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      "localhost",
    ]);
    expect([socket.Port, socket.RemoteAddress, socket.LocalAddress, socket.Address]).toEqual([
      target.port,
      "",
      "",
      "localhost",
    ]);
  });

  it("NetworkInterface is what the connection leaves by", async () => {
    await using target = await recordingServer();
    const socket = socketFor(target.port);
    socket.NetworkInterface = NetworkInterface.Loopback();
    let local = "";
    socket.MessageSent = () => {
      local = socket.LocalAddress;
    };
    await sendAll(socket);
    expect(local).toBe("127.0.0.1");
  });

  it("System names the interfaces of the machine", () => {
    const count = System.NetworkInterfaceCount();
    expect(count).toBeGreaterThan(0);
    const loopback = Array.from({ length: count }, (_, index) => System.GetNetworkInterface(index)).find(
      (one) => one.IPAddress === "127.0.0.1",
    );
    expect(loopback?.SubnetMask).toBe("255.0.0.0");
    expect(System.NetworkInterface(0)).toEqual(System.GetNetworkInterface(0));
    expect(() => System.NetworkInterface(count)).toThrow(RuntimeException);
  });

  it("XojoCloud's firewall opens at once", () => {
    const port = new XojoCloud.FirewallPort(587, XojoCloud.FirewallPort.Direction.Outgoing);
    expect(port.IsOpen).toBe(false);
    port.Open();
    expect([port.IsOpen, port.isOpen]).toEqual([true, true]);
    port.Close();
    expect(port.IsOpen).toBe(false);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
