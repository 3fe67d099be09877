// B5: messages wait in a directory. One that is refused ends ProcessQueue; the later ones still wait and go with the next call.
import { readdir } from "node:fs/promises";
import { IPWorksException, SMTP } from "@wirepost/ipworks-compat/java";
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
  smtp.setFrom("ann@example.com");
  smtp.setMessageText("It waited\r\n.\r\nfor you\r\n");

  smtp.setSubject(subject(server, "Queued 1"));
  smtp.setSendTo("bob@example.org");
  smtp.setBCc("bea@example.org");
  smtp.getMessageRecipients().item(0).setOptions("NOTIFY=NEVER");
  const first = await smtp.queue(queueDir);
  say(first.slice(first.lastIndexOf(".")));

  smtp.setSubject(subject(server, "Queued 2"));
  smtp.setSendTo(server.refused ?? "refused@example.org");
  smtp.setBCc("");
  await smtp.queue(queueDir);

  smtp.setSubject(subject(server, "Queued 3"));
  smtp.setSendTo("cora@example.org");
  await smtp.queue(queueDir);
  say(await files());

  smtp.setMailServer(server.host);
  smtp.setMailPort(server.port);
  try {
    await smtp.processQueue(queueDir);
    say("not reached");
  } catch (e) {
    if (!(e instanceof IPWorksException)) throw e;
    say(`${e.getCode()}: ${e.getMessage().slice(0, 3)}`);
  }
  say(await files());

  smtp.config("KeepQueue=True");
  await smtp.processQueue(queueDir);
  say(await files());

  // The text in place of a file
  const text = await smtp.queue("*");
  say(`${text.includes("Queued 3")}, ${await files()}`);
  await smtp.disconnect();
};
