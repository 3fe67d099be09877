/** Something that takes octets from a stranger, with the laws that must hold whatever they are. */
export interface Target {
  readonly name: string;
  /** What must hold, for people. */
  readonly laws: string;
  /** Words of its language: generated inputs are made of them, and each repeated is a test of its time. */
  readonly words: readonly string[];
  /** What stands before and behind repeated words so that they reach the parser; default nothing. */
  readonly frames?: readonly (readonly [before: string, after: string])[] | undefined;
  /** Inputs of the growth test are no longer than this; default 32,768. */
  readonly growthBytes?: number | undefined;
  /** Throws when a law does not hold. */
  run(octets: Uint8Array): void | Promise<void>;
}
