import type { SmtpConnection } from "@wirepost/smtp-client";

interface Idle {
  readonly key: string;
  readonly address: string;
  readonly connection: SmtpConnection;
  readonly timer: NodeJS.Timeout;
}

/** Sessions that wait for the next message to the same server under the same plan: no longer than `timeoutMs`, no more than `limit`. */
export class IdleSessions {
  readonly #timeoutMs: number;
  readonly #limit: number;
  /** The one that has waited longest goes first. */
  #waiting: Idle[] = [];

  constructor(timeoutMs: number, limit: number) {
    this.#timeoutMs = timeoutMs;
    this.#limit = limit;
  }

  /** How many wait at a server. */
  at(address: string): number {
    return this.#waiting.filter((idle) => idle.address === address).length;
  }

  /** The one used last: the likeliest to stand. */
  take(key: string): SmtpConnection | undefined {
    for (;;) {
      const idle = this.#waiting.findLast((one) => one.key === key);
      if (idle === undefined) return undefined;
      this.#remove(idle);
      if (!idle.connection.closed) return idle.connection;
    }
  }

  keep(key: string, address: string, connection: SmtpConnection): void {
    if (connection.closed) return;
    if (this.#timeoutMs === 0) {
      void connection.quit();
      return;
    }
    const timer = setTimeout(() => void this.#leave(idle), this.#timeoutMs).unref();
    const idle: Idle = { key, address, connection, timer };
    this.#waiting.push(idle);
    const oldest = this.#waiting[0];
    if (this.#waiting.length > this.#limit && oldest !== undefined) void this.#leave(oldest);
  }

  /** Takes leave of the one that has waited longest at a server; resolves when it is gone. */
  async leaveOne(address: string): Promise<void> {
    const idle = this.#waiting.find((one) => one.address === address);
    if (idle !== undefined) await this.#leave(idle);
  }

  /** Takes leave of all. Never throws. */
  async close(): Promise<void> {
    await Promise.all([...this.#waiting].map((idle) => this.#leave(idle)));
  }

  destroy(): void {
    for (const idle of [...this.#waiting]) {
      this.#remove(idle);
      idle.connection.destroy();
    }
  }

  async #leave(idle: Idle): Promise<void> {
    if (this.#remove(idle)) await idle.connection.quit();
  }

  #remove(idle: Idle): boolean {
    const at = this.#waiting.indexOf(idle);
    if (at < 0) return false;
    clearTimeout(idle.timer);
    this.#waiting.splice(at, 1);
    return true;
  }
}
