import { readFileSync } from 'node:fs';
import { startCluster } from '../playground/cluster.ts';
import { connect, type Connection } from '../src/io/kube/connection.ts';
import { parseKubeconfig } from '../src/kubeconfig/document.ts';
import type { ContractCluster } from './session.ts';

/** The cluster of the environment variables; undefined without one. */
export function realCluster(
  environment: Readonly<Record<string, string | undefined>>,
): ContractCluster | undefined {
  const admin = environment['KUBECONFIG'];
  const account = environment['KBP_KUBECONFIG'];
  const nobody = environment['KBP_NOBODY_KUBECONFIG'];
  const image = environment['KBP_BASE_IMAGE'];
  if (!admin || !account || !nobody || !image) return undefined;
  const connectTo = (file: string): Connection => connectBy(readFileSync(file, 'utf8'));
  return {
    admin: connectTo(admin),
    account: connectTo(account),
    nobody: connectTo(nobody),
    image,
  };
}

/** Runs a function on a playground of its own. */
export async function withPlayground<T>(run: (cluster: ContractCluster) => Promise<T>): Promise<T> {
  const playground = await startCluster();
  try {
    const namespace = 'builds';
    return await run({
      account: connectBy(playground.kubeconfig({ namespace })),
      admin: connectBy(playground.kubeconfig({ namespace })),
      nobody: connectBy(playground.kubeconfig({ namespace, auth: 'nobody' })),
      image: 'registry.example/library/busybox:1',
    });
  } finally {
    await playground.close();
  }
}

function connectBy(kubeconfig: string): Connection {
  const runner = {
    run: () => Promise.reject(new Error('no exec plugin is run')),
    mask: () => undefined,
  };
  const kube = {
    kubeconfig: parseKubeconfig(kubeconfig),
    context: undefined,
    namespace: undefined,
  };
  return connect(kube, {}, runner);
}
