import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../../src/io/clock.ts';
import { commandRunner } from '../../src/io/exec.ts';
import { connect } from '../../src/io/kube/connection.ts';
import { RestClient } from '../../src/io/kube/rest.ts';
import type { KubeconfigCase } from './case.ts';
import type { Stage } from './stage.ts';

/** The error of a client; undefined if its request was answered. */
export type Failure = string | undefined;

/** Lists pods with the connection of the action and `kubeconfig: auto`. */
export async function askAction({ context }: KubeconfigCase, { env }: Stage): Promise<Failure> {
  const variables = { ...env, PATH: process.env['PATH'] ?? '' };
  const kube = { kubeconfig: 'auto' as const, context, namespace: undefined };
  const runner = { run: commandRunner(variables), mask: () => undefined };
  const { signal } = new AbortController();
  try {
    const connection = connect(kube, variables, runner);
    const rest = new RestClient(connection, systemClock);
    const path = `/api/v1/namespaces/${connection.namespace}/pods`;
    await rest.json({ method: 'GET', path, signal }, (list) => list, false);
    return undefined;
  } catch (error) {
    return Error.isError(error) ? error.message : String(error);
  }
}

/** Lists pods with the kubectl of the PATH. */
export function askKubectl(
  { context }: KubeconfigCase,
  { env, directory }: Stage,
): Promise<Failure> {
  const args = ['get', 'pods', '--cache-dir', join(directory, 'cache'), '--request-timeout', '2s'];
  const variables = { ...env, PATH: process.env['PATH'] ?? '' };
  return new Promise((resolve) => {
    const chosen = context === undefined ? [] : ['--context', context];
    const child = execFile(
      'kubectl',
      [...args, ...chosen],
      { env: variables },
      (error, _stdout, stderr) => {
        resolve(error === null ? undefined : stderr.trim());
      },
    );
    child.stdin?.end();
  });
}
