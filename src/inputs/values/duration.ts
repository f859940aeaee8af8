import { invalid, quote } from '../../text/problem.ts';

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
/** No input has a use for a shorter duration, so one is a mistake. */
const leastMs = 1_000;

/**
 * A duration in Go's notation (`90s`, `5m`, `1h30m`) in milliseconds; at least a second.
 * @param mostHours the longest duration that is accepted.
 * @throws InvalidInput
 */
export function parseDuration(text: string, mostHours: number): number {
  const hint = 'Use a duration such as 90s, 5m or 1h30m.';
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) {
    throw invalid(`${quote(text)} is not a duration`, hint);
  }
  let sumMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    sumMs += Number(amount) * (unitMs[unit ?? ''] ?? NaN);
  }
  if (sumMs >= leastMs && sumMs <= mostHours * 3_600_000) return Math.round(sumMs);
  throw invalid(`${quote(text)} is not between 1s and ${mostHours}h`, hint);
}

/** Whole seconds in Go's notation, at least `1s`, as builders accept them in arguments. */
export function formatDuration(durationMs: number): string {
  return `${Math.max(1, Math.round(durationMs / 1_000))}s`;
}
