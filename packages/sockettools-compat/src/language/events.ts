// The control's events. A handler is a method of a subclass, a function assigned to the member, or added with on().
import { SocketToolsError } from "../errors.js";
import { unwrap } from "./registry.js";
import { isGuardedPrototype, passAsItIs } from "./spelling.js";

type Handler = (...args: never[]) => unknown;

interface Slot {
  assigned: Handler | undefined;
  readonly added: Handler[];
}

const SLOTS = new WeakMap<object, Map<string, Slot>>();

/**
 * Gives an object its events. Each is an own member, so that assigning to it works on an object that takes no new members.
 */
export function defineEvents(client: object, names: readonly string[]): void {
  const slots = new Map<string, Slot>();
  SLOTS.set(client, slots);
  for (const name of names) {
    const slot: Slot = { assigned: undefined, added: [] };
    slots.set(name, slot);
    const call = (...args: unknown[]): void => raise(client, name, args);
    passAsItIs(call);
    Object.defineProperty(client, name, {
      get: () => call,
      set: (handler: unknown) => {
        slot.assigned = handler === undefined || handler === null ? undefined : checkHandler(name, handler);
      },
      // A class field of a subclass takes the place of this member; `raise` finds it there.
      configurable: true,
      enumerable: false,
    });
  }
}

/** What the classes of this package do with an event that nobody handles. */
export function unheard(..._args: readonly unknown[]): void {}

/** Calls the handlers in the order: subclass, assigned, added. */
export function raise(client: object, name: string, args: readonly unknown[]): void {
  for (const handler of handlersOf(client, name)) {
    try {
      Reflect.apply(handler, client, args);
    } catch (error) {
      // As in Visual Basic, nobody catches what a handler does not; the session is not harmed by it.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function handlersOf(client: object, name: string): Handler[] {
  const slot = SLOTS.get(client)?.get(name);
  if (slot === undefined) return [];
  const field: unknown = Object.getOwnPropertyDescriptor(client, name)?.value;
  const found = [subclassMethod(client, name), field ?? slot.assigned, ...slot.added];
  return found.filter((one): one is Handler => typeof one === "function");
}

function subclassMethod(client: object, name: string): unknown {
  for (
    let at = Object.getPrototypeOf(client);
    at !== null && !isGuardedPrototype(at);
    at = Object.getPrototypeOf(at)
  ) {
    const found: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
    if (typeof found === "function") return found;
  }
  return undefined;
}

/** on() of a client: `name` in any case, with or without "On". @throws SocketToolsError ERR_SOCKETTOOLS_NOT_AN_EVENT */
export function addHandler(client: object, name: string, handler: unknown): void {
  const { added } = slotFor(client, name);
  const checked = checkHandler(name, handler);
  if (!added.includes(checked)) added.push(checked);
}

/** off() of a client; nothing happens for a handler that was not added. @throws SocketToolsError ERR_SOCKETTOOLS_NOT_AN_EVENT */
export function removeHandler(client: object, name: string, handler: unknown): void {
  const { added } = slotFor(client, name);
  const at = added.indexOf(handler as Handler);
  if (at >= 0) added.splice(at, 1);
}

function slotFor(client: object, name: string): Slot {
  const wanted = String(name).toLowerCase();
  for (const [own, slot] of SLOTS.get(unwrap(client)) ?? []) {
    const lower = own.toLowerCase();
    if (lower === wanted || lower === `on${wanted}`) return slot;
  }
  throw new SocketToolsError(`there is no event "${name}"`, {
    number: 13,
    code: "ERR_SOCKETTOOLS_NOT_AN_EVENT",
  });
}

function checkHandler(name: string, handler: unknown): Handler {
  if (typeof handler === "function") return handler as Handler;
  throw new SocketToolsError(`a handler of ${name} is a function, not ${typeof handler}`, {
    number: 13,
    code: "ERR_SOCKETTOOLS_TYPE",
  });
}
