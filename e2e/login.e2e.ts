// Registry credentials for a registry whose certificate a private CA has signed. No output of the run contains them.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { AuditLog } from './audit.ts';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  kaniko,
  podsOf,
  runBuild,
  withFiles,
  type BuildRun,
  type Inputs,
} from './build.ts';
import { needs, suite, testCase } from './cases.ts';
import { kubectl } from './kubectl.ts';
import { readManifest } from './registry.ts';

const missing = needs('KBP_TLS_REGISTRY', cluster.tlsRegistry);
const { host, ca, user, password } = cluster.tlsRegistry ?? {
  host: '',
  ca: '',
  user: '',
  password: '',
};
const credentials = `${user}:${password}`;
/** The password, the base64 in `auth`, and the base64 of the whole file as a Secret contains it. */
const secrets = [
  password,
  Buffer.from(credentials).toString('base64'),
  Buffer.from(configWith(credentials)).toString('base64'),
];
const dockerfile = `FROM ${cluster.baseImage}\nCOPY name.txt /name.txt\n`;

/** `config.json` with credentials as `docker login` writes it. */
function configWith(value: string): string {
  return JSON.stringify({ auths: { [host]: { auth: Buffer.from(value).toString('base64') } } });
}

/** Pushes to the TLS registry. The pod is kept until it is checked for the password, then deleted. */
async function push(
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

async function assertPushed(name: string, result: ActionResult): Promise<void> {
  assertGreen(result);
  const repository = `${account.namespace}/${name}`;
  const manifest = await readManifest({ host, ca, auth: credentials }, repository, '1');
  assert.ok(manifest !== undefined, `${repository} was not pushed`);
  assert.equal(result.outputs['digest'], manifest.digest);
}

suite('registry credentials', () => {
  testCase(
    'pushes with credentials of a Docker configuration file',
    async () => {
      const result = await push(
        'file',
        { 'docker-config': 'docker.json' },
        { 'docker.json': configWith(credentials) },
      );
      await assertPushed('file', result);
    },
    missing,
  );

  testCase(
    'pushes with credentials of a credential helper',
    async () => {
      const answer = JSON.stringify({ ServerURL: host, Username: user, Secret: password });
      const files = {
        'docker/config.json': JSON.stringify({ credHelpers: { [host]: 'e2e' } }),
        'bin/docker-credential-e2e': `#!/bin/sh\ncat >/dev/null\ncat <<'END'\n${answer}\nEND\n`,
      };
      const result = await push('helper', { 'docker-config': 'docker' }, files, (directory) => {
        const programs = join(directory, 'bin');
        chmodSync(join(programs, 'docker-credential-e2e'), 0o755);
        return { PATH: `${programs}:${process.env['PATH'] ?? ''}` };
      });
      await assertPushed('helper', result);
    },
    missing,
  );

  testCase(
    'pushes with credentials of a Secret',
    async () => {
      const namespace = ['--namespace', account.namespace];
      const secret = ['create', 'secret', 'docker-registry', 'e2e-login', ...namespace];
      await kubectl([
        ...secret,
        `--docker-server=${host}`,
        `--docker-username=${user}`,
        `--docker-password=${password}`,
      ]);
      await assertPushed('secret', await push('secret', { 'registry-secret': 'e2e-login' }));
    },
    missing,
  );

  testCase(
    'reports the registry that refuses a wrong password',
    async () => {
      const result = await push(
        'wrong',
        { 'docker-config': 'docker.json' },
        { 'docker.json': configWith(`${user}:not-the-password`) },
      );
      const { message } = assertRed(result, /refuses|refused|Unauthorized|denied/i);
      assert.ok(message.includes(host), `${message}\n${visibleLog(result.log)}`);
    },
    missing,
  );

  testCase(
    'reports a certificate that is not trusted without registry-ca',
    async () => {
      const result = await push(
        'untrusted',
        { 'docker-config': 'docker.json', 'registry-ca': '' },
        { 'docker.json': configWith(credentials) },
      );
      assertRed(result, /certificate of the registry .* is not trusted.*'registry-ca'/);
    },
    missing,
  );

  testCase(
    'sends no credentials to the API server',
    async () => {
      const { audited } = cluster;
      assert.ok(audited !== undefined);
      const requests = new AuditLog(audited.log);
      const files = {
        'src/Dockerfile': dockerfile,
        'src/name.txt': 'audited',
        'docker.json': configWith(credentials),
      };
      const result = await withFiles(files, (directory) =>
        runBuild(
          kaniko({
            kubeconfig: readFileSync(audited.kubeconfig, 'utf8'),
            context: 'src',
            tags: `${host}/${account.namespace}/audited:1`,
            push: 'true',
            'registry-ca': ca,
            'docker-config': 'docker.json',
          }),
          { directory },
        ),
      );
      await assertPushed('audited', result);
      const name = result.outputs['pod-name'];
      const ofPod = requests.requests().filter((request) => request.name === name);
      const [create] = ofPod.filter(({ verb }) => verb === 'create');
      assert.match(create?.text ?? '', /"requestObject":\{.*"stdinOnce":true/);
      for (const { text } of ofPod)
        for (const secret of secrets)
          assert.ok(!text.includes(secret), `${text} contains the password`);
    },
    missing ?? needs('KBP_AUDIT_LOG', cluster.audited),
  );
});
