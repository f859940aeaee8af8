import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { BuildError, ProgramTimeout } from '../../../../src/errors.ts';
import { connect, type Connection } from '../../../../src/io/kube/connection.ts';
import { parseKubeconfig } from '../../../../src/kubeconfig/document.ts';
import type { CommandResult, RunCommand } from '../../../../src/ports.ts';

const [certificate = '', key = ''] = ['crt', 'key'].map((extension) =>
  readFileSync(new URL(`../../../fixtures/tls/server.${extension}`, import.meta.url), 'utf8'),
);

const plugin = {
  apiVersion: 'client.authentication.k8s.io/v1beta1',
  command: 'get-token',
  args: ['--cluster', 'x'],
  env: [{ name: 'REGION', value: 'eu' }],
};

interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Opened {
  readonly connection: Connection;
  readonly calls: Call[];
  readonly masked: string[];
  /** The date. */
  readonly clock: { nowMs: number };
  /** The reasons why plugins were ended. */
  readonly ended: readonly unknown[];
  /** Headers, certificate and key of the next request. */
  readonly authenticate: (signal?: AbortSignal) => Promise<object>;
}

/** The output of a plugin; 'never' runs until its signal is aborted. */
type Answer = CommandResult | Error | 'never';

/** A kubeconfig whose user has these fields; the plugin returns these answers, the last one again and again. */
function openUser(user: object, ...answers: readonly Answer[]): Opened {
  const calls: Call[] = [];
  const masked: string[] = [];
  const ended: unknown[] = [];
  const clock = { nowMs: Date.parse('2026-01-01T00:00:00Z') };
  const run: RunCommand = (command, args, { env = {}, signal }) => {
    const answer = answers[Math.min(calls.length, answers.length - 1)];
    calls.push({ command, args, env });
    if (answer === 'never')
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(signal.reason);
          reject(new Error('ended'));
        });
      });
    return Error.isError(answer) || answer === undefined
      ? Promise.reject(answer ?? new Error('no answer'))
      : Promise.resolve(answer);
  };
  const kubeconfig = JSON.stringify({
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: 'https://api.example',
          'certificate-authority-data': btoa(certificate),
          'tls-server-name': 'other.example',
          'proxy-url': 'http://proxy.example:3128',
        },
      },
    ],
    users: [{ name: 'test', user }],
  });
  const mask = (secret: string): void => {
    masked.push(secret);
  };
  const connection = connect(
    { kubeconfig: parseKubeconfig(kubeconfig), context: undefined, namespace: undefined },
    {},
    { run, mask, now: () => clock.nowMs },
  );
  const authenticate = async (signal = new AbortController().signal): Promise<object> => {
    const { options } = await connection.requestOptions('/version', {}, signal);
    return { headers: options.headers, cert: options.cert, key: options.key };
  };
  return { connection, calls, masked, clock, ended, authenticate };
}

function open(exec: object, ...answers: readonly Answer[]): Opened {
  return openUser({ exec }, ...answers);
}

function credential(status: object): CommandResult {
  const answer = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', status };
  return { exitCode: 0, stdout: JSON.stringify(answer), stderr: '' };
}

function bearer(token: string): object {
  return { headers: { Authorization: `Bearer ${token}` } };
}

test('runs the plugin as client-go does, once for all requests', async () => {
  const { calls, masked, authenticate } = open(plugin, credential({ token: 'token-1' }));
  expect(await authenticate()).toMatchObject(bearer('token-1'));
  expect(await authenticate()).toMatchObject(bearer('token-1'));
  expect(calls).toEqual([
    {
      command: 'get-token',
      args: ['--cluster', 'x'],
      env: { REGION: 'eu', KUBERNETES_EXEC_INFO: expect.any(String) as unknown },
    },
  ]);
  expect(JSON.parse(calls[0]?.env['KUBERNETES_EXEC_INFO'] ?? '')).toEqual({
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    kind: 'ExecCredential',
    spec: { interactive: false },
  });
  expect(masked).toContain('token-1');
});

