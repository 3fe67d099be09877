// Xojo ignores letter case and JavaScript does not. A line that was ported with another case must not silently make a new
// property: the usual other spellings throw, and objects take no new members.
import { RuntimeException } from "../errors.js";
import { hasWrapper, isOurs, noteWrapper, unwrap, wrapperOf } from "./registry.js";

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

function otherCases(name: string): string[] {
  const camel = name.charAt(0).toLowerCase() + name.slice(1);
  const acronym = name.replace(/^[A-Z]+(?=[A-Z][a-z]|$)/, (capitals) => capitals.toLowerCase());
  return [camel, acronym, name.toLowerCase(), name.toUpperCase()];
}

function wrongCase(className: string, used: string, name: string): RuntimeException {
  return new RuntimeException(
    `${className} has no "${used}": write ${name}, as JavaScript minds letter case, or wrap the object with caseInsensitive()`,
    { code: "ERR_XOJO_SPELLING" },
  );
}

/** Sets traps for the members of a class in its other spellings. Called in the class's static block. */
export function guardSpelling(Class: GuardedClass): void {
  const { prototype } = Class;
  GUARDED.add(prototype);
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (!/^[A-Z]/.test(name)) continue;
    for (const other of otherCases(name)) {
      if (other === name || other in prototype) continue;
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

/** The members of an object by their lower-case names; the exact spelling of each. */
function membersOf(object: object): Map<string, string> {
  const members = new Map<string, string>();
  for (
    let at: object | null = object;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const getter = Object.getOwnPropertyDescriptor(at, name)?.get;
      if (getter !== undefined && TRAPS.has(getter)) continue;
      const lower = name.toLowerCase();
      const before = members.get(lower);
      // Where both spellings exist (Pop and pop of an array), Xojo's is meant.
      if (before === undefined || (!/^[A-Z]/.test(before) && /^[A-Z]/.test(name))) members.set(lower, name);
    }
  }
  return members;
}

/**
 * Looks for members that a subclass or a program made in another case than an event has: they would never be called.
 *
 * @throws RuntimeException ERR_XOJO_SPELLING
 */
export function checkSpelling(object: object, names: readonly string[]): void {
  const exact = new Map(names.map((name) => [name.toLowerCase(), name]));
  for (
    let at: object | null = object;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    if (GUARDED.has(at)) return;
    for (const name of Object.getOwnPropertyNames(at)) {
      const wanted = exact.get(name.toLowerCase());
      if (wanted !== undefined && wanted !== name) throw wrongCase(object.constructor.name, name, wanted);
    }
  }
}

/**
 * The same object for lines in any letter case. What comes out of it (Headers, Messages, what an array holds) is wrapped too.
 * TypeScript sees the members as they are spelled; give the result the type `any` to write them otherwise.
 */
export function caseInsensitive<T extends object>(object: T): T {
  const target = unwrap(object);
  if (hasWrapper(target)) return wrapperOf(target);
  const nameFor = (key: string | symbol): string | symbol => {
    if (typeof key === "symbol" || isPlainly(target, key)) return key;
    return membersOf(target).get(key.toLowerCase()) ?? key;
  };
  const wrapper = new Proxy(target, {
    has: (_target, key) => Reflect.has(target, nameFor(key)),
    get: (_target, key) => {
      const value: unknown = Reflect.get(target, nameFor(key), target);
      if (typeof value === "function") return callable(value, target);
      return typeof value === "object" && value !== null && isOurs(value) ? caseInsensitive(value) : value;
    },
    set: (_target, key, value) => Reflect.set(target, nameFor(key), value, target),
  });
  noteWrapper(target, wrapper);
  return wrapper;
}

/** A member, own or inherited, that is spelled so and is no trap. */
function isPlainly(object: object, key: string): boolean {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found.get === undefined || !TRAPS.has(found.get);
  }
  return false;
}

const BOUND = new WeakMap<object, WeakMap<object, object>>();
const PASSED_AS_IT_IS = new WeakSet<object>();

/** Functions that are values of their own (events, for AddHandler) and must come out as themselves. */
export function passAsItIs(value: object): void {
  PASSED_AS_IT_IS.add(value);
}

/** A method that is called on the object itself, whoever calls it; the same function each time. */
function callable(method: object, target: object): unknown {
  if (PASSED_AS_IT_IS.has(method)) return method;
  let bound = BOUND.get(target);
  if (bound === undefined) {
    bound = new WeakMap();
    BOUND.set(target, bound);
  }
  let own = bound.get(method);
  if (own === undefined) {
    const call = method as (...args: unknown[]) => unknown;
    own = (...args: unknown[]): unknown => {
      const result = call.apply(target, args);
      return typeof result === "object" && result !== null && isOurs(result)
        ? caseInsensitive(result)
        : result;
    };
    bound.set(method, own);
  }
  return own;
}
