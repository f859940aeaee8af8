// The alternative to the action: `tar | kubectl run -i --rm`, with the pod that the action creates.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import type { BenchCluster } from './cluster.ts';

/** kubectl's own `tar -cz` compresses with level 6. */
export const compressors = { 'gzip -1': 'tar -cf - . | gzip -1', 'gzip -6': 'tar -czf - .' };

/**
 * A shell command that streams its working directory into the pod, waits for its end and removes the pod.
 * @param pod as the action creates it.
 * @param args replace those of the container.
 */
export function referenceCommand(
  { account, kubeconfigPath, directory }: BenchCluster,
  name: string,
  pod: V1Pod,
  compressor: string,
  args: readonly string[] = pod.spec?.containers[0]?.args ?? [],
): string {
  const [container] = pod.spec?.containers ?? [];
  if (container === undefined) throw new Error('the pod has no container');
  const overrides = {
    apiVersion: 'v1',
    spec: { ...pod.spec, containers: [{ ...container, args }] },
  };
  const path = join(directory, `${name}.json`);
  writeFileSync(path, JSON.stringify(overrides));
  const kubectl = [
    `kubectl --kubeconfig ${kubeconfigPath} --namespace ${account.namespace}`,
    `run ${name}-$(date +%s%N) --stdin --rm --quiet --restart=Never`,
    `--image ${container.image ?? ''} --overrides "$(cat ${path})"`,
  ];
  return `${compressor} | ${kubectl.join(' ')}`;
}
