/** An event that handlers are added to: `smtp.OnPITrail += handler` is written `smtp.OnPITrail.add(handler)`. */
export class EventSlot<Sender, Args> {
  readonly #handlers: ((sender: Sender, e: Args) => void)[] = [];

  /**
   * Adds a handler. It is called in the turn of the event: what it assigns has to be assigned before it returns. What it throws
   * comes out of the method that runs.
   */
  add(handler: (sender: Sender, e: Args) => void): this {
    if (typeof handler !== "function") throw new TypeError("a handler is a function");
    this.#handlers.push(handler);
    return this;
  }

  /** Takes a handler away: the one that was added last, as `-=` does. */
  remove(handler: (sender: Sender, e: Args) => void): this {
    const at = this.#handlers.lastIndexOf(handler);
    if (at >= 0) this.#handlers.splice(at, 1);
    return this;
  }

  /** Calls the handlers. @internal */
  raise(sender: Sender, e: Args): void {
    for (const handler of [...this.#handlers]) handler(sender, e);
  }
}

/** Gives an object its events, each by its name behind `On`. `+=` would put a text in the place of one: it is refused, in strict code and out of it. */
export function addSlots(object: object, events: readonly string[]): void {
  for (const event of events) {
    const name = `On${event}`;
    const slot = new EventSlot<never, never>();
    Object.defineProperty(object, name, {
      enumerable: true,
      get: () => slot,
      set: () => {
        throw new TypeError(
          `${name} is an event and takes no value: add a handler with ${name}.add(handler)`,
        );
      },
    });
  }
}
