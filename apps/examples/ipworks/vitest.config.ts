import { packageTests } from "../../../tooling/config/vitest.mjs";

export default packageTests();
