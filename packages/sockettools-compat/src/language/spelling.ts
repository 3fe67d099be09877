// Visual Basic ignores letter case and JavaScript does not. A line that was ported with another case must not silently make a
// new property: the usual other spellings throw, and objects take no new members.
import { SocketToolsError } from "../errors.js";
import { noteWrapper, unwrap, wrapperOf } from "./registry.js";

interface GuardedClass {
  readonly name: string;
  readonly prototype: object;
}

/** Members that only tell of a wrong spelling. */
const TRAPS = new WeakSet<object>();
const GUARDED = new WeakSet<object>();

/** True for the prototype of a class of this package. */
export function isGuardedPrototype(prototype: object): boolean {
  return GUARDED.has(prototype);
}

function wrongCase(className: string, used: string, name: string): SocketToolsError {
  return new SocketToolsError(
    `${className} has no "${used}": write ${name}, as JavaScript minds letter case, or wrap the object with caseInsensitive()`,
    { number: 438, code: "ERR_SOCKETTOOLS_SPELLING" },
  );
}

/** Sets traps for the members of a class in its other spellings. Called in the class's static block. */
export function guardSpelling(Class: GuardedClass): void {
  const { prototype } = Class;
  GUARDED.add(prototype);
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (!/^[A-Z]/.test(name)) continue;
    const camel = name.charAt(0).toLowerCase() + name.slice(1);
    for (const other of [camel, name.toLowerCase(), name.toUpperCase()]) {
      if (other in prototype) continue;
      const trap = (): never => {
        throw wrongCase(Class.name, other, name);
      };
      TRAPS.add(trap);
      Object.defineProperty(prototype, other, {
        get: trap,
        set: trap,
        configurable: true,
        enumerable: false,
      });
    }
  }
}

/** A member as it is spelled, for a key in any case; the key itself where there is none. */
function spelled(object: object, key: string): string {
  const lower = key.toLowerCase();
  for (
    let at: object | null = object;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name.toLowerCase() !== lower) continue;
      const getter = Object.getOwnPropertyDescriptor(at, name)?.get;
      if (getter === undefined || !TRAPS.has(getter)) return name;
    }
  }
  return key;
}

/**
 * The same object for lines in any letter case: `client.hostname`, `client.PASSWORD`, `client.sendmessage(…)`.
 * TypeScript sees the members as they are spelled; give the result the type `any` to write them otherwise.
 */
export function caseInsensitive<T extends object>(object: T): T {
  const target = unwrap(object);
  const known = wrapperOf(target);
  if (known !== undefined) return known;
  const names = new Map<string, string>();
  const bound = new WeakMap<object, object>();
  const nameFor = (key: string | symbol): string | symbol => {
    if (typeof key === "symbol") return key;
    const name = names.get(key) ?? spelled(target, key);
    if (name in target) names.set(key, name);
    return name;
  };
  const wrapper = new Proxy(target, {
    has: (_target, key) => Reflect.has(target, nameFor(key)),
    get: (_target, key) => {
      const value: unknown = Reflect.get(target, nameFor(key), target);
      return typeof value === "function" ? callable(value, target, bound) : value;
    },
    set: (_target, key, value) => Reflect.set(target, nameFor(key), value, target),
  });
  noteWrapper(target, wrapper);
  return wrapper;
}

const PASSED_AS_IT_IS = new WeakSet<object>();

/** Functions that are values of their own (events) and must come out as themselves. */
export function passAsItIs(value: object): void {
  PASSED_AS_IT_IS.add(value);
}

/** A method that is called on the object itself, whoever calls it; the same function each time. */
function callable(method: object, target: object, bound: WeakMap<object, object>): unknown {
  if (PASSED_AS_IT_IS.has(method)) return method;
  let own = bound.get(method);
  if (own === undefined) {
    const call = method as (...args: unknown[]) => unknown;
    own = (...args: unknown[]): unknown => call.apply(target, args);
    bound.set(method, own);
  }
  return own;
}
