// Pushes to the registry whose certificate a private CA has signed, and looks for the password in everything that a run leaves.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import {
  account,
  assertGreen,
  cluster,
  kaniko,
  podsOf,
  runBuild,
  withFiles,
  type BuildRun,
  type Inputs,
} from './build.ts';
import { needs } from './cases.ts';
import { kubectl } from './kubectl.ts';
import { readManifest } from './registry.ts';

export const missing = needs('KBP_TLS_REGISTRY', cluster.tlsRegistry);
export const { host, ca, user, password } = cluster.tlsRegistry ?? {
  host: '',
  ca: '',
  user: '',
  password: '',
};
export const credentials = `${user}:${password}`;
/** The password, the base64 in `auth`, and the base64 of the whole file as a Secret contains it. */
export const secrets = [
  password,
  Buffer.from(credentials).toString('base64'),
  Buffer.from(configWith(credentials)).toString('base64'),
];
export const dockerfile = `FROM ${cluster.baseImage}\nCOPY name.txt /name.txt\n`;

/** `config.json` with credentials as `docker login` writes it. */
export function configWith(value: string): string {
  return JSON.stringify({ auths: { [host]: { auth: Buffer.from(value).toString('base64') } } });
}

/** Pushes to the TLS registry. The pod is kept until it is checked for the password, then deleted. */
export async function push(
  name: string,
  inputs: Inputs,
  files: Readonly<Record<string, string>> = {},
  makeEnv: (directory: string) => NonNullable<BuildRun['env']> = () => ({}),
): Promise<ActionResult> {
  const runId = String(randomInt(2 ** 40));
  const workspace = { 'src/Dockerfile': dockerfile, 'src/name.txt': name, ...files };
  return withFiles(workspace, async (directory) => {
    const result = await runBuild(
      kaniko({
        context: 'src',
        tags: `${host}/${account.namespace}/${name}:1`,
        push: 'true',
        'push-retry': '0',
        'keep-pod': 'always',
        'registry-ca': ca,
        ...inputs,
      }),
      { directory, keepsPod: true, env: { GITHUB_RUN_ID: runId, ...makeEnv(directory) } },
    );
    await assertSecret(result, runId);
    return result;
  });
}

/** Neither the job log, the summary, the outputs, the pod nor its events contain the password in any of its forms. */
async function assertSecret({ log, summary, outputs }: ActionResult, runId: string): Promise<void> {
  const pods = await podsOf(runId);
  assert.equal(pods.length, 1, visibleLog(log));
  const events = await kubectl(['get', 'events', '--namespace', account.namespace, '-o', 'json']);
  const name = pods[0]?.metadata?.name ?? '';
  await kubectl(['delete', 'pod', name, '--namespace', account.namespace]);
  const places = {
    log: visibleLog(log),
    summary,
    outputs: JSON.stringify(outputs),
    pod: JSON.stringify(pods),
    events,
  };
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets)
      assert.ok(!text.includes(secret), `the ${place} contains the password`);
  }
}

export async function assertPushed(name: string, result: ActionResult): Promise<void> {
  assertGreen(result);
  const repository = `${account.namespace}/${name}`;
  const manifest = await readManifest({ host, ca, auth: credentials }, repository, '1');
  assert.ok(manifest !== undefined, `${repository} was not pushed`);
  assert.equal(result.outputs['digest'], manifest.digest);
}
