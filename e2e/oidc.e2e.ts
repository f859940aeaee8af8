// Builds without a stored secret: the API server accepts short-lived OIDC tokens of the job.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { readTls } from '../playground/cluster/credentials.ts';
import { visibleLog } from '../runner/job-log.ts';
import { OidcIssuer } from '../runner/oidc-issuer.ts';
import { jwtClaims } from '../src/text/jwt.ts';
import { accountName } from './account.ts';
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
import { kubectl, runProgram } from './kubectl.ts';
import { lab, missingLab } from './lab.ts';
import { until } from './poll.ts';

const audience = 'https://e2e.kube-build-push.example.com';
const caFile = resolve('playground/tls/ca.crt');
const subject = 'repo:acme/app:environment:production';
/** The API server reads a changed configuration within a minute. */
const reloadMs = 90_000;

interface Login {
  readonly issuer: OidcIssuer;
  /** `server`, `ca-cert` and `oidc-audience`. */
  readonly inputs: Inputs;
}

/** Lets the API server accept the tokens of a new issuer, and binds their user to the Role, as long as `use` runs. */
async function withLogin(
  options: { readonly lifeSeconds?: number; readonly sub?: string },
  use: (login: Login) => Promise<void>,
): Promise<void> {
  const { lifeSeconds = 300, sub = subject } = options;
  const tls = readTls('server');
  const issuer = await OidcIssuer.start({
    tls,
    lifeSeconds,
    claims: { sub, repository: 'acme/app' },
  });
  const inNamespace = ['--namespace', account.namespace];
  const binding = ['rolebinding', 'e2e-oidc', ...inNamespace];
  try {
    await lab('oidc', issuer.url, caFile, audience);
    await kubectl(['create', ...binding, `--role=${accountName}`, `--user=oidc:${subject}`]);
    const server = await clusterField('server');
    const authority = await clusterField('certificate-authority-data');
    const inputs = {
      kubeconfig: 'auto',
      server,
      'ca-cert': authority,
      'oidc-audience': audience,
      namespace: account.namespace,
    };
    await withFiles({ 'ca.crt': Buffer.from(authority, 'base64') }, (directory) =>
      until('the API server accepts the issuer', reloadMs, async () => {
        const trust = [`--server=${server}`, `--certificate-authority=${directory}/ca.crt`];
        const token = `--token=${issuer.issue(audience)}`;
        const who = await runProgram('kubectl', [
          '--kubeconfig=/dev/null',
          ...[...trust, token, 'auth', 'whoami'],
        ]);
        return who.includes(`oidc:${sub}`) ? true : undefined;
      }),
    );
    issuer.audiences.length = 0;
    await use({ issuer, inputs });
  } finally {
    await lab('oidc', 'off');
    await kubectl(['delete', ...binding, '--ignore-not-found']);
    await issuer.stop();
  }
}

function clusterField(name: string): Promise<string> {
  const path = `jsonpath={.clusters[0].cluster.${name}}`;
  return kubectl(['config', 'view', '--raw', '--minify', '--flatten', '--output', path]);
}

/** What looks like a JSON Web Token with claims. */
function tokensIn(text: string): readonly string[] {
  return (text.match(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g) ?? []).filter(
    (word) => jwtClaims(word) !== undefined,
  );
}

suite('OIDC login', () => {
  testCase(
    'builds for a minute with tokens that live for 20 seconds',
    () =>
      withLogin({ lifeSeconds: 20 }, async ({ issuer, inputs }) => {
        const files = { Dockerfile: `FROM ${cluster.baseImage}\nRUN sleep 60 && echo slept\n` };
        const tags = `${cluster.registry}/${account.namespace}/oidc:1`;
        const result = await withFiles(files, (directory) =>
          runBuild(kaniko({ ...inputs, tags, push: 'true' }), {
            directory,
            env: issuer.environment,
          }),
        );
        assertGreen(result);
        assert.match(result.outputs['digest'] ?? '', /^sha256:/);
        assert.ok(issuer.audiences.length >= 3, `${issuer.audiences.length} tokens`);
        assert.deepEqual([...new Set(issuer.audiences)], [audience]);
        assert.deepEqual(tokensIn(visibleLog(result.log) + result.summary), []);
        assert.match(visibleLog(result.log), /cluster: inputs 'server' and 'oidc-audience'/);
      }),
    missingLab,
  );

  testCase(
    'reports the permissions that the user of another repository lacks',
    () =>
      withLogin({ sub: 'repo:other/app:ref:refs/heads/main' }, async ({ issuer, inputs }) => {
        const run = { env: issuer.environment };
        const result = await runBuild(shell({ ...inputs, stdin: 'echo foo' }), run);
        assertRed(result, /cannot create resource "pods".* in namespace/);
      }),
    missingLab,
  );

  testCase(
    'reports an audience that the API server does not accept',
    () =>
      withLogin({}, async ({ issuer, inputs }) => {
        const other = { ...inputs, 'oidc-audience': 'https://other.example.com' };
        const run = { env: issuer.environment };
        const result = await runBuild(shell({ ...other, stdin: 'echo foo' }), run);
        assertRed(result, /Unauthorized\. Add the issuer of the OIDC token/);
        assert.ok(issuer.audiences.length <= 6, `${issuer.audiences.length} tokens`);
      }),
    missingLab,
  );
});
