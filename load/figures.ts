import { fullestShare, type Retry, type Traffic } from './traffic.ts';

export interface Judgement {
  /** Figures to print. */
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** Limit for one build. Requests for logs are not counted: every interruption causes one. */
const requestsPerBuild = 15;
/** More requests after a closed connection. */
const requestsPerCut = 3;
/** More requests while a pod is deleted: a busy node takes longer, and the build polls until the pod is deleted. */
const requestsPerRemoval = 6;
export const mostRequests = requestsPerBuild + requestsPerCut + requestsPerRemoval;
/** Clocks and timers differ by less than this. */
const toleranceMs = 10;
const windowMs = 100;
/** Largest allowed share of retries within one window. It is not checked for fewer than `crowd` retries. */
const largestShare = 0.5;
const crowd = 10;

/** Counts of requests and the spread of retries, and where they exceed their limits. */
export function judgeTraffic(traffic: Traffic, retryAfterSeconds: number): Judgement {
  const lines: string[] = [];
  const problems: string[] = [];
  const totals = traffic.clients.map((client) => {
    const counts = traffic.countsOf(client);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const withoutLog = total - (counts.get('GET pod/log') ?? 0);
    if (withoutLog > mostRequests)
      problems.push(`${client} sent ${withoutLog} requests: ${describeCounts(counts)}`);
    return withoutLog;
  });
  lines.push(
    `requests of a build without those for its log: median ${median(totals)}, most ${Math.max(...totals)}`,
    `one of them: ${describeCounts(traffic.countsOf(traffic.clients[0] ?? ''))}`,
  );
  for (const [kind, retries] of byKind(traffic.retries())) {
    const extraMs = retries.map(({ afterMs }) => afterMs - retryAfterSeconds * 1_000);
    const earliest = Math.min(...extraMs);
    const share = fullestShare(extraMs, windowMs);
    const figures = [earliest, median(extraMs), Math.max(...extraMs)].map(Math.round).join(' / ');
    lines.push(
      `${kind}: ${retries.length} retries, ${figures} ms (first / median / last) after Retry-After, ${Math.round(share * 100)} % within the fullest ${windowMs} ms`,
    );
    if (earliest < -toleranceMs)
      problems.push(
        `${kind} was retried ${Math.round(-earliest)} ms before Retry-After had passed`,
      );
    if (retries.length >= crowd && share > largestShare)
      problems.push(
        `${Math.round(share * 100)} % of the retries of ${kind} are within ${windowMs} ms`,
      );
  }
  return { lines, problems };
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

function byKind(retries: readonly Retry[]): ReadonlyMap<string, readonly Retry[]> {
  return Map.groupBy(retries, ({ kind }) => kind);
}

function describeCounts(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}