test('provideClusterInfo sends the cluster to the plugin', async () => {
  const { calls, authenticate } = open(
    { ...plugin, provideClusterInfo: true },
    credential({ token: 'token-1' }),
  );
  await authenticate();
  expect(JSON.parse(calls[0]?.env['KUBERNETES_EXEC_INFO'] ?? '')).toMatchObject({
    spec: {
      cluster: {
        server: 'https://api.example',
        'certificate-authority-data': btoa(certificate),
        'tls-server-name': 'other.example',
        'proxy-url': 'http://proxy.example:3128',
      },
    },
  });
});

test('authenticates with a client certificate, and masks every line of its key', async () => {
  const { masked, authenticate } = open(
    plugin,
    credential({ clientCertificateData: certificate, clientKeyData: key }),
  );
  expect(await authenticate()).toMatchObject({ cert: certificate, key });
  expect(masked).toEqual(expect.arrayContaining(key.split('\n').slice(1, -2)));
});

test('renews credentials that are about to expire', async () => {
  const { calls, clock, authenticate } = open(
    plugin,
    credential({ token: 'token-1', expirationTimestamp: '2026-01-01T00:10:00Z' }),
    credential({ token: 'token-2', expirationTimestamp: '2026-01-01T00:09:51Z' }),
    credential({ token: 'token-3' }),
  );
  const tokenAt = async (date: string): Promise<unknown> => {
    clock.nowMs = Date.parse(date);
    const { headers } = (await authenticate()) as { headers: Record<string, string> };
    return headers['Authorization'];
  };
  expect(await tokenAt('2026-01-01T00:00:00Z')).toBe('Bearer token-1');
  expect(await tokenAt('2026-01-01T00:09:29Z')).toBe('Bearer token-1');
  expect(await tokenAt('2026-01-01T00:09:31Z')).toBe('Bearer token-2');
  // One that lives for 20 s is used for 10 s.
  expect(await tokenAt('2026-01-01T00:09:40Z')).toBe('Bearer token-2');
  expect(await tokenAt('2026-01-01T00:09:42Z')).toBe('Bearer token-3');
  expect(calls).toHaveLength(3);
});

test('runs the plugin again after a 401', async () => {
  const { connection, authenticate } = open(
    plugin,
    credential({ token: 'token-1' }),
    credential({ token: 'token-2' }),
  );
  await authenticate();
  expect(await connection.renewCredentials()).toBe(true);
  expect(await authenticate()).toMatchObject(bearer('token-2'));
});

test('uses credentials that have expired when they arrive until a 401: the clocks differ', async () => {
  const { calls, connection, authenticate } = open(
    plugin,
    credential({ token: 'token-1', expirationTimestamp: '2020-01-01T00:00:00Z' }),
    credential({ token: 'token-2' }),
  );
  expect(await authenticate()).toMatchObject(bearer('token-1'));
  expect(await authenticate()).toMatchObject(bearer('token-1'));
  expect(calls).toHaveLength(1);
  await connection.renewCredentials();
  expect(await authenticate()).toMatchObject(bearer('token-2'));
});

test('masks the secrets in its arguments and variables, and removes them from its error', async () => {
  const secretive = {
    ...plugin,
    args: ['--client-secret', 'pass.w0rd', '--server', 'https://me:hunter.2@idp.example'],
    env: [{ name: 'IDP_TOKEN', value: 'to.ken-1' }],
  };
  const stderr = 'POST https://me:hunter.2@idp.example/?k=v pass.w0rd to.ken-1 cGFzcy53MHJk: 401';
  const { masked, authenticate } = open(secretive, { exitCode: 1, stdout: '', stderr });
  await expect(authenticate()).rejects.toThrow(
    `${doing} failed with exit code 1: POST https://***@idp.example/?*** *** *** ***: 401`,
  );
  expect(masked).toEqual(expect.arrayContaining(['pass.w0rd', 'hunter.2', 'to.ken-1']));
});

