// Compares the playground with a real cluster; see the usage below.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { cases } from '../contract/cases.ts';
import { realCluster, withPlayground } from '../contract/clusters.ts';
import { readRecorded, recordedPath } from '../contract/recorded.ts';
import { compare, failed, runCases } from '../contract/run.ts';
import { renderDocument, renderDifference } from '../contract/table.ts';
import { runCommand, UsageError } from '../support/command.ts';

const usage = `usage: npm run contract -- [--only TEXT] [--record]

Runs the contract cases on the playground and on the cluster of the environment variables KUBECONFIG, KBP_KUBECONFIG,
KBP_NOBODY_KUBECONFIG and KBP_BASE_IMAGE, and prints both results where they differ. Without a cluster, the playground is
compared with the recorded results. The exit code is 1 for a difference that is not known.

  --only TEXT  runs the cases whose name contains the text
  --record     also writes contract/recorded.json and contract/contract.md; needs a cluster
  --help       prints this text`;

const root = resolve(import.meta.dirname, '..');

async function write(path: string, text: string): Promise<void> {
  const filepath = join(root, path);
  writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  console.log(`wrote ${path}`);
}

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { only: { type: 'string' }, record: { type: 'boolean', default: false } },
  });
  const { only = '', record } = values;
  const chosen = cases.filter(({ name }) => name.includes(only));
  const cluster = realCluster(process.env);
  if (cluster === undefined && record)
    throw new UsageError('--record needs a cluster: set its environment variables');
  const source = cluster === undefined ? 'contract/recorded.json' : cluster.account.server;
  console.log(`contract: ${chosen.length} cases on the playground and on ${source}`);
  const [real, playground] = await Promise.all([
    cluster === undefined ? readRecorded() : runCases(cluster, chosen),
    withPlayground((one) => runCases(one, chosen)),
  ]);
  const counts = { equal: 0, known: 0, different: 0 };
  for (const one of chosen) {
    const [is, own] = [real[one.name], playground[one.name] ?? {}];
    const verdict = compare(one, is, own);
    counts[verdict.kind] += 1;
    console.log(`${verdict.kind.padEnd(9)} ${one.name}`);
    if (verdict.kind !== 'equal') console.log(renderDifference(one, verdict, is, own));
  }
  if (record) {
    const broken = chosen.filter(({ name }) => real[name]?.[failed] !== undefined);
    if (broken.length > 0) throw new Error(`not recorded: ${broken.length} cases failed`);
    const all = only === '' ? real : { ...readRecorded(), ...real };
    await write(recordedPath, JSON.stringify(all));
    if (only === '') await write('contract/contract.md', renderDocument(cases, real, playground));
  }
  console.log(
    `contract: ${counts.equal} equal, ${counts.known} known to differ, ${counts.different} different`,
  );
  return counts.different === 0 ? 0 : 1;
}

process.exitCode = await runCommand(usage, main);
