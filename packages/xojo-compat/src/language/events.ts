// Xojo's events. A handler is a method of a subclass, a function assigned to the member, or added with AddHandler.
import { RuntimeException } from "../errors.js";
import { wrapperOf } from "./registry.js";
import { isGuardedPrototype, passAsItIs } from "./spelling.js";

type Handler = (...args: never[]) => unknown;

interface Slot {
  readonly socket: object;
  readonly name: string;
  assigned: Handler | undefined;
  readonly added: Handler[];
}

const SLOTS = new WeakMap<object, Map<string, Slot>>();
const BY_REFERENCE = new WeakMap<object, Slot>();

/**
 * Gives an object its events. Each is an own member, so that assigning to it works on an object that takes no new members, and
 * so that reading it gives what AddHandler needs.
 */
export function defineEvents(socket: object, names: readonly string[]): void {
  let slots = SLOTS.get(socket);
  if (slots === undefined) {
    slots = new Map();
    SLOTS.set(socket, slots);
  }
  for (const name of names) {
    const slot: Slot = { socket, name, assigned: undefined, added: [] };
    slots.set(name, slot);
    const reference = (...args: unknown[]): boolean => raise(socket, name, args);
    BY_REFERENCE.set(reference, slot);
    passAsItIs(reference);
    Object.defineProperty(socket, name, {
      get: () => reference,
      set: (handler: unknown) => {
        slot.assigned = handler === undefined || handler === null ? undefined : checkHandler(name, handler);
      },
      // A class field of a subclass takes the place of this member; `listeners` finds it there.
      configurable: true,
      enumerable: false,
    });
  }
}

/** What the classes of this package do with an event that nobody handles. */
export function unheard(..._args: readonly unknown[]): void {}

/** Calls the handlers in the order: subclass, assigned, added. True when one of them returned true. */
export function raise(socket: object, name: string, args: readonly unknown[]): boolean {
  let result = false;
  for (const handler of listeners(socket, name)) {
    try {
      if (handler(args) === true) result = true;
    } catch (error) {
      // As in Xojo, nobody catches what a handler does not; the session is not harmed by it.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  return result;
}

function listeners(socket: object, name: string): ((args: readonly unknown[]) => unknown)[] {
  const slot = SLOTS.get(socket)?.get(name);
  if (slot === undefined) return [];
  const found: ((args: readonly unknown[]) => unknown)[] = [];
  const call = (handler: unknown): void => {
    if (typeof handler === "function") found.push((args) => Reflect.apply(handler, socket, args));
  };
  call(subclassMethod(socket, name));
  call(Object.getOwnPropertyDescriptor(socket, name)?.value ?? slot.assigned);
  for (const handler of slot.added) {
    found.push((args) => Reflect.apply(handler, undefined, [wrapperOf(socket), ...args]));
  }
  return found;
}

function subclassMethod(socket: object, name: string): unknown {
  for (
    let at = Object.getPrototypeOf(socket);
    at !== null && !isGuardedPrototype(at);
    at = Object.getPrototypeOf(at)
  ) {
    const found = Object.getOwnPropertyDescriptor(at, name)?.value;
    if (typeof found === "function") return found;
  }
  return undefined;
}

function checkHandler(name: string, handler: unknown): Handler {
  if (typeof handler === "function") return handler as Handler;
  throw new RuntimeException(`a handler of ${name} is a function, not ${typeof handler}`, {
    code: "ERR_XOJO_TYPE",
  });
}

function slotFor(event: unknown): Slot {
  const slot = typeof event === "function" ? BY_REFERENCE.get(event) : undefined;
  if (slot !== undefined) return slot;
  throw new RuntimeException(
    "AddHandler and RemoveHandler take an event of a socket, as socket.MessageSent",
    {
      code: "ERR_XOJO_NOT_AN_EVENT",
    },
  );
}

/**
 * `AddHandler Socket1.MessageSent, AddressOf Sent` of Xojo: `AddHandler(socket.MessageSent, sent)`. The handler gets the socket
 * first, then the event's own parameters. A handler that was added before is not added again.
 *
 * @throws RuntimeException ERR_XOJO_NOT_AN_EVENT
 */
export function AddHandler<Sender, Args extends unknown[], Result>(
  event: (this: Sender, ...args: Args) => Result,
  handler: (sender: Sender, ...args: Args) => NoInfer<Result>,
): void {
  const slot = slotFor(event);
  checkHandler(slot.name, handler);
  if (!slot.added.includes(handler as Handler)) slot.added.push(handler as Handler);
}

/** Takes back what AddHandler did; nothing happens for a handler that was not added. @throws RuntimeException ERR_XOJO_NOT_AN_EVENT */
export function RemoveHandler<Sender, Args extends unknown[], Result>(
  event: (this: Sender, ...args: Args) => Result,
  handler: (sender: Sender, ...args: Args) => NoInfer<Result>,
): void {
  const { added } = slotFor(event);
  const at = added.indexOf(handler as Handler);
  if (at >= 0) added.splice(at, 1);
}

/** Xojo needs it to name a method; here it gives the function back. */
export function AddressOf<Method extends (...args: never[]) => unknown>(method: Method): Method {
  return method;
}
