import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ApiFailure } from './failure.ts';
import { takeFault, type Faults } from './faults.ts';
import { formatNanos, type ContainerLog, type LogEntry } from './log.ts';

export interface LogQuery {
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Nanoseconds since the epoch, of whole seconds. */
  readonly since: bigint;
  readonly tailLines: number | undefined;
  readonly limitBytes: number;
}

/** @throws ApiFailure for an invalid time, and for two of them */
export function parseLogQuery(query: URLSearchParams, pod: string): LogQuery {
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== null && query.has('sinceSeconds')) {
    const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified';
    throw new ApiFailure(422, `PodLogOptions "${pod}" is invalid: []: ${message}`, {
      name: pod,
      kind: 'PodLogOptions',
      causes: [{ reason: 'FieldValueForbidden', message, field: '[]' }],
    });
  }
  const sinceMs =
    sinceTime === null
      ? Date.now() - Number(query.get('sinceSeconds') ?? Infinity) * 1_000
      : Date.parse(sinceTime);
  if (Number.isNaN(sinceMs))
    throw new ApiFailure(
      400,
      `parsing time "${sinceTime ?? ''}" as "2006-01-02T15:04:05Z07:00": cannot parse "${sinceTime ?? ''}" as "2006"`,
    );
  const tail = query.get('tailLines');
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    // The API uses whole seconds.
    since: BigInt(Math.floor(Math.max(0, sinceMs) / 1_000)) * 1_000_000_000n,
    tailLines: tail === null ? undefined : Number(tail),
    limitBytes: Number(query.get('limitBytes') ?? Infinity),
  };
}

/** Sends the log of a container until its end, or until the client disconnects. */
export async function serveLog(
  log: ContainerLog,
  query: LogQuery,
  response: ServerResponse,
  faults: Faults,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  const fault = takeFault(faults.log) ? faults.log : undefined;
  const isRepeated = fault?.kind === 'twice';
  const since = isRepeated ? 0n : query.since;
  const { tailLines } = query;
  let position = tailLines === undefined ? log.first : Math.max(log.first, log.length - tailLines);
  let lines = 0;
  let left = query.limitBytes;
  while (!response.destroyed && left > 0) {
    if (fault !== undefined && !isRepeated && lines >= fault.afterLines) {
      breakOff(fault.kind, response);
      return;
    }
    position = Math.max(position, log.first);
    const entry = log.at(position);
    if (entry !== undefined) {
      position += 1;
      if (entry.at < since) continue;
      lines += 1;
      const text = format(entry, query).subarray(0, left);
      left -= text.length;
      if (!response.write(text)) await drained(response);
    } else if (query.follow && !log.ended) await nextEntry(log, response);
    else break;
  }
  response.end();
}

function breakOff(kind: 'drop' | 'end' | 'silence' | 'twice', response: ServerResponse): void {
  if (kind === 'drop') response.destroy();
  else if (kind === 'end') response.end();
}

function format({ at, text }: LogEntry, { timestamps }: LogQuery): Buffer {
  return timestamps ? Buffer.concat([Buffer.from(`${formatNanos(at)} `), text]) : text;
}

/** Waits for another entry, the end of the log, or the end of the connection. */
function nextEntry(log: ContainerLog, response: ServerResponse): Promise<void> {
  return firstOf((signal) => [
    once(log, 'entry', { signal }),
    once(log, 'end', { signal }),
    once(response, 'close', { signal }),
  ]);
}

/** Waits until the client has read everything or has disconnected. */
function drained(response: ServerResponse): Promise<void> {
  return firstOf((signal) => [
    once(response, 'drain', { signal }),
    once(response, 'close', { signal }),
  ]);
}

async function firstOf(listen: (signal: AbortSignal) => Promise<unknown>[]): Promise<void> {
  const stop = new AbortController();
  const events = listen(stop.signal);
  await Promise.race(events);
  stop.abort();
  await Promise.allSettled(events);
}
