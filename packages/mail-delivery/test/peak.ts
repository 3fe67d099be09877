/** How many of something go on at the same time, at most. */
export class Peak {
  most = 0;
  #now = 0;

  begin(): void {
    this.#now++;
    this.most = Math.max(this.most, this.#now);
  }

  end(): void {
    this.#now--;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }
}
