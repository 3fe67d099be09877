/** @typedef {{ at: "least" | "most", value: number }} Aim */
/**
 * One line of the table.
 * @typedef {object} Line
 * @property {string} what
 * @property {number} measured
 * @property {string} unit
 * @property {Aim | undefined} aim
 * @property {boolean | undefined} met undefined: for information, without an aim
 * @property {Record<string, number>} beside absolute figures of all contestants
 * @property {string | undefined} besideUnit
 */

export const atLeast = (value) => ({ at: "least", value });
export const atMost = (value) => ({ at: "most", value });

/** @returns {Line} */
export function line(what, measured, unit, aim, beside = {}, besideUnit) {
  return {
    what,
    measured,
    unit,
    aim,
    met: aim === undefined ? undefined : meets(measured, aim),
    beside,
    besideUnit,
  };
}

/** A figure that could not be taken never meets its aim. */
export function meets(measured, aim) {
  if (typeof measured !== "number" || !Number.isFinite(measured)) return false;
  return aim.at === "least" ? measured >= aim.value : measured <= aim.value;
}

/** One measure of every contestant. */
export function each(results, measure) {
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, values[measure]]));
}

export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return "—";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  return value.toFixed(3);
}
