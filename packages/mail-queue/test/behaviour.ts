import { describe } from "vitest";
import { testByHand } from "./behaviour/by-hand.js";
import { testDelivering } from "./behaviour/delivering.js";
import { Setting } from "./behaviour/setting.js";
import { testTaking } from "./behaviour/taking.js";
import { testWorkers } from "./behaviour/workers.js";
import type { Stores } from "./stores.js";

/** What every store must do; run for each of them. */
export function describeBehaviour(kind: string, makeStores: () => Promise<Stores>): void {
  describe(`a queue in ${kind}`, () => {
    const setting = new Setting(makeStores);
    testTaking(setting);
    testDelivering(setting);
    testByHand(setting);
    testWorkers(setting);
  });
}
