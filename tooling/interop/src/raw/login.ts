import { TLSSocket } from "node:tls";
import {
  type ChannelBindingSource,
  type Credentials,
  type Mechanism,
  requireDone,
  type SaslEnvironment,
  SaslError,
  selectMechanisms,
} from "@wirepost/sasl";
import { nodeEnvironment } from "@wirepost/sasl/node";
import { SERVER_NAME } from "../servers/mail-server.js";
import type { RawConversation, RawReply } from "./conversation.js";

/** RFC 4954 section 4: a longer initial response waits for the server's empty challenge. */
const COMMAND_LIMIT = 500;

/** The channel bindings that Node's own TLS socket can give. */
export function channelBindingOf(conversation: RawConversation): ChannelBindingSource | undefined {
  const { socket } = conversation;
  if (!(socket instanceof TLSSocket)) return undefined;
  return (type) => {
    if (type === "tls-exporter" && socket.getProtocol() === "TLSv1.3") {
      return new Uint8Array(socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)));
    }
    if (type === "tls-unique" && socket.getProtocol() === "TLSv1.2") {
      const finished = socket.getFinished();
      return finished === undefined ? undefined : new Uint8Array(finished);
    }
    return undefined;
  };
}

export interface LoginOptions {
  readonly mechanism: string;
  readonly offered: readonly string[];
  readonly credentials: Credentials;
  readonly port: number;
  readonly environment?: SaslEnvironment | undefined;
  /** In place of what the connection has. */
  readonly channelBinding?: ChannelBindingSource | undefined;
}

export interface LoginResult {
  readonly reply: RawReply;
  readonly mechanism: Mechanism;
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64");
}

/** One exchange of `sasl` over a bare socket: what stands between it and the server is these lines only. */
export async function login(conversation: RawConversation, options: LoginOptions): Promise<LoginResult> {
  const { socket } = conversation;
  const tls =
    socket instanceof TLSSocket
      ? { active: true, verified: true, protocol: socket.getProtocol() ?? undefined }
      : { active: false, verified: false };
  const [choice] = selectMechanisms({
    offered: options.offered,
    only: [options.mechanism],
    credentials: options.credentials,
    tls,
    channelBinding: options.channelBinding ?? channelBindingOf(conversation),
    allowClearText: true,
    host: SERVER_NAME,
    port: options.port,
    service: "smtp",
    environment: options.environment ?? nodeEnvironment,
  });
  const mechanism = await choice!.create();
  let waiting = await mechanism.initial();
  const command = `AUTH ${mechanism.name}`;
  if (waiting !== null && command.length + base64(waiting).length < COMMAND_LIMIT) {
    conversation.write(`${command} ${waiting.length === 0 ? "=" : base64(waiting)}`);
    waiting = null;
  } else conversation.write(command);
  for (;;) {
    const reply = await conversation.reply();
    if (reply.code !== 334) {
      if (reply.code === 235) requireDone(mechanism);
      return { reply, mechanism };
    }
    if (waiting !== null) {
      conversation.write(base64(waiting));
      waiting = null;
      continue;
    }
    const challenge = new Uint8Array(Buffer.from(reply.lines[0] ?? "", "base64"));
    try {
      conversation.write(base64(await mechanism.respond(challenge)));
    } catch (error) {
      if (SaslError.is(error)) {
        conversation.write("*");
        await conversation.reply();
      }
      throw error;
    }
  }
}
