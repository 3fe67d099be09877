import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { HOST } from "./mail-server.js";

export interface TokenEndpoint {
  /** For token introspection (RFC 7662) by the mail server. */
  readonly introspectionUrl: string;
  /** A token that is valid for `ann` only. */
  readonly token: string;
  /** A token that was valid once. */
  readonly expiredToken: string;
  /** How often a server asked. */
  readonly asked: () => number;
  stop(): Promise<void>;
}

/** A small OAuth 2.0 introspection endpoint in the process of the test. */
export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const token = "ya29.interop-good-token";
  const expiredToken = "ya29.interop-expired-token";
  let asked = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      asked += 1;
      const query = new URL(request.url ?? "/", "http://localhost").searchParams;
      const given = new URLSearchParams(body).get("token") ?? query.get("token");
      const active = given === token;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(active ? { active, username: "ann", scope: "mail" } : { active }));
    });
  });
  await new Promise<void>((done) => server.listen(0, HOST, () => done()));
  const { port } = server.address() as AddressInfo;
  return {
    introspectionUrl: `http://${HOST}:${port}/introspect`,
    token,
    expiredToken,
    asked: () => asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
