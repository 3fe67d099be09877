import { packageBuild } from "../../tooling/config/tsup.mjs";

export default packageBuild(
  {
    index: "src/index.ts",
    dns: "src/dns.ts",
    proxy: "src/proxy.ts",
    certificates: "src/certificates.ts",
    revocation: "src/revocation.ts",
  },
  { platform: "node" },
);
