// Mistakes of a user on a real cluster, with the messages of docs/failures.md. Permissions, PodSecurity, quota and memory
// are in failure.e2e.ts, registry credentials in login.e2e.ts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chapters } from '../__tests__/bad-inputs/chapters.ts';
import { splitLog } from '../runner/job-log.ts';
import type { ActionResult } from '../runner/run-action.ts';
import { closedPort } from '../support/closed-port.ts';
import { accountName } from './account.ts';
import { account, assertRed, cluster, runBuild, shell, withFiles, type BuildRun } from './build.ts';
import { suite, testCase } from './cases.ts';
import { kubectl } from './kubectl.ts';
import { until } from './poll.ts';

const inNamespace = ['--namespace', account.namespace];
const changeMs = 30_000;
const momentMs = 10_000;

/** The suite's kubeconfig with another text in it. */
function changed(pattern: RegExp, text: string): string {
  const kubeconfig = Buffer.from(account.kubeconfig, 'base64').toString();
  assert.match(kubeconfig, pattern);
  return kubeconfig.replace(pattern, text);
}

const serverPattern = /server: \S+/;
const tokenPattern = /token: \S+/;

/**
 * Fails with exactly the sentence of the document; a name in angle brackets matches any text.
 * @param differences text of the document, and the text of this cluster that replaces it.
 */
