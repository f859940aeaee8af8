import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount, type Account } from '../e2e/account.ts';
import { testCluster, type TestCluster } from '../e2e/cluster.ts';

/** A cluster to measure on, with the ServiceAccount and Role of examples/cluster. */
export interface BenchCluster extends TestCluster {
  readonly account: Account;
  /** The kubeconfig of the ServiceAccount, YAML. */
  readonly kubeconfig: string;
  /** Path of a file with the same content. */
  readonly kubeconfigPath: string;
  /** A temporary directory. */
  readonly directory: string;
}

/** Runs `use` on the cluster of the environment variables, see CONTRIBUTING.md; without one it prints a message. */
export async function onCluster(
  what: string,
  use: (cluster: BenchCluster) => Promise<void>,
): Promise<void> {
  const cluster = testCluster(process.env);
  if (cluster === undefined) {
    console.log(`\n${what}: SKIPPED, no cluster`);
    return;
  }
  const account = await createAccount();
  const directory = mkdtempSync(join(tmpdir(), 'kbp-bench-'));
  try {
    const kubeconfig = Buffer.from(account.kubeconfig, 'base64').toString('utf8');
    const kubeconfigPath = join(directory, 'kubeconfig');
    writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });
    await use({ ...cluster, account, kubeconfig, kubeconfigPath, directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
    await account.remove();
  }
}
