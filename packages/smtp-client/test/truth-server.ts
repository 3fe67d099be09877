import type { Duplex } from "node:stream";

export interface TruthOptions {
  readonly extensions?: readonly string[];
  readonly lmtp?: boolean;
  /** Replies by verb or by recipient; the default says yes. */
  readonly reply?: (what: string, argument: string) => string | undefined;
}

/** What the server really did, whatever its replies came to. */
export interface Truth {
  /** `recipient subject` of each copy accepted, with how often. */
  readonly delivered: Map<string, number>;
  /** The content of each message accepted, dots taken off again. */
  readonly contents: string[];
  /** Everything that was read as a command. */
  readonly commands: string[];
  /** Octets written towards the client. */
  sentBytes: number;
}

/**
 * A small honest server over any stream, which knows for certain what it accepted: the reply may get lost, the truth does not.
 */
export function truthServer(stream: Duplex, options: TruthOptions = {}): Truth {
  const truth: Truth = { delivered: new Map(), contents: [], commands: [], sentBytes: 0 };
  const extensions = options.extensions ?? ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"];
  let input = Buffer.alloc(0);
  let mode: "command" | "data" | { chunk: number; last: boolean } = "command";
  let mail = false;
  let recipients: string[] = [];
  let content = "";

  const say = (text: string): void => {
    const octets = Buffer.from(text.endsWith("\r\n") ? text : `${text}\r\n`);
    truth.sentBytes += octets.length;
    if (!stream.destroyed && stream.writable) stream.write(octets);
  };
  const reset = (): void => {
    mail = false;
    recipients = [];
    content = "";
  };
  const subject = (): string => /^Subject: (.*?)\r?$/m.exec(content)?.[1] ?? "";
  const deliver = (): void => {
    const replies: string[] = [];
    for (const recipient of options.lmtp ? recipients : [recipients.join(",")]) {
      const answer = options.reply?.("END", recipient) ?? "250 2.0.0 queued";
      if (answer.startsWith("2")) {
        truth.contents.push(content);
        for (const one of recipient.split(",")) {
          const key = `${one} ${subject()}`;
          truth.delivered.set(key, (truth.delivered.get(key) ?? 0) + 1);
        }
      }
      replies.push(answer);
    }
    reset();
    for (const answer of replies) say(answer);
  };
  const command = (line: string): void => {
    truth.commands.push(line);
    const verb = /^[A-Za-z]+/.exec(line)?.[0].toUpperCase() ?? "";
    const argument = line.slice(verb.length).trim();
    const given = options.reply?.(verb, argument);
    switch (verb) {
      case "EHLO":
      case "LHLO":
        say(
          given ??
            ["mail.example", ...extensions]
              .map((word, i, all) => `250${i === all.length - 1 ? " " : "-"}${word}`)
              .join("\r\n"),
        );
        return;
      case "MAIL": {
        const answer = given ?? (mail ? "503 5.5.1 nested" : "250 2.1.0 ok");
        if (answer.startsWith("2")) mail = true;
        say(answer);
        return;
      }
      case "RCPT": {
        const answer = given ?? (mail ? "250 2.1.5 ok" : "503 5.5.1 MAIL first");
        const address = /<([^>]*)>/.exec(argument)?.[1] ?? "";
        if (answer.startsWith("2")) recipients.push(address);
        say(answer);
        return;
      }
      case "DATA": {
        const answer = given ?? (recipients.length > 0 ? "354 go" : "554 5.5.1 no valid recipients");
        if (answer.startsWith("354")) mode = "data";
        say(answer);
        return;
      }
      case "BDAT": {
        const [size, last] = argument.split(" ");
        mode = { chunk: Number(size), last: last === "LAST" };
        return;
      }
      case "QUIT":
        say("221 2.0.0 bye");
        stream.end();
        return;
      case "RSET":
        reset();
        say(given ?? "250 2.0.0 reset");
        return;
      default:
        say(given ?? "250 2.0.0 ok");
    }
  };

  stream.on("error", () => undefined);
  stream.on("end", () => stream.destroy());
  stream.on("data", (piece: Buffer) => {
    input = Buffer.concat([input, piece]);
    for (;;) {
      if (mode === "command") {
        const end = input.indexOf("\r\n");
        if (end < 0) return;
        const line = input.toString("utf8", 0, end);
        input = input.subarray(end + 2);
        command(line);
      } else if (mode === "data") {
        // The lone dot at once, or at the end of a line.
        const at = input.subarray(0, 3).toString() === ".\r\n" ? 0 : input.indexOf("\r\n.\r\n") + 2;
        if (at < 2 && input.subarray(0, 3).toString() !== ".\r\n") return;
        content = input.toString("utf8", 0, at).replace(/^\.\./gm, ".");
        input = input.subarray(at + 3);
        mode = "command";
        deliver();
      } else {
        if (input.length < mode.chunk) return;
        content += input.toString("utf8", 0, mode.chunk);
        input = input.subarray(mode.chunk);
        const { last } = mode;
        mode = "command";
        if (recipients.length === 0) {
          say("503 5.5.1 no valid recipients");
        } else if (last) {
          deliver();
        } else {
          say(options.reply?.("CHUNK", "") ?? "250 2.0.0 chunk");
        }
      }
    }
  });
  say(options.reply?.("GREETING", "") ?? "220 mail.example ready");
  return truth;
}
