// The methods that have no sample on their pages: Verify, Expand, SendCommand; a body from a stream; and a token that cancels.
import { Readable } from "node:stream";
import { IPWorksException, SMTP } from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

export const asking: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.OnExpand.add((_sender, e) => say(`member ${e.Address}`));
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  await smtp.Verify("bob@example.org"); // connects, and stays connected
  say(smtp.LastReply.slice(0, 3));
  try {
    await smtp.Expand("friends");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}: ${e.Message.slice(0, 3)}`);
  }
  await smtp.SendCommand("NOOP");
  say(smtp.LastReply.slice(0, 3));
  await smtp.Disconnect();
};

export const fromStream: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  smtp.From = "ann@example.com";
  smtp.ReturnPath = "bounces@example.com";
  smtp.SendTo = "bob@example.org";
  smtp.Subject = subject(server, "From a stream");
  const stream = Readable.from([Buffer.from("One line\n.\nand ano"), Buffer.from("ther")]); // File.OpenRead(…)
  smtp.SetMessageStream(stream);
  await smtp.Send();
  say(`closed: ${stream.destroyed}`);
  say(smtp.Config("MessageHeadersString") + smtp.Config("TransferText"));
};

export const interrupted: Program = async (server, say) => {
  const smtp = new SMTP();
  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  const source = new AbortController(); // CancellationTokenSource
  const timer = setTimeout(() => source.abort(), 100); // source.CancelAfter(100)
  try {
    await smtp.Connect(source.signal);
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}, idle: ${smtp.Idle}, connected: ${smtp.Connected}`);
  } finally {
    clearTimeout(timer);
  }
};
