import type { SrvRecord } from "@wirepost/socket-core/dns";
import type { Random } from "../routing/exchanger-order.js";

/** By priority; among equals at random in the shares that their weights give (RFC 2782). */
export function orderServices<T extends Pick<SrvRecord, "priority" | "weight">>(
  records: readonly T[],
  random: Random,
): T[] {
  const ordered: T[] = [];
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((one, other) => one - other);
  for (const priority of priorities) {
    // Those of weight 0 first, so that they have a small chance of their own.
    const left = records
      .filter((record) => record.priority === priority)
      .sort((one, other) => one.weight - other.weight);
    while (left.length > 0) {
      const sum = left.reduce((total, { weight }) => total + weight, 0);
      const mark = Math.floor(random() * (sum + 1));
      let running = 0;
      const at = left.findIndex(({ weight }) => {
        running += weight;
        return running >= mark;
      });
      ordered.push(...left.splice(Math.max(at, 0), 1));
    }
  }
  return ordered;
}
