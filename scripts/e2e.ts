// Runs the end-to-end tests; see the usage below.
import { parseArgs } from 'node:util';
import { createAccount } from '../e2e/account.ts';
import { testCluster } from '../e2e/cluster.ts';
import { runSuite, type Tally } from '../e2e/suite.ts';
import { runCommand } from '../support/command.ts';

const usage = `usage: npm run e2e -- [--only PATTERN]

Runs e2e/*.e2e.ts against the cluster of the environment variables in CONTRIBUTING.md, in a namespace of its own.
Without a cluster it prints "e2e: SKIPPED, no cluster" and succeeds.

  --only PATTERN  runs the cases whose name matches the regular expression
  --help          prints this text`;

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options: { only: { type: 'string' } } });
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
    tally = await runSuite(values.only, stop.signal);
  } finally {
    await account.remove();
  }
  const { passed, failed, skipped } = tally;
  for (const line of skipped) console.log(`skipped: ${line}`);
  console.log(`e2e: ran ${passed + failed}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

process.exitCode = await runCommand(usage, main);
