// Runs the files of the suite with node:test and counts the cases.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

export interface Tally {
  passed: number;
  failed: number;
  /** `name: reason` of every case that was skipped. */
  readonly skipped: string[];
}

const root = resolve(import.meta.dirname, '..');
/** A file is ended after this time. The slowest file takes a third of it. */
const fileTimeoutMs = 20 * 60_000;

/** Runs the cases and prints their results as they end. @param only pattern of names; undefined for all cases. */
export async function runSuite(only: string | undefined, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: [] };
  const files = suiteFiles();
  const events = run({
    files,
    concurrency: 1,
    timeout: fileTimeoutMs,
    signal,
    ...(only !== undefined && { testNamePatterns: [only] }),
  });
  // Suites and files are not counted as passed, but a file that does not run to its end is counted as failed.
  const isFile = (name: string): boolean => files.includes(resolve(root, name));
  events.on('test:pass', ({ name, skip, details }) => {
    if (details.type === 'suite' || isFile(name)) return;
    if (skip === undefined) tally.passed++;
    else tally.skipped.push(`${name}: ${typeof skip === 'string' ? skip : 'no reason given'}`);
  });
  events.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') tally.failed++;
  });
  for await (const text of events.compose(new spec())) process.stdout.write(String(text));
  return tally;
}

/** The files of the suite in their order: cases that restart parts of the cluster come last. */
function suiteFiles(): string[] {
  const rank = (name: string): number => (name.startsWith('faults') ? 1 : 0);
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.e2e.ts'))
    .toSorted((one, other) => rank(one) - rank(other) || one.localeCompare(other))
    .map((name) => join(import.meta.dirname, name));
}
