import { median } from './command.ts';

/** Seconds of every run of a variant, by its name. */
export type Times = ReadonlyMap<string, readonly number[]>;

/**
 * Runs the variants in turn, so that load on this machine slows all of them down.
 * @param variants each returns its seconds. The first run of each fills caches and is not counted.
 */
export async function inTurn(
  rounds: number,
  variants: Readonly<Record<string, () => Promise<number>>>,
): Promise<Times> {
  const times = new Map<string, number[]>();
  for (const run of Object.values(variants)) await run();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(variants)) {
      times.set(name, [...(times.get(name) ?? []), await run()]);
    }
  }
  return times;
}

/** Prints the medians, and the median of the ratios of `ours` to each variant in the same round. */
export function compare(bench: string, title: string, times: Times): void {
  const ours = times.get('ours') ?? [];
  const rows = [...times].map(([variant, values]) => ({
    variant,
    seconds: round(median(values), 2),
    least: round(Math.min(...values), 2),
    most: round(Math.max(...values), 2),
    'ours takes': `${median(values.map((value, index) => (ours[index] ?? NaN) / value)).toFixed(2)} x`,
  }));
  console.log(`\n${title}, ${ours.length} rounds in turn`);
  console.table(rows);
  console.log(JSON.stringify({ bench, title, rounds: ours.length, rows }));
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
