// Visual Basic turns a text box's "25" into 25 and 1 into True by itself; what it cannot turn is its error 13.
import { SocketToolsError } from "../errors.js";

const TYPE_MISMATCH = 13;

function mismatch(member: string, wanted: string, value: unknown): SocketToolsError {
  const found = value === null ? "Nothing" : Array.isArray(value) ? "an array" : typeof value;
  return new SocketToolsError(`${member} takes ${wanted}, not ${found}`, {
    number: TYPE_MISMATCH,
    code: "ERR_SOCKETTOOLS_TYPE",
  });
}

/** Nothing is an empty String. @throws SocketToolsError ERR_SOCKETTOOLS_TYPE */
export function text(member: string, value: unknown): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  throw mismatch(member, "a String", value);
}

/** Rounds as Visual Basic does: halves to the even neighbour. @throws SocketToolsError ERR_SOCKETTOOLS_TYPE */
export function integer(member: string, value: unknown): number {
  if (typeof value === "boolean") return value ? -1 : 0;
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && value.trim() !== ""
        ? Number(value)
        : Number.NaN;
  if (!Number.isFinite(number)) throw mismatch(member, "a Long", value);
  const floor = Math.floor(number);
  const half = number - floor === 0.5;
  return half ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(number);
}

/** @throws SocketToolsError ERR_SOCKETTOOLS_TYPE */
export function truth(member: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (typeof value === "string" && /^(?:true|false)$/i.test(value.trim())) return /^\s*true/i.test(value);
  throw mismatch(member, "a Boolean", value);
}
