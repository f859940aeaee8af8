import type { Clock } from '../../src/ports.ts';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** After this many turns of the event loop a promise counts as stuck: some seconds of processor time, however busy the machine is. */
const mostTurns = 3_000_000;

/** Time that does not pass until a test moves it. */
export class VirtualClock implements Clock {
  /** While this is true, `until` lets no time pass: a test sets it to wait for real sockets. */
  isBusy = (): boolean => false;
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Sleeps that have not ended. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#sleepers.delete(sleeper);
        reject(Error.isError(signal.reason) ? signal.reason : new Error(String(signal.reason)));
      };
      const sleeper: Sleeper = {
        wakeAt: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', cancel);
          resolve();
        },
      };
      if (signal.aborted) {
        cancel();
        return;
      }
      signal.addEventListener('abort', cancel, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** Lets `ms` pass: sleeps end in their order, and what follows from one happens before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (let next = this.#next(); next !== undefined && next.wakeAt <= end; next = this.#next()) {
      this.#now = next.wakeAt;
      next.wake();
      await turn();
    }
    this.#now = end;
  }

  /**
   * Lets time pass from sleep to sleep until the promise settles. Time passes only after `idleTurns` turns of the event loop in
   * which nothing was settled. How many turns a real socket needs depends on the machine: a test that has one waits for an event
   * of it (until.ts) and then advances the clock.
   */
  async until<T>(promise: Promise<T>, idleTurns = 3): Promise<T> {
    let settled = false;
    const isSettled = (): boolean => settled;
    const watched = promise.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    for (let turns = 0; !isSettled(); turns += idleTurns) {
      if (turns > mostTurns) throw new Error('the promise never settled');
      for (let idle = 0; idle < idleTurns; idle += 1) await turn();
      const next = this.#next();
      if (isSettled() || next === undefined || this.isBusy()) continue;
      this.#now = Math.max(this.#now, next.wakeAt);
      next.wake();
    }
    return watched;
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (first === undefined || sleeper.wakeAt < first.wakeAt) first = sleeper;
    }
    return first;
  }
}

/** One turn of the event loop, promises and callbacks of sockets included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
