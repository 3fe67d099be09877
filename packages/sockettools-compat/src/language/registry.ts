import { SocketToolsError } from "../errors.js";

/**
 * What stands behind the objects of a class. Kept beside the objects, so that the classes show the control's members and no
 * others, and so that neither a subclass nor `inspect()` comes to it.
 */
export class Registry<State extends object> {
  readonly #states = new WeakMap<object, State>();
  readonly #className: string;

  constructor(className: string) {
    this.#className = className;
  }

  attach(object: object, state: State): void {
    this.#states.set(object, state);
  }

  /** @throws SocketToolsError for an object of another kind */
  of(object: object): State {
    const state = this.find(object);
    if (state !== undefined) return state;
    throw new SocketToolsError(`this is no ${this.#className}`, {
      number: 13,
      code: "ERR_SOCKETTOOLS_FOREIGN_OBJECT",
    });
  }

  find(object: unknown): State | undefined {
    return typeof object === "object" && object !== null ? this.#states.get(unwrap(object)) : undefined;
  }
}

const TARGETS = new WeakMap<object, object>();
const WRAPPERS = new WeakMap<object, object>();

/** The object inside a wrapper of `caseInsensitive()`. */
export function unwrap<T extends object>(object: T): T {
  return (TARGETS.get(object) as T | undefined) ?? object;
}

/** The wrapper of an object that has one. */
export function wrapperOf<T extends object>(object: T): T | undefined {
  return WRAPPERS.get(object) as T | undefined;
}

export function noteWrapper(object: object, wrapper: object): void {
  TARGETS.set(wrapper, object);
  WRAPPERS.set(object, wrapper);
}
