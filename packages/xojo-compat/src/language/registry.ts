import { RuntimeException } from "../errors.js";

/**
 * What stands behind the objects of a class. Kept beside the objects, so that the classes show Xojo's members and no others, and
 * so that a subclass cannot step on it.
 */
export class Registry<State extends object> {
  readonly #states = new WeakMap<object, State>();
  readonly #className: string;

  constructor(className: string) {
    this.#className = className;
  }

  attach(object: object, state: State): void {
    this.#states.set(object, state);
    OURS.add(object);
  }

  /** @throws RuntimeException for an object of another kind */
  of(object: object): State {
    const state = this.find(object);
    if (state !== undefined) return state;
    throw new RuntimeException(`this is no ${this.#className}`, { code: "ERR_XOJO_FOREIGN_OBJECT" });
  }

  find(object: unknown): State | undefined {
    return typeof object === "object" && object !== null ? this.#states.get(unwrap(object)) : undefined;
  }
}

const OURS = new WeakSet<object>();
const TARGETS = new WeakMap<object, object>();
const WRAPPERS = new WeakMap<object, object>();

/** True for objects of this package's classes. */
export function isOurs(object: object): boolean {
  return OURS.has(object);
}

/** Marks an object that has no state of its own here. */
export function markOurs(object: object): void {
  OURS.add(object);
}

/** The object inside a wrapper of `caseInsensitive()`. */
export function unwrap<T extends object>(object: T): T {
  return (TARGETS.get(object) as T | undefined) ?? object;
}

/** The wrapper that a program uses for an object, if it uses one. */
export function wrapperOf<T extends object>(object: T): T {
  return (WRAPPERS.get(object) as T | undefined) ?? object;
}

export function noteWrapper(object: object, wrapper: object): void {
  TARGETS.set(wrapper, object);
  WRAPPERS.set(object, wrapper);
}

export function hasWrapper(object: object): boolean {
  return WRAPPERS.has(object);
}
