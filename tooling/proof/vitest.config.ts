import { packageTests } from "../config/vitest.mjs";

// The floors themselves are run by run.mjs; here stand the checks of the tower's own parts.
export default packageTests();
