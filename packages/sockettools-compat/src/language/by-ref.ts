/** What a ByRef argument is called with: the result is put into it. A plain `{ value: "" }` does as well. */
export interface Holder<T> {
  value: T;
}

/** A variable for a ByRef argument: `const list = new ByRef(""); await client.ExpandAddress("staff", list); list.value`. */
export class ByRef<T> implements Holder<T> {
  /** What the method put in. */
  value: T;

  constructor(value: T) {
    this.value = value;
  }

  /** As `value`, for lines of Visual Basic. */
  get Value(): T {
    return this.value;
  }

  set Value(value: T) {
    this.value = value;
  }
}
