// B5: messages wait in a directory. One that is refused ends ProcessQueue; the later ones still wait and go with the next call.
import { readdir } from "node:fs/promises";
import { IPWorksException, SMTP } from "@wirepost/ipworks-compat/dotnet";
import { type Program, subject } from "../program.js";

export const queue: Program = async (server, say) => {
  const queueDir = server.queueDir ?? "queue";
  const files = async (): Promise<string> => {
    const names = await readdir(queueDir);
    return names
      .map((name) => name.slice(name.lastIndexOf(".")))
      .sort()
      .join(" ");
  };
  const smtp = new SMTP();
  smtp.From = "ann@example.com";
  smtp.MessageText = "It waited\r\n.\r\nfor you\r\n";

  smtp.Subject = subject(server, "Queued 1");
  smtp.SendTo = "bob@example.org";
  smtp.BCc = "bea@example.org";
  smtp.MessageRecipients.Item(0).Options = "NOTIFY=NEVER";
  const first = await smtp.Queue(queueDir);
  say(first.slice(first.lastIndexOf(".")));

  smtp.Subject = subject(server, "Queued 2");
  smtp.SendTo = server.refused ?? "refused@example.org";
  smtp.BCc = "";
  await smtp.Queue(queueDir);

  smtp.Subject = subject(server, "Queued 3");
  smtp.SendTo = "cora@example.org";
  await smtp.Queue(queueDir);
  say(await files());

  smtp.MailServer = server.host;
  smtp.MailPort = server.port;
  try {
    await smtp.ProcessQueue(queueDir);
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.Code}: ${e.Message.slice(0, 3)}`);
  }
  say(await files());

  smtp.Config("KeepQueue=True");
  await smtp.ProcessQueue(queueDir);
  say(await files());

  // The text in place of a file
  const text = await smtp.Queue("*");
  say(`${text.includes("Queued 3")}, ${await files()}`);
  await smtp.Disconnect();
};
