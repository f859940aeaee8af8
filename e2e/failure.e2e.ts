// Messages of failed steps. No pod is left after a failure.
import assert from 'node:assert/strict';
import type { V1Role } from '@kubernetes/client-node';
import { splitLog } from '../runner/job-log.ts';
import { accountName } from './account.ts';
import { account, assertGreen, assertRed, runBuild, script, shell } from './build.ts';
import { suite, testCase } from './cases.ts';
import { getObject, kubectl } from './kubectl.ts';
import { until } from './poll.ts';

const inNamespace = ['--namespace', account.namespace];
const subject = `system:serviceaccount:${account.namespace}:${accountName}`;
const changeMs = 30_000;

interface Permission {
  readonly verb: string;
  readonly resource: string;
}

const required: readonly Permission[] = [
  { verb: 'create', resource: 'pods' },
  { verb: 'get', resource: 'pods' },
  { verb: 'delete', resource: 'pods' },
  { verb: 'get', resource: 'pods/attach' },
  { verb: 'create', resource: 'pods/attach' },
  { verb: 'get', resource: 'pods/log' },
];
const optional: readonly Permission[] = [
  { verb: 'watch', resource: 'pods' },
  { verb: 'list', resource: 'events' },
];

async function readRole(): Promise<V1Role> {
  const role = await getObject<V1Role>(['role', accountName, ...inNamespace]);
  assert.ok(role !== undefined);
  return role;
}

async function writeRules(rules: V1Role['rules']): Promise<void> {
  const patch = JSON.stringify({ rules });
  await kubectl(['patch', 'role', accountName, ...inNamespace, '--type=merge', `--patch=${patch}`]);
}

/** Waits until the API server applies the changed Role. */
async function untilAllowed({ verb, resource }: Permission, allowed: boolean): Promise<void> {
  const [name = '', subresource] = resource.split('/');
  const question = [
    ...['auth', 'can-i', verb, name, `--as=${subject}`, ...inNamespace],
    ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
  ];
  await until(`${verb} ${resource}: ${allowed ? 'yes' : 'no'}`, changeMs, async () => {
    // kubectl exits with 1 for "no".
    const answer = await kubectl(question).catch(() => 'no');
    return answer.trim() === (allowed ? 'yes' : 'no') ? true : undefined;
  });
}

/** Runs with one permission less. */
async function without<T>(permission: Permission, use: () => Promise<T>): Promise<T> {
  const { rules = [] } = await readRole();
  const reduced = rules
    .map((rule) =>
      rule.resources?.includes(permission.resource) === true
        ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== permission.verb) }
        : rule,
    )
    .filter(({ verbs }) => verbs.length > 0);
  await writeRules(reduced);
  try {
    await untilAllowed(permission, false);
    return await use();
  } finally {
    await writeRules(rules);
    await untilAllowed(permission, true);
  }
}

