// Attacks that need a kubelet: texts that name a Secret of the pod, and what the pod may do on the node.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import { createAccount } from './account.ts';
import {
  account,
  assertGreen,
  assertRed,
  cluster,
  kaniko,
  runBuild,
  script,
  withFiles,
} from './build.ts';
import { suite, testCase } from './cases.ts';
import { kubectl } from './kubectl.ts';
import { readConfig, readManifest } from './registry.ts';

const inNamespace = ['--namespace', account.namespace];
const secretName = 'attack-npm';
const token = randomBytes(16).toString('hex');

/** Input `pod-template` for the builder container. */
function template(container: object): string {
  return JSON.stringify({ spec: { containers: [{ name: '$builder', ...container }] } });
}

const withToken = template({
  env: [{ name: 'NPM_TOKEN', valueFrom: { secretKeyRef: { name: secretName, key: 'token' } } }],
});

/** Runs with the Secret that `withToken` names. */
async function withSecret(use: () => Promise<void>): Promise<void> {
  const literal = `--from-literal=token=${token}`;
  await kubectl(['create', 'secret', 'generic', secretName, literal, ...inNamespace]);
  try {
    await use();
  } finally {
    await kubectl(['delete', 'secret', secretName, ...inNamespace]);
  }
}

/** Prints its arguments, and the variables TITLE and OTHER. */
const printer = 'cat >/dev/null; printf "%s\\n" "$@" "$TITLE" "$OTHER"';
const awkward = ['$', '$$', '$(NPM_TOKEN)', '$$(NPM_TOKEN)', 'a$$b', '$(UNKNOWN)', '$(NPM_TOKEN'];
const printing = {
  ...script(printer, { context: '.', 'pod-template': withToken }),
  'builder-args': ['-c', `"${printer.replaceAll('"', '""')}"`, 'sh', ...awkward].join('\n'),
  'builder-env': 'TITLE=$(NPM_TOKEN)\nOTHER=$$(TITLE)$(TITLE)$$',
};

suite('build / texts of inputs', () => {
  testCase('build / a label and a build argument that name a Secret of the pod', () =>
    withSecret(async () => {
      const repository = `${account.namespace}/labels`;
      const files = {
        Dockerfile: `FROM ${cluster.baseImage}\nARG PASSWORD\nARG TITLE\nRUN echo "<$PASSWORD> <$TITLE>"\n`,
      };
      const result = await withFiles(files, (directory) =>
        runBuild(
          kaniko({
            tags: `${cluster.registry}/${repository}:1`,
            push: 'true',
            'build-args': 'PASSWORD=pa$$word\nTITLE=$(NPM_TOKEN)',
            labels: 'title=$(NPM_TOKEN)\nprice=$$5$',
            'builder-args': '--label=argument=$(NPM_TOKEN)',
            'builder-env': 'NOTE=$(NPM_TOKEN)',
            'pod-template': withToken,
          }),
          { directory },
        ),
      );
      assertGreen(result);
      assert.ok(!visibleLog(result.log).includes(token));
      assert.ok(splitLog(result.log).mirrored.includes('<pa$$word> <$(NPM_TOKEN)>'));
      const registry = { host: cluster.registry };
      const manifest = await readManifest(registry, repository, '1');
      assert.ok(manifest !== undefined);
      const { config } = await readConfig(registry, repository, manifest);
      assert.deepEqual(config?.Labels, {
        title: '$(NPM_TOKEN)',
        price: '$$5$',
        argument: '$(NPM_TOKEN)',
      });
    }),
  );

  testCase('build / arguments and variables of a custom builder that name a Secret', () =>
    withSecret(async () => {
      const result = await withFiles({ a: 'a' }, (directory) => runBuild(printing, { directory }));
      assertGreen(result);
      assert.deepEqual(splitLog(result.log).mirrored, [
        ...awkward,
        '$(NPM_TOKEN)',
        '$$(TITLE)$(TITLE)$$',
      ]);
    }),
  );

  testCase('build / expand-variables expands them', () =>
    withSecret(async () => {
      const result = await withFiles({ a: 'a' }, (directory) =>
        runBuild({ ...printing, 'expand-variables': 'true' }, { directory }),
      );
      assertGreen(result);
      assert.deepEqual(splitLog(result.log).mirrored, [
        ...['$', '$', token, '$(NPM_TOKEN)', 'a$b', '$(UNKNOWN)', '$(NPM_TOKEN'],
        // In the environment, variables of pod-template come after those of builder-env.
        '$(NPM_TOKEN)',
        '$(TITLE)$(NPM_TOKEN)$',
      ]);
    }),
  );
});

/** Mode 2 is a filter, 0 is none. */
const printMode = 'grep ^Seccomp: /proc/self/status';

suite('build / the pod', () => {
  testCase('build / a custom builder runs with the seccomp filter of the runtime', async () => {
    const run = script(`cat >/dev/null; ${printMode}`, { stdin: 'x' });
    const filtered = await runBuild(run);
    assertGreen(filtered);
    assert.deepEqual(splitLog(filtered.log).mirrored, ['Seccomp:\t2']);
  });

  testCase('build / RUN in kaniko runs with the seccomp filter of the runtime', async () => {
    const files = { Dockerfile: `FROM ${cluster.baseImage}\nRUN ${printMode}\n` };
    const result = await withFiles(files, (directory) => runBuild(kaniko({}), { directory }));
    assertGreen(result);
    assert.ok(splitLog(result.log).mirrored.includes('Seccomp:\t2'));
  });

  testCase('build / host-users: false gives a user namespace, or ends the step', async () => {
    const run = script('cat >/dev/null; cat /proc/self/uid_map', { stdin: 'x' });
    const result = await runBuild({ ...run, 'host-users': 'false' });
    if (result.main === 0) {
      const [map = ''] = splitLog(result.log).mirrored;
      assert.match(map, /^\s*0\s+[1-9]\d*\s+\d+$/);
      return;
    }
    const error = assertRed(result, /user namespaces|idmap|dropped hostUsers/);
    assert.match(error.message, /'host-users'/);
  });

  testCase('build / the quota, limits and network policy of the kit allow a build', async () => {
    const kit = await createAccount(['rbac.yaml', 'limits.yaml', 'network.yaml']);
    try {
      const { kubeconfig } = kit;
      const files = { Dockerfile: `FROM ${cluster.baseImage}\nRUN echo "built"\n` };
      const tags = `${cluster.registry}/${kit.namespace}/kit:1`;
      const result = await withFiles(files, (directory) =>
        runBuild(kaniko({ kubeconfig, tags, push: 'true' }), { directory }),
      );
      assertGreen(result);
      assert.ok(splitLog(result.log).mirrored.includes('built'));
      const resources = 'limits.memory=32Gi';
      const large = await runBuild({ ...script('cat', { stdin: 'foo' }), kubeconfig, resources });
      assertRed(large, /maximum memory usage per Container is 16Gi.*LimitRange of the namespace/s);
    } finally {
      await kit.remove();
    }
  });
});
