// One client in a thread of its own; what it sent is told to the thread that began it.
import { parentPort, workerData } from "node:worker_threads";
import { SmtpClient, smtpOptionExtended } from "../src/index.js";

const { port, name, count } = workerData as { port: number; name: string; count: number };
const client = new SmtpClient();
const results: number[] = [];
client.HostName = "127.0.0.1";
client.RemotePort = port;
results.push(await client.Connect({ Options: smtpOptionExtended }));
for (let at = 0; at < count; at++) {
  const text = `Subject: ${name} ${at}\r\n\r\nHello\r\n`;
  results.push(await client.SendMessage(`${name}@example.com`, "bob@example.org", text));
}
results.push(await client.Disconnect());
parentPort?.postMessage(results);
