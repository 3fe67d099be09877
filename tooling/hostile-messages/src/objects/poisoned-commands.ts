// Every option of a send that becomes a word of a command, each with what could end the word or the line.
import type { ClientOptions, SendOptions } from "@wirepost/smtp-client";
import type { HostileObject } from "../hostile-object.js";

const POISONS: Readonly<Record<string, string>> = {
  "CRLF and a command": "a\r\nRCPT TO:<evil@example.net>",
  "LF and a command": "a\nRCPT TO:<evil@example.net>",
  "CR and a command": "a\rRCPT TO:<evil@example.net>",
  NUL: "a\0b",
};

interface Place {
  readonly options?: (text: string) => object;
  readonly client?: (text: string) => object;
  readonly code: string;
}

const ARGUMENT = "ERR_SMTP_ARGUMENT";
const OPTION = "ERR_CLIENT_OPTION";
const ADDRESS = "ERR_ADDRESS_CONTROL_CHARACTER";

const PLACES: Readonly<Record<string, Place>> = {
  "envelope.from": {
    options: (text) => ({ envelope: { from: `${text}@example.com`, to: "bob@example.org" } }),
    code: ADDRESS,
  },
  "envelope.from, domain": {
    options: (text) => ({ envelope: { from: `ann@${text}`, to: "bob@example.org" } }),
    code: ADDRESS,
  },
  "envelope.from, parsed": {
    options: (localPart) => ({
      envelope: { from: { localPart, domain: "example.com" }, to: "bob@example.org" },
    }),
    code: ARGUMENT,
  },
  "envelope.to": {
    options: (text) => ({ envelope: { from: "ann@example.com", to: `${text}@example.org` } }),
    code: ADDRESS,
  },
  "envelope.to, quoted": {
    options: (text) => ({ envelope: { from: "ann@example.com", to: `"${text}"@example.org` } }),
    code: ADDRESS,
  },
  "envelope.to, parsed domain": {
    options: (domain) => ({ envelope: { from: "ann@example.com", to: [{ localPart: "bob", domain }] } }),
    code: "ERR_ADDRESS_DOMAIN",
  },
  "envelope.to, recipient": {
    options: (text) => ({ envelope: { from: "ann@example.com", to: [{ address: `${text}@example.org` }] } }),
    code: ADDRESS,
  },
  "ORCPT of a recipient": {
    options: (address) => ({
      envelope: {
        from: "ann@example.com",
        to: [{ address: "bob@example.org", parameters: { originalRecipient: { type: "rfc822", address } } }],
      },
    }),
    code: ARGUMENT,
  },
  "ORCPT type": {
    options: (type) => ({
      envelope: {
        from: "ann@example.com",
        to: [
          {
            address: "bob@example.org",
            parameters: { originalRecipient: { type, address: "bob@example.org" } },
          },
        ],
      },
    }),
    code: ARGUMENT,
  },
  "NOTIFY of a recipient": {
    options: (text) => ({
      envelope: {
        from: "ann@example.com",
        to: [{ address: "bob@example.org", parameters: { notify: [text] } }],
      },
    }),
    code: ARGUMENT,
  },
  "custom parameter of a recipient": {
    options: (text) => ({
      envelope: {
        from: "ann@example.com",
        to: [{ address: "bob@example.org", parameters: { custom: { XFOO: text } } }],
      },
    }),
    code: ARGUMENT,
  },
  "dsn.envelopeId": { options: (envelopeId) => ({ dsn: { envelopeId } }), code: ARGUMENT },
  "dsn.return": { options: (text) => ({ dsn: { return: text } }), code: OPTION },
  "dsn.notify": { options: (text) => ({ dsn: { notify: [text] } }), code: OPTION },
  "mailParameters, name": { options: (text) => ({ mailParameters: { [text]: "x" } }), code: ARGUMENT },
  "mailParameters, value": { options: (text) => ({ mailParameters: { XFOO: text } }), code: ARGUMENT },
  "rcptParameters, name": { options: (text) => ({ rcptParameters: { [text]: "x" } }), code: ARGUMENT },
  "rcptParameters, value": { options: (text) => ({ rcptParameters: { XFOO: text } }), code: ARGUMENT },
  submitter: {
    options: (localPart) => ({ submitter: { localPart, domain: "example.com" } }),
    code: ARGUMENT,
  },
  "deliverBy.seconds": { options: (seconds) => ({ deliverBy: { seconds, mode: "return" } }), code: ARGUMENT },
  "deliverBy.mode": { options: (mode) => ({ deliverBy: { seconds: 60, mode } }), code: ARGUMENT },
  priority: { options: (priority) => ({ priority }), code: OPTION },
  holdForSeconds: { options: (holdForSeconds) => ({ holdForSeconds }), code: OPTION },
  holdUntil: { options: (holdUntil) => ({ holdUntil }), code: OPTION },
  clientName: { client: (clientName) => ({ clientName }), code: OPTION },
};

export const POISONED_COMMANDS: readonly HostileObject[] = Object.entries(PLACES).flatMap(
  ([place, { options, client, code }]) =>
    Object.entries(POISONS).map(
      ([poison, text]): HostileObject => ({
        name: `option ${place}: ${poison}`,
        row: "I4",
        message: {},
        options: options?.(text) as SendOptions | undefined,
        client: client?.(text) as Partial<ClientOptions> | undefined,
        refused: code,
      }),
    ),
);