test('has nothing to renew for a user without a plugin', async () => {
  const { connection } = openUser({ token: 'token' });
  expect(await connection.renewCredentials()).toBe(false);
});

const doing = 'running the kubeconfig\'s exec plugin "get-token"';

const missing = Object.assign(new Error('it is not there'), { code: 'ENOENT' });
const failedHint =
  'Check the credentials that the plugin uses on the runner, or use a kubeconfig with a token.';

test.each([
  {
    name: 'is not there',
    answer: missing,
    message: `${doing} failed: it is not there`,
    hint: 'Install the plugin on the runner, or use a kubeconfig with a token.',
  },
  {
    name: 'cannot be started',
    answer: new Error('its argument 1 has a NUL character'),
    message: `${doing} failed: its argument 1 has a NUL character`,
  },
  {
    name: 'fails, with all lines that it has printed',
    answer: { exitCode: 3, stdout: '', stderr: 'login\n has expired\n\nexit status 1\n' },
    message: `${doing} failed with exit code 3: login has expired exit status 1`,
  },
  {
    name: 'does not answer, with what it has printed',
    answer: new ProgramTimeout(60_000, {
      stdout: '',
      stderr: 'Open https://idp.example/device and enter the code ABCD-EFGH.\n',
    }),
    message: `${doing} failed: it did not answer within 60 s: Open https://idp.example/device and enter the code ABCD-EFGH.`,
    hint: 'Check why it takes so long (a prompt cannot be answered on a runner), or use a kubeconfig with a token.',
  },
  {
    name: 'fails, and prints the token in a long line',
    answer: {
      ...credential({ token: 'token-1' }),
      exitCode: 3,
      stderr: `token-1 ${'x'.repeat(3_000)} end`,
    },
    message: `${doing} failed with exit code 3: *** ${'x'.repeat(596)} … ${'x'.repeat(1_396)} end`,
  },
  {
    name: 'prints nothing',
    answer: { exitCode: 0, stdout: '', stderr: '' },
    message: `${doing} failed: it returned no credentials`,
  },
  {
    name: 'returns no credentials',
    answer: credential({ expirationTimestamp: '2026-01-01T00:00:00Z' }),
    message: `${doing} failed: it returned no credentials`,
  },
])('names a plugin that $name', async ({ answer, message, hint = failedHint }) => {
  const { authenticate } = open(plugin, answer);
  await expect(authenticate()).rejects.toMatchObject({ kind: 'cluster', message, hint });
});

test.each([
  { command: 'aws', step: 'aws-actions/configure-aws-credentials' },
  { command: '/usr/bin/gke-gcloud-auth-plugin', step: 'google-github-actions/auth' },
  { command: 'kubelogin', step: 'azure/login' },
])('names the step that gives $command its credentials', async ({ command, step }) => {
  const { authenticate } = open(
    { ...plugin, command, installHint: 'Install it.' },
    { exitCode: 255, stdout: '', stderr: '' },
  );
  await expect(authenticate()).rejects.toMatchObject({
    hint: expect.stringContaining(`Run ${step}`) as unknown,
  });
});

test('prefers the installHint of a plugin that is not there, in one line', async () => {
  const { authenticate } = open(
    { ...plugin, installHint: 'Install get-token:\n  brew install x\n' },
    missing,
  );
  await expect(authenticate()).rejects.toMatchObject({ hint: 'Install get-token: brew install x' });
});

test('refuses a plugin that needs a terminal', () => {
  expect(() => open({ ...plugin, interactiveMode: 'Always' })).toThrow(
    'its exec plugin "get-token" needs a terminal (interactiveMode: Always)',
  );
});