/** The suite's kubeconfig with another token. */
function withToken(change: (token: string) => string): string {
  return Buffer.from(account.kubeconfig, 'base64')
    .toString()
    .replace(/(token: ")([^"]+)"/, (_, head: string, token: string) => `${head}${change(token)}"`);
}

/** The step did not try to create a pod: it sets the output `pod-name` before it creates one. */
function assertNoPod({ outputs }: { readonly outputs: Readonly<Record<string, string>> }): void {
  assert.equal(outputs['pod-name'] ?? '', '');
}

suite('missing permissions', () => {
  for (const permission of required) {
    const { verb, resource } = permission;
    testCase(`creates no pod without ${verb} ${resource}`, async () => {
      const result = await without(permission, () => runBuild(shell({ stdin: 'echo foo' })));
      const { message } = assertRed(
        result,
        new RegExp(`cannot ${verb} resource "${resource}" in namespace`),
      );
      const rule = `- {apiGroups: [""], resources: [${resource}], verbs: [${verb}]}`;
      assert.ok(message.includes(rule), message);
      assertNoPod(result);
    });
  }

  for (const permission of optional) {
    testCase(`succeeds without ${permission.verb} ${permission.resource}`, async () => {
      const result = await without(permission, () => runBuild(shell({ stdin: 'echo foo' })));
      assertGreen(result);
      assert.deepEqual(splitLog(result.log).mirrored, ['foo']);
    });
  }

  testCase('reports all missing permissions of a ServiceAccount', async () => {
    await kubectl(['create', 'serviceaccount', 'nobody', ...inNamespace]);
    const token = (await kubectl(['create', 'token', 'nobody', ...inNamespace])).trim();
    const result = await runBuild(shell({ stdin: 'echo foo', kubeconfig: withToken(() => token) }));
    const { message } = assertRed(result, /cannot create resource "pods"/);
    for (const { verb, resource } of required)
      assert.ok(message.includes(`${verb} resource "${resource}"`), message);
    assertNoPod(result);
  });

  testCase('reports an invalid token', async () => {
    const broken = withToken((token) => `${token.slice(0, -8)}AAAAAAAA`);
    const result = await runBuild(shell({ stdin: 'echo foo', kubeconfig: broken }));
    assertRed(result, /Unauthorized.*token or client certificate is invalid or has expired/);
    assertNoPod(result);
  });
});

suite('pods that the API server refuses', () => {
  testCase('reports a privileged builder that PodSecurity refuses', async () => {
    const template =
      'spec:\n  containers:\n  - {name: $builder, securityContext: {privileged: true}}';
    const result = await runBuild(shell({ stdin: 'echo foo', 'pod-template': template }));
    assertRed(result, /violates PodSecurity "baseline.*privileged.*'pod-template'/);
  });

  testCase('reports a pod that exceeds a ResourceQuota', async () => {
    await kubectl(['create', 'quota', 'none', '--hard=pods=0', ...inNamespace]);
    try {
      await until('the quota has a status', changeMs, async () => {
        const quota = await getObject<{ status?: { hard?: object } }>([
          'quota',
          'none',
          ...inNamespace,
        ]);
        return quota?.status?.hard;
      });
      const result = await runBuild(shell({ stdin: 'echo foo' }));
      assertRed(result, /exceeded quota: none.*ResourceQuota/);
    } finally {
      await kubectl(['delete', 'quota', 'none', ...inNamespace]);
    }
  });
});

suite('pods that do not start', () => {
  testCase('reports that no node matches', async () => {
    const result = await runBuild(
      shell({
        stdin: 'echo foo',
        'node-selector': 'kbp-e2e/none=true',
        'start-timeout': '3s',
      }),
    );
    assertRed(result, /did not start within 3 s: Unschedulable.*'node-selector'/);
  });

  testCase('reports an image that does not exist', async () => {
    const image = `${shell({})['builder-image'] ?? ''}-missing`;
    const result = await runBuild(shell({ stdin: 'echo foo', 'builder-image': image }));
    assertRed(result, /the pod cannot start: (ErrImagePull|ImagePullBackOff).*'builder-image'/);
  });

  testCase('reports a command that does not exist', async () => {
    const result = await runBuild(shell({ stdin: 'x', 'builder-command': '/no/such/command' }));
    assertRed(result, /could not be started.*\/no\/such\/command/);
  });
});

suite('builders that fail', () => {
  testCase('reports a builder that exceeds its memory limit', async () => {
    const result = await runBuild(
      shell({ stdin: 'exec tail /dev/zero', resources: 'limits.memory=64Mi' }),
    );
    assertRed(result, /exit code 137.*memory limit of 64Mi/);
    assert.equal(result.outputs['exit-code'], '137');
  });

  testCase('reports a builder that exceeds the timeout', async () => {
    const result = await runBuild(shell({ stdin: 'echo begun; sleep 300', timeout: '20s' }));
    assertRed(result, /did not end within its timeout of 20 s; last state: running/);
    assert.ok(splitLog(result.log).mirrored.includes('begun'));
  });
});

suite('output', () => {
  testCase('is mirrored unchanged, and its workflow commands have no effect', async () => {
    const long = 100_000;
    const text = [
      String.raw`printf '::error::x\n::add-mask::foo\n::set-output name=digest::y\n##[error]z\n'`,
      String.raw`printf 'one\rtwo\n\n  indented\t\n'`,
      String.raw`printf 'caf\303\251 \377\376 end\n'`,
      `head -c ${long} /dev/zero | tr '\\0' x; echo`,
      `printf '::error::no newline at the end'`,
    ].join('\n');
    const result = await runBuild(script(`cat >/dev/null\n${text}`, { stdin: 'x' }));
    assertGreen(result);
    const { mirrored, own } = splitLog(result.log);
    assert.deepEqual(mirrored, [
      '::error::x',
      '::add-mask::foo',
      '::set-output name=digest::y',
      '##[error]z',
      'one\rtwo',
      '',
      '  indented\t',
      'café \uFFFD\uFFFD end',
      'x'.repeat(long),
      '::error::no newline at the end',
    ]);
    assert.ok(!own.some((line) => line.startsWith('::error') || line.includes('##[')));
    assert.equal(result.outputs['digest'] ?? '', '');
  });
});
