import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { Connection } from '../src/io/kube/connection.ts';
import type { Clock } from '../src/ports.ts';

/** Shorter timers of libraries are not scaled: they order events and do not wait. */
const shortestScaledMs = 4_000;
const tickMs = 2;
/** More time than this does not pass in one tick. */
const longestTickMs = 4;

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  abortTimeout: AbortSignal.timeout.bind(AbortSignal),
};

/**
 * Time in which this process could work. It passes as fast as real time while the event loop turns freely, and stops while
 * the process waits for a processor: a busy machine makes everything slower, but lets no limit expire.
 */
class ProcessTime {
  #nowMs = 0;
  #tickedAtMs = performance.now();
  readonly #timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  readonly #interval = setInterval(() => {
    this.#tick();
  }, tickMs).unref();

  /** Milliseconds since the first use. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls back once. @returns a function that prevents it. */
  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.add(timer);
    this.#interval.ref();
    return () => {
      this.#remove(timer);
    };
  }

  #tick(): void {
    const atMs = performance.now();
    this.#nowMs += Math.min(atMs - this.#tickedAtMs, longestTickMs);
    this.#tickedAtMs = atMs;
    const due = [...this.#timers].filter((timer) => timer.atMs <= this.#nowMs);
    for (const timer of due.sort((one, other) => one.atMs - other.atMs)) {
      // The one before may have cancelled it.
      if (this.#remove(timer)) timer.run();
    }
  }

  #remove(timer: { readonly atMs: number; readonly run: () => void }): boolean {
    const isRemoved = this.#timers.delete(timer);
    if (this.#timers.size === 0) this.#interval.unref();
    return isRemoved;
  }
}

let shared: ProcessTime | undefined;

function processTime(): ProcessTime {
  shared ??= new ProcessTime();
  return shared;
}

/** A clock of process time that runs `factor` times as fast. */
export function scaledClock(factor: number): Clock {
  const time = processTime();
  const startMs = Date.now();
  const origin = time.nowMs;
  return {
    now: () => Math.round(startMs + (time.nowMs - origin) * factor),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          cancel();
          reject(Error.isError(signal.reason) ? signal.reason : new Error(String(signal.reason)));
        };
        const cancel = time.after(ms / factor, () => {
          signal.removeEventListener('abort', stop);
          resolve();
        });
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      }),
  };
}

/** A timer of process time in place of one of Node. */
class ScaledTimeout {
  readonly cancel: () => void;

  constructor(ms: number, run: () => void) {
    this.cancel = processTime().after(ms, run);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/**
 * Moves the long timers of this process to process time, `factor` times as fast: those of requests, which the Clock port does
 * not reach.
 * @returns a function that restores the timers of Node.
 */
export function scaleTimers(factor: number): () => void {
  globalThis.setTimeout = Object.assign(
    (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      ms < shortestScaledMs
        ? real.setTimeout(run, ms, ...args)
        : new ScaledTimeout(ms / factor, () => {
            run(...args);
          }),
    { __promisify__: real.setTimeout.__promisify__ },
  ) as typeof setTimeout;
  globalThis.clearTimeout = (timer: unknown) => {
    if (timer instanceof ScaledTimeout) timer.cancel();
    else real.clearTimeout(timer as NodeJS.Timeout | undefined);
  };
  AbortSignal.timeout = (ms) => {
    if (ms < shortestScaledMs) return real.abortTimeout(ms);
    const time = new AbortController();
    processTime().after(ms / factor, () => {
      time.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    });
    return time.signal;
  };
  return () => {
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    AbortSignal.timeout = real.abortTimeout;
  };
}

/** The connection with scaled timeouts of its sockets, such as that of the WebSocket's handshake. */
export function scaleConnection(connection: Connection, factor: number): Connection {
  return {
    ...connection,
    async requestOptions(path, query, signal) {
      const { url, options } = await connection.requestOptions(path, query, signal);
      if (options.agent instanceof Agent) scaleSockets(options.agent, factor);
      return { url, options };
    },
  };
}

const scaledAgents = new WeakSet<Agent>();

function scaleSockets(agent: Agent, factor: number): void {
  if (scaledAgents.has(agent)) return;
  scaledAgents.add(agent);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = connect(...args) as Socket;
    const setTimeout = socket.setTimeout.bind(socket);
    let cancel = (): void => undefined;
    socket.once('close', () => {
      cancel();
    });
    socket.setTimeout = (ms, listener) => {
      cancel();
      if (ms < shortestScaledMs) return setTimeout(ms, listener);
      setTimeout(0);
      if (listener !== undefined) socket.once('timeout', listener);
      cancel = afterIdle(socket, ms / factor, () => socket.emit('timeout'));
      return socket;
    };
    return socket;
  };
}

/** Calls back once when no byte has passed through the socket for this time. @returns a function that prevents it. */
function afterIdle(socket: Socket, ms: number, run: () => void): () => void {
  const count = (): number => socket.bytesRead + socket.bytesWritten;
  let cancel = (): void => undefined;
  const watch = (before: number): void => {
    cancel = processTime().after(ms, () => {
      if (count() === before) run();
      else watch(count());
    });
  };
  watch(count());
  return () => {
    cancel();
  };
}
