/**
 * What stands behind the objects of a class. Kept beside the objects, so that the classes show the product's members and no
 * others.
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

  /** @throws TypeError for an object of another kind */
  of(object: object): State {
    const state = typeof object === "object" && object !== null ? this.#states.get(object) : undefined;
    if (state !== undefined) return state;
    throw new TypeError(`this is no ${this.#className}`);
  }
}
