import { requireDone, selectMechanisms } from "../src/index.js";
import { nodeEnvironment } from "../src/node.js";

type Send = (line: string) => Promise<{ code: number; challenge: Buffer }>;

export async function logIn(offered: string[], send: Send): Promise<boolean> {
  const [choice] = selectMechanisms({
    offered, // what EHLO lists after AUTH
    credentials: { username: "user", password: "pencil" },
    tls: { active: true, verified: true },
    host: "mail.example",
    port: 587,
    service: "smtp",
    environment: nodeEnvironment,
  });
  const mechanism = await choice!.create();
  const initial = await mechanism.initial();
  const base64 = (octets: Uint8Array) => Buffer.from(octets).toString("base64");
  let reply = await send(`AUTH ${mechanism.name}${initial === null ? "" : ` ${base64(initial) || "="}`}`);
  while (reply.code === 334) reply = await send(base64(await mechanism.respond(reply.challenge)));
  if (reply.code === 235) requireDone(mechanism); // a server that skipped its proof is not believed
  return reply.code === 235;
}