function assertSentence(
  result: ActionResult,
  name: string,
  differences: Readonly<Record<string, string>> = {},
): void {
  const found = chapters.flatMap(({ cases }) => cases).find((bad) => bad.name === name);
  assert.ok(found !== undefined, `docs/failures.md has no ${name}`);
  const expected = Object.entries(differences).reduce(
    (sentence, [playground, here]) => sentence.replaceAll(playground, here),
    found.sentence,
  );
  const pattern = expected
    .split(/<[a-z]+>/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const { message } = assertRed(result, new RegExp(`^${pattern.join('.+?')}$`, 's'));
  for (const dump of [/\bat (file|node):/, /\[object /, /\bundefined\b/])
    assert.doesNotMatch(splitLog(result.log).own.join('\n'), dump, message);
}

/** One run of a shell that succeeds unless `inputs` contain a mistake. */
function run(
  inputs: Readonly<Record<string, string>>,
  options: BuildRun = {},
): Promise<ActionResult> {
  return runBuild(shell({ stdin: 'echo foo', ...inputs }), options);
}

async function quickly<T>(use: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await use();
  assert.ok(performance.now() - startedAt < momentMs, 'it did not fail at once');
  return result;
}

suite('bad input: the connection to the cluster', () => {
  testCase('a server that refuses connections', async () => {
    const kubeconfig = changed(serverPattern, `server: https://127.0.0.1:${await closedPort()}`);
    const result = await quickly(() => run({ kubeconfig }));
    assertSentence(result, 'a server that refuses connections');
  });

  testCase('a token that is not valid', async () => {
    const kubeconfig = changed(tokenPattern, 'token: not-the-token');
    assertSentence(await quickly(() => run({ kubeconfig })), 'a token that is not valid');
  });

  testCase('a token whose Secret was deleted', async () => {
    const name = 'bad-input';
    await kubectl(['create', 'secret', 'generic', name, ...inNamespace]);
    const token = await kubectl([
      ...['create', 'token', accountName, ...inNamespace],
      ...['--bound-object-kind=Secret', `--bound-object-name=${name}`],
    ]);
    const kubeconfig = changed(tokenPattern, `token: ${token.trim()}`);
    await kubectl(['delete', 'secret', name, ...inNamespace]);
    await untilRefused(token.trim());
    assertSentence(await quickly(() => run({ kubeconfig })), 'a token that has expired');
  });

  testCase('a namespace that does not exist', async () => {
    const kubeconfig = readFileSync(cluster.adminKubeconfig, 'utf8');
    const namespace = `${account.namespace}-missing`;
    const result = await quickly(() => run({ kubeconfig, namespace }));
    assertSentence(result, 'a namespace that does not exist', {
      'namespace "missing"': `namespace "${namespace}"`,
      'namespaces "missing"': `namespaces "${namespace}"`,
    });
  });

  testCase('a namespace without any RBAC permission', async () => {
    const namespace = `${account.namespace}-missing`;
    const result = await quickly(() => run({ namespace }));
    assertSentence(result, 'a namespace without any RBAC permission', {
      '"missing"': `"${namespace}"`,
    });
  });
});

suite('bad input: the pod', () => {
  testCase('a pod-template with a typo', async () => {
    const result = await quickly(() =>
      run({ 'pod-template': 'spec:\n  prioritiClassName: high\n' }),
    );
    assertSentence(result, 'a pod-template with a typo', { default: account.namespace });
  });

  testCase('a ServiceAccount that does not exist', async () => {
    const result = await quickly(() => run({ 'service-account': 'missing' }));
    assertSentence(result, 'a ServiceAccount that does not exist', {
      default: account.namespace,
    });
  });

  testCase('an image that does not exist', async () => {
    const image = `${cluster.registry}/kbp-e2e/missing:1`;
    const result = await run({ 'builder-image': image });
    assertRed(result, /^the pod cannot start: \w+: .*'builder-image'/);
    assert.ok(splitLog(result.log).own.join('\n').includes(image));
  });

  testCase('an image with upper case', async () => {
    const result = await run({ 'builder-image': 'example/Builder' });
    assertSentence(result, 'an image with upper case');
  });

  testCase('a command that does not exist', async () => {
    const result = await run({ 'builder-command': '/no/such/command' });
    assertRed(
      result,
      /^the builder could not be started \(exit code 12[78]\): .*"?\/no\/such\/command"?.* Correct 'builder-command' or 'builder-image'\.$/s,
    );
  });

  testCase('requests larger than any node', async () => {
    const result = await run({ resources: 'requests.memory=1000Ti', 'start-timeout': '2s' });
    assertRed(
      result,
      /^the pod did not start within 2 s: Unschedulable: .*Insufficient memory.*[^.]\. Lower the requests in 'resources'/,
    );
  });

  testCase('a memory limit that is too small', async () => {
    const result = await run({ stdin: 'exec tail /dev/zero', resources: 'limits.memory=32Mi' });
    assertRed(
      result,
      /^the builder was killed with exit code 137: it exceeded its memory limit of 32Mi\. Raise 'limits\.memory' in 'resources'\.$/,
    );
  });

  testCase('a command that ends well before it has read its stdin', async () => {
    assertRed(
      await runUnread('exit 0'),
      /^the builder ended with exit code 0.*(was not delivered completely|before it read all).*stdin\.$/s,
    );
  });

  testCase('a command that fails before it has read its stdin', async () => {
    const result = await runUnread('exit 3');
    // A server with unread bytes in its socket resets the connection, and its last response is lost with it.
    const { message } = assertRed(
      result,
      /^the builder ended with exit code 3, after \d+ bytes of its stdin/,
    );
    if (!message.includes('the connection to the container was lost'))
      assertSentence(result, 'a command that fails before it has read its stdin');
    else
      assert.match(
        message,
        /Look at the output of the builder in the group "Build"; if .* run the step again\.$/,
      );
  });
});

/** 64 MiB for a command that reads one byte of them. */
function runUnread(end: string): Promise<ActionResult> {
  return withFiles({ 'input.bin': Buffer.alloc(64 * 2 ** 20) }, (directory) =>
    runBuild(
      shell({ 'stdin-file': 'input.bin', 'builder-command': `sh\n-c\nhead -c 1 | wc -c; ${end}` }),
      { directory },
    ),
  );
}

/** The API server refuses the token a moment after its Secret was deleted. */
async function untilRefused(token: string): Promise<void> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  await until('the token is refused', changeMs, async () => {
    const answer = await kubectl(['create', '--filename', '-', '--output', 'json'], {
      input: JSON.stringify(review),
    });
    const { status } = JSON.parse(answer) as { status: { authenticated?: boolean } };
    return status.authenticated === true ? undefined : true;
  });
}
