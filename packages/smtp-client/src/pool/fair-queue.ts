/** A queue of one sender; items are taken from the front without moving the rest. */
class Lane<Item> {
  #items: (Item | undefined)[] = [];
  #front = 0;

  get length(): number {
    return this.#items.length - this.#front;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  purge(unwanted: (item: Item) => boolean): void {
    const kept = this.#items.slice(this.#front).filter((item) => item !== undefined && !unwanted(item));
    this.#items = kept;
    this.#front = 0;
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#front];
    this.#items[this.#front++] = undefined;
    if (this.#front > 1024 && this.#front * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#front);
      this.#front = 0;
    }
    return item;
  }
}

/**
 * Items of several senders, taken in turns: a batch of a hundred thousand does not make a single message wait for its end.
 * Items given back come before all others.
 */
export class FairQueue<Item> {
  readonly #lanes = new Map<object, Lane<Item>>();
  readonly #returned: Item[] = [];
  #turn: IterableIterator<[object, Lane<Item>]> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(sender: object, item: Item): void {
    let lane = this.#lanes.get(sender);
    if (lane === undefined) {
      lane = new Lane();
      this.#lanes.set(sender, lane);
    }
    lane.push(item);
    this.#length++;
  }

  giveBack(item: Item): void {
    this.#returned.push(item);
    this.#length++;
  }

  /** Lets go of items that nobody wants any more. */
  purge(unwanted: (item: Item) => boolean): void {
    const returned = this.#returned.filter((item) => !unwanted(item));
    this.#returned.splice(0, this.#returned.length, ...returned);
    let length = returned.length;
    for (const lane of this.#lanes.values()) {
      lane.purge(unwanted);
      length += lane.length;
    }
    this.#length = length;
  }

  shift(): Item | undefined {
    if (this.#length === 0) return undefined;
    this.#length--;
    if (this.#returned.length > 0) return this.#returned.shift();
    for (;;) {
      // A Map iterates in insertion order and sees lanes added meanwhile; at its end the turn begins anew.
      this.#turn ??= this.#lanes.entries();
      const step = this.#turn.next();
      if (step.done === true) {
        this.#turn = undefined;
        continue;
      }
      const [sender, lane] = step.value;
      if (lane.length === 0) {
        this.#lanes.delete(sender);
        continue;
      }
      return lane.shift();
    }
  }
}
