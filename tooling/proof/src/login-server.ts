// The server's part of the main mechanisms, step by step: a response in, the next reply out.
import { createHmac } from "node:crypto";
import { ScramServer } from "./scram-server.js";

export const LOGIN = { username: "ann@example.com", password: "correct horse battery" } as const;
export const TOKEN = "ya29.a0-token-of-ann";

export type MechanismName = "PLAIN" | "LOGIN" | "CRAM-MD5" | "SCRAM-SHA-256" | "XOAUTH2";

/** The next reply; 235 and 5yz end the exchange. */
export type Step = (response: Buffer) => string;

const challenge = (text: string): string => `334 ${Buffer.from(text, "latin1").toString("base64")}`;
const OK = "235 2.7.0 welcome";
const NO = "535 5.7.8 no such login";
const TICKET = "<1896.697170952@mail.example>";

/** The first reply to AUTH, and a step for each response that follows. */
export function beginLogin(mechanism: MechanismName): { readonly first: string; readonly steps: Step[] } {
  switch (mechanism) {
    case "PLAIN":
      return {
        first: "334 ",
        steps: [(response) => (response.toString() === `\0${LOGIN.username}\0${LOGIN.password}` ? OK : NO)],
      };
    case "LOGIN": {
      let name = "";
      return {
        first: challenge("Username:"),
        steps: [
          (response) => {
            name = response.toString();
            return challenge("Password:");
          },
          (response) => (name === LOGIN.username && response.toString() === LOGIN.password ? OK : NO),
        ],
      };
    }
    case "CRAM-MD5":
      return {
        first: challenge(TICKET),
        steps: [
          (response) => {
            const digest = createHmac("md5", LOGIN.password).update(TICKET).digest("hex");
            return response.toString() === `${LOGIN.username} ${digest}` ? OK : NO;
          },
        ],
      };
    case "SCRAM-SHA-256": {
      const scram = new ScramServer();
      return {
        first: "334 ",
        steps: [
          (response) => {
            const first = scram.first(response);
            return first === undefined ? NO : challenge(first);
          },
          (response) => {
            const final = scram.final(response, LOGIN.password);
            return final === undefined ? NO : challenge(final);
          },
          (response) => (response.length === 0 ? OK : NO),
        ],
      };
    }
    case "XOAUTH2":
      return {
        first: "334 ",
        steps: [
          (response) =>
            response.toString() === `user=${LOGIN.username}\x01auth=Bearer ${TOKEN}\x01\x01`
              ? OK
              : challenge('{"status":"401","schemes":"bearer"}'),
          () => NO,
        ],
      };
  }
}
