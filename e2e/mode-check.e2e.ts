// mode: check with each kind of user, in namespaces that admit the builder pod or refuse it. Nothing is created.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { accountName, createAccount, type RunAccount } from './account.ts';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  kaniko,
  runBuild,
  shell,
  withFiles,
  type Inputs,
} from './build.ts';
import { suite, testCase } from './cases.ts';
import { getObject, kubectl } from './kubectl.ts';

const admitted = /^pod +ok +a dry run was admitted/m;
const refused = {
  restricted: /^pod +failed .*violates PodSecurity "restricted:latest"/m,
  quota: /^pod +failed .*exceeded quota: kube-build-push/m,
};

/** A namespace of the kit, changed with kubectl, as long as `use` runs. */
async function withNamespace(
  files: Parameters<typeof createAccount>[0],
  change: (namespace: string) => readonly string[],
  use: (created: RunAccount) => Promise<void>,
): Promise<void> {
  const created = await createAccount(files);
  try {
    await kubectl(change(created.namespace));
    await use(created);
  } finally {
    await created.remove();
  }
}

function withRestricted(use: (created: RunAccount) => Promise<void>): Promise<void> {
  const level = 'pod-security.kubernetes.io/enforce=restricted';
  const change = (name: string): string[] => ['label', 'namespace', name, level, '--overwrite'];
  return withNamespace(['rbac.yaml'], change, use);
}

function withQuota(use: (created: RunAccount) => Promise<void>): Promise<void> {
  const patch = JSON.stringify({ spec: { hard: { 'requests.memory': '1Mi' } } });
  const change = (name: string): string[] => [
    ...['patch', 'resourcequota', 'kube-build-push', '--namespace', name],
    ...['--type=merge', `--patch=${patch}`],
  ];
  return withNamespace(['rbac.yaml', 'limits.yaml'], change, use);
}

/** The kubeconfig of an account with another token. */
function withToken({ kubeconfig }: { readonly kubeconfig: string }, token: string): string {
  const text = Buffer.from(kubeconfig, 'base64').toString();
  return text.replace(/token: ".*"/, `token: "${token}"`);
}

/** A token of the ServiceAccount that every namespace has, which has no permission. */
async function rightless(created: {
  readonly namespace: string;
  readonly kubeconfig: string;
}): Promise<string> {
  const token = await kubectl(['create', 'token', 'default', '--namespace', created.namespace]);
  return withToken(created, token.trim());
}

function broken(created: { readonly kubeconfig: string }): string {
  return withToken(created, 'not-a-token');
}

const admin = (): string => readFileSync(cluster.adminKubeconfig, 'utf8');

/** The check of a build with kaniko that pushes; the lines of the table, without the log of the preparation. */
async function check(
  namespace: string,
  kubeconfig: string,
  inputs: Inputs = {},
): Promise<ActionResult & { readonly table: string }> {
  const files = { Dockerfile: `FROM ${cluster.baseImage}\n` };
  const tags = `${cluster.registry}/${namespace}/checked:1`;
  const all = { mode: 'check', kubeconfig, namespace, tags, push: 'true', ...inputs };
  const result = await withFiles(files, (directory) => runBuild(kaniko(all), { directory }));
  const pods = await getObject<{ items: unknown[] }>([
    'pods',
    '--namespace',
    namespace,
    // Other cases have pods of their own in the namespace.
    '--selector',
    'app.kubernetes.io/managed-by=kube-build-push',
  ]);
  assert.deepEqual(pods?.items ?? [], [], 'a check has created a pod');
  return { ...result, table: splitLog(result.log).own.join('\n') };
}

async function assertPossible(namespace: string, kubeconfig: string, user: RegExp): Promise<void> {
  const result = await check(namespace, kubeconfig);
  assertGreen(result);
  assert.match(result.table, admitted);
  assert.match(result.table, user);
  assert.match(result.table, /^cluster +ok +https:\S+, Kubernetes 1\.\d+$/m);
  assert.match(
    result.table,
    /^registry of \S+ +(?:ok|warning) +no credentials found; the (?:tag|repository) does not exist/m,
  );
  assert.match(result.table, /^A build can start\.$/m);
}

