// Registry credentials for a registry whose certificate a private CA has signed. No output of the run contains them.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { visibleLog } from '../runner/job-log.ts';
import { AuditLog } from './audit.ts';
import { account, assertRed, cluster, kaniko, runBuild, withFiles } from './build.ts';
import { needs, suite, testCase } from './cases.ts';
import { kubectl } from './kubectl.ts';
import {
  assertPushed,
  ca,
  configWith,
  credentials,
  dockerfile,
  host,
  missing,
  password,
  push,
  secrets,
  user,
} from './tls-push.ts';

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
