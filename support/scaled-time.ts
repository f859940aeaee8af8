import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { Connection } from '../src/io/kube/connection.ts';
import type { Clock } from '../src/ports.ts';

/** Shorter timers of libraries are left alone: they order events and wait for nothing. */
const shortestScaledMs = 4_000;

/** Time that runs `factor` times as fast as it does outside. */
export function scaledClock(factor: number): Clock {
  const startMs = Date.now();
  const origin = performance.now();
  return {
    now: () => Math.round(startMs + (performance.now() - origin) * factor),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          clearTimeout(timer);
          reject(Error.isError(signal.reason) ? signal.reason : new Error(String(signal.reason)));
        };
        const timer = realTimeout(() => {
          signal.removeEventListener('abort', stop);
          resolve();
        }, ms / factor);
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      }),
  };
}

const realTimeout = globalThis.setTimeout;
const realAbortTimeout = AbortSignal.timeout.bind(AbortSignal);

/**
 * Scales the long timers of this process too, those that a request has for itself: the Clock port does not reach them.
 * @returns a function that takes it back.
 */
export function scaleTimers(factor: number): () => void {
  const scale = (ms: number): number => (ms >= shortestScaledMs ? ms / factor : ms);
  globalThis.setTimeout = Object.assign(
    (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      realTimeout(run, scale(ms), ...args),
    { __promisify__: realTimeout.__promisify__ },
  ) as typeof setTimeout;
  AbortSignal.timeout = (ms) => realAbortTimeout(Math.round(scale(ms)));
  return () => {
    globalThis.setTimeout = realTimeout;
    AbortSignal.timeout = realAbortTimeout;
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
    socket.setTimeout = (ms, listener) =>
      setTimeout(ms >= shortestScaledMs ? Math.round(ms / factor) : ms, listener);
    return socket;
  };
}
