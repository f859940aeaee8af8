// Runs e2e/*.e2e.ts against the cluster that the environment names, in a namespace of its own:
//
//   npm run e2e
//   npm run e2e -- --only 'name pattern'
//
// Without a cluster it says so and succeeds.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { createAccount } from '../e2e/account.ts';
import { testCluster } from '../e2e/cluster.ts';

interface Tally {
  passed: number;
  failed: number;
  /** `name: reason` of everything that was not run. */
  readonly skipped: string[];
}

const root = resolve(import.meta.dirname, '..');
/** A file whose calls hang is ended; the slowest one takes a third of this. */
const fileTimeoutMs = 20 * 60_000;

/** The suite's files in their order: what restarts parts of the cluster comes last. */
function suiteFiles(): string[] {
  const rank = (name: string): number => (name.startsWith('faults') ? 1 : 0);
  return readdirSync(join(root, 'e2e'))
    .filter((name) => name.endsWith('.e2e.ts'))
    .toSorted((one, other) => rank(one) - rank(other) || one.localeCompare(other))
    .map((name) => join(root, 'e2e', name));
}

async function runFiles(only: string | undefined, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: [] };
  const files = suiteFiles();
  const events = run({
    files,
    concurrency: 1,
    timeout: fileTimeoutMs,
    signal,
    ...(only !== undefined && { testNamePatterns: [only] }),
  });
  // A suite is not a test, nor is a file that ran; a file that did not run to its end is a failure.
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

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const cluster = testCluster(process.env);
  if (cluster === undefined) {
    console.log('e2e: SKIPPED, no cluster');
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort();
    });
  }
  const account = await createAccount();
  let tally: Tally;
  try {
    Object.assign(process.env, account.variables);
    console.log(`e2e: namespace ${account.namespace}`);
    tally = await runFiles(values.only, stop.signal);
  } finally {
    await account.remove();
  }
  const { passed, failed, skipped } = tally;
  for (const line of skipped) console.log(`skipped: ${line}`);
  console.log(`e2e: ran ${passed + failed}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

process.exitCode = await main();
