// A namespace of the run with the ServiceAccount that users get: examples/cluster, unchanged.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kubectl, runProgram } from './kubectl.ts';

export interface Account {
  readonly namespace: string;
  /** Base64, as users store it in a secret of the repository. */
  readonly kubeconfig: string;
}

/** Manifests of examples/cluster. */
export type KitFile = 'rbac.yaml' | 'limits.yaml' | 'network.yaml';

/** Created for one run of the suite. */
export interface RunAccount extends Account {
  /** The environment variables with which the test files find it. */
  readonly variables: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

const example = resolve(import.meta.dirname, '../examples/cluster');
const names = { namespace: 'E2E_NAMESPACE', kubeconfig: 'E2E_KUBECONFIG' } as const;

/** Name of the ServiceAccount and its Role in rbac.yaml. */
export const accountName = 'kube-build-push';

export async function createAccount(
  files: readonly KitFile[] = ['rbac.yaml'],
): Promise<RunAccount> {
  const namespace = `kbp-e2e-${randomBytes(4).toString('hex')}`;
  const remove = async (): Promise<void> => {
    await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s']);
  };
  try {
    const input = files.map((file) => manifestFor(file, namespace)).join('\n---\n');
    await kubectl(['apply', '--filename', '-'], { input });
    const script = join(example, 'kubeconfig.sh');
    const kubeconfig = (await runProgram('sh', [script, namespace])).trim();
    const variables = { [names.namespace]: namespace, [names.kubeconfig]: kubeconfig };
    return { namespace, kubeconfig, variables, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The ServiceAccount that scripts/e2e.ts created. @throws if the file was not started by scripts/e2e.ts. */
export function runAccount(environment: NodeJS.ProcessEnv): Account {
  const namespace = environment[names.namespace];
  const kubeconfig = environment[names.kubeconfig];
  if (namespace === undefined || kubeconfig === undefined) {
    throw new Error('start these tests with: npm run e2e');
  }
  return { namespace, kubeconfig };
}

/** A manifest for another namespace, changed as its first comment describes. */
function manifestFor(file: KitFile, namespace: string): string {
  return readFileSync(join(example, file), 'utf8').replace(
    /((?:name|namespace): )builds$/gm,
    `$1${namespace}`,
  );
}