test('shares one run of the plugin between requests that start together', async () => {
  const { calls, authenticate } = open(plugin, credential({ token: 'token-1' }));
  expect(await Promise.all([authenticate(), authenticate(), authenticate()])).toMatchObject(
    Array(3).fill(bearer('token-1')),
  );
  expect(calls).toHaveLength(1);
});

test('runs a plugin that failed again for the next request', async () => {
  const { authenticate } = open(plugin, new Error('busy'), credential({ token: 'token-2' }));
  await expect(authenticate()).rejects.toThrow('busy');
  expect(await authenticate()).toMatchObject(bearer('token-2'));
});

test('ends the wait and the plugin when the signal is aborted', async () => {
  const { calls, ended, authenticate } = open(plugin, 'never', credential({ token: 'token-2' }));
  const timeout = new BuildError('timeout', 'the step did not end within its timeout of 5 s');
  const stop = new AbortController();
  const waiting = authenticate(stop.signal);
  stop.abort(timeout);
  await expect(waiting).rejects.toMatchObject({
    kind: 'timeout',
    message: `the step did not end within its timeout of 5 s, while ${doing}`,
    hint: 'Check why it takes so long (a prompt cannot be answered on a runner), or use a kubeconfig with a token.',
  });
  expect(ended).toHaveLength(1);
  expect(await authenticate()).toMatchObject(bearer('token-2'));
  expect(calls).toHaveLength(2);
});

test('keeps the credentials when a request is aborted', async () => {
  const { calls, authenticate } = open(plugin, credential({ token: 'token-1' }));
  await authenticate();
  await expect(authenticate(AbortSignal.abort(new Error('not needed')))).rejects.toThrow(
    'not needed',
  );
  expect(await authenticate()).toMatchObject(bearer('token-1'));
  expect(calls).toHaveLength(1);
});

test('lets a plugin run that another request waits for', async () => {
  const { ended, authenticate } = open(plugin, 'never');
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [authenticate(first.signal), authenticate(second.signal)];
  first.abort(new Error('not needed any more'));
  await expect(waiting[0]).rejects.toThrow(`${doing} did not end: not needed any more`);
  expect(ended).toHaveLength(0);
  second.abort(new BuildError('cancelled', 'the job was cancelled (SIGINT)'));
  await expect(waiting[1]).rejects.toMatchObject({
    kind: 'cancelled',
    message: `the job was cancelled (SIGINT), while ${doing}`,
    hint: undefined,
  });
  expect(ended).toHaveLength(1);
});

const pluginHint =
  'Run the exec plugin by hand and check its output, or use a kubeconfig with a token.';
const headerMistake = 'has a line break or another character that HTTP headers refuse';
const twoLines = 'token-1\ntoken-2';

test.each([
  {
    name: 'a token of two lines from the plugin',
    status: { token: twoLines },
    message: `the token of its exec plugin ${headerMistake}`,
    hint: pluginHint,
  },
  {
    name: 'an invalid certificate from the plugin',
    status: { clientCertificateData: 'none', clientKeyData: key },
    message: 'the clientCertificateData of its exec plugin is not a certificate in PEM',
    hint: pluginHint,
  },
  {
    name: 'a token of two lines in the kubeconfig, which precedes the plugin',
    user: { token: twoLines },
    status: { token: 'token-1' },
    message: `its token ${headerMistake}`,
    hint: 'Use a token of one line.',
  },
])('names $name', async ({ user = {}, status, message, hint }) => {
  const { authenticate } = openUser({ ...user, exec: plugin }, credential(status));
  await expect(authenticate()).rejects.toMatchObject({
    kind: 'input',
    message: `input 'kubeconfig': ${message}`,
    hint,
  });
});

test.each([{ command: '' }, { command: null }])('refuses the command $command', ({ command }) => {
  expect(() => open({ ...plugin, command })).toThrow(
    "input 'kubeconfig': its users[].user.exec.command is empty",
  );
});