async function assertRefused(namespace: string, kubeconfig: string, reason: RegExp): Promise<void> {
  const result = await check(namespace, kubeconfig);
  assertRed(
    result,
    /^a build cannot start: 1 of \d+ checks failed: pod\. creating a pod in namespace/,
  );
  assert.match(result.table, reason);
  assert.match(result.table, /^create pods\/attach +ok$/m);
}

async function assertRightless(namespace: string, kubeconfig: string): Promise<void> {
  const result = await check(namespace, kubeconfig);
  assertRed(result, /^a build cannot start: 6 of \d+ checks failed: create pods, get pods, /);
  assert.match(result.table, /^pod +not checked +it needs the permission to create pods$/m);
  assert.match(result.table, /^kind: Role$/m);
}

async function assertBroken(namespace: string, kubeconfig: string): Promise<void> {
  const result = await check(namespace, kubeconfig);
  assertRed(result, /^a build cannot start: 1 of \d+ checks failed: cluster\. .*Unauthorized\./);
  assert.match(result.table, /^permissions +not checked/m);
}

const serviceAccount = new RegExp(`^user +ok +system:serviceaccount:\\S+:${accountName}$`, 'm');

suite('mode check', () => {
  testCase('in a baseline namespace', async () => {
    const { namespace } = account;
    await assertPossible(namespace, admin(), /^user +ok +\S+$/m);
    await assertPossible(namespace, account.kubeconfig, serviceAccount);
    await assertRightless(namespace, await rightless(account));
    await assertBroken(namespace, broken(account));
  });

  testCase('in a restricted namespace', () =>
    withRestricted(async (created) => {
      const { namespace, kubeconfig } = created;
      await assertRefused(namespace, admin(), refused.restricted);
      await assertRefused(namespace, kubeconfig, refused.restricted);
      await assertRightless(namespace, await rightless(created));
      await assertBroken(namespace, broken(created));
    }),
  );

  testCase('in a namespace whose quota is exhausted', () =>
    withQuota(async (created) => {
      const { namespace, kubeconfig } = created;
      await assertRefused(namespace, admin(), refused.quota);
      await assertRefused(namespace, kubeconfig, refused.quota);
      await assertRightless(namespace, await rightless(created));
      await assertBroken(namespace, broken(created));
    }),
  );

  testCase('prints a Role that permits a build', () =>
    withNamespace(
      ['rbac.yaml'],
      (name) => ['delete', 'rolebinding', accountName, '--namespace', name],
      async ({ namespace, kubeconfig }) => {
        const before = await check(namespace, kubeconfig);
        assertRed(before, /checks failed: create pods/);
        const role = /^apiVersion: rbac[^]*?^ {2}- \{ kind: .*$/m.exec(before.table)?.[0] ?? '';
        await kubectl(['apply', '--filename', '-'], { input: role });
        await assertPossible(namespace, kubeconfig, serviceAccount);
        const built = await runBuild(shell({ kubeconfig, namespace, stdin: 'echo built' }));
        assertGreen(built);
      },
    ),
  );

  testCase('reports a namespace that does not exist, and an unreachable API server', async () => {
    const missing = await check('kbp-e2e-missing', admin());
    assertRed(missing, /namespaces "kbp-e2e-missing" not found/);
    const elsewhere = admin().replace(/server: .*/, 'server: https://127.0.0.1:1');
    const unreachable = await check(account.namespace, elsewhere);
    assertRed(unreachable, /checks failed: cluster\. .*cannot be reached/);
  });

  testCase('runs in short form after a pod was refused', () =>
    withQuota(async ({ namespace, kubeconfig }) => {
      const result = await runBuild(shell({ kubeconfig, namespace, stdin: 'echo foo' }));
      assertRed(result, /exceeded quota: kube-build-push/);
      const log = visibleLog(result.log);
      assert.match(log, serviceAccount);
      assert.match(log, /^build +failed .*exceeded quota: kube-build-push/m);
      assert.doesNotMatch(log, /^build context/m);
    }),
  );
});
