import { floorTests } from "./vitest.floor.mjs";

export default floorTests("cuts");
