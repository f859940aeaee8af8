import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import { connect } from '../../../src/io/kube/kubeconfig.ts';
import type { Connection } from '../../../src/io/kube/connection.ts';
import type { CommandResult, RunCommand } from '../../../src/ports.ts';

const [certificate = '', key = ''] = ['crt', 'key'].map((extension) =>
  readFileSync(new URL(`../../fixtures/tls/server.${extension}`, import.meta.url), 'utf8'),
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
  /** Why plugins were ended. */
  readonly ended: readonly unknown[];
  /** Headers and keys of the next request. */
  readonly login: (signal?: AbortSignal) => Promise<object>;
}

/** What a plugin answers; never ends without one, until its signal ends it. */
type Answer = CommandResult | Error | 'never';

/** A kubeconfig whose user has this plugin; it gives these answers, the last one again and again. */
function open(exec: object, ...answers: readonly Answer[]): Opened {
  const calls: Call[] = [];
  const masked: string[] = [];
  const ended: unknown[] = [];
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
        cluster: { server: 'https://api.example', 'certificate-authority-data': btoa(certificate) },
      },
    ],
    users: [{ name: 'test', user: { exec } }],
  });
  const mask = (secret: string): void => {
    masked.push(secret);
  };
  const connection = connect(
    { kubeconfig, context: undefined, namespace: undefined },
    {},
    { run, mask },
  );
  const login = async (signal = new AbortController().signal): Promise<object> => {
    const { options } = await connection.requestOptions('/version', {}, signal);
    return { headers: options.headers, cert: options.cert, key: options.key };
  };
  return { connection, calls, masked, ended, login };
}

function credential(status: object): CommandResult {
  const answer = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', status };
  return { exitCode: 0, stdout: JSON.stringify(answer), stderr: '' };
}

function bearer(token: string): object {
  return { headers: { Authorization: `Bearer ${token}` } };
}

test('runs the plugin as client-go does, once for all requests', async () => {
  const { calls, masked, login } = open(plugin, credential({ token: 'token-1' }));
  expect(await login()).toMatchObject(bearer('token-1'));
  expect(await login()).toMatchObject(bearer('token-1'));
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

test('provideClusterInfo tells the plugin about the cluster', async () => {
  const { calls, login } = open(
    { ...plugin, provideClusterInfo: true },
    credential({ token: 'token-1' }),
  );
  await login();
  expect(JSON.parse(calls[0]?.env['KUBERNETES_EXEC_INFO'] ?? '')).toMatchObject({
    spec: {
      cluster: {
        server: 'https://api.example',
        'certificate-authority-data': btoa(certificate),
        'insecure-skip-tls-verify': false,
      },
    },
  });
});

test('a client certificate logs in, and every line of its key is masked', async () => {
  const { masked, login } = open(
    plugin,
    credential({ clientCertificateData: certificate, clientKeyData: key }),
  );
  expect(await login()).toMatchObject({ cert: certificate, key });
  expect(masked).toEqual(expect.arrayContaining(key.split('\n').slice(1, -2)));
});

test('a credential that is about to expire is asked for anew', async () => {
  const soon = new Date(Date.now() + 20_000).toISOString();
  const late = new Date(Date.now() + 3_600_000).toISOString();
  const { calls, login } = open(
    plugin,
    credential({ token: 'token-1', expirationTimestamp: soon }),
    credential({ token: 'token-2', expirationTimestamp: late }),
  );
  expect(await login()).toMatchObject(bearer('token-1'));
  expect(await login()).toMatchObject(bearer('token-2'));
  expect(await login()).toMatchObject(bearer('token-2'));
  expect(calls).toHaveLength(2);
});

test('after a 401 the plugin is run again', async () => {
  const { connection, login } = open(
    plugin,
    credential({ token: 'token-1' }),
    credential({ token: 'token-2' }),
  );
  await login();
  expect(await connection.renewCredentials()).toBe(true);
  expect(await login()).toMatchObject(bearer('token-2'));
});

test('a user without a plugin has nothing to renew', async () => {
  const { connection } = open({});
  expect(await connection.renewCredentials()).toBe(false);
});

const doing = 'running the kubeconfig\'s credential plugin "get-token"';

test.each([
  {
    name: 'is not there',
    answer: new Error('it is not there'),
    message: `${doing} failed: it is not there`,
  },
  {
    name: 'fails',
    answer: { exitCode: 3, stdout: '', stderr: 'trace\nlogin has expired\n' },
    message: `${doing} failed with exit code 3: login has expired`,
  },
  {
    name: 'fails, and says the token at length',
    answer: {
      ...credential({ token: 'token-1' }),
      exitCode: 3,
      stderr: `token-1 ${'x'.repeat(300)}`,
    },
    message: `${doing} failed with exit code 3: *** ${'x'.repeat(196)}…`,
  },
  {
    name: 'says nothing',
    answer: { exitCode: 0, stdout: '', stderr: '' },
    message: `${doing} gave no credential`,
  },
  {
    name: 'has no credential',
    answer: credential({ expirationTimestamp: '2026-01-01T00:00:00Z' }),
    message: `${doing} gave no credential`,
  },
])('a plugin that $name is named', async ({ answer, message }) => {
  const { login } = open(plugin, answer);
  await expect(login()).rejects.toMatchObject({
    kind: 'cluster',
    message,
    hint: 'Install the plugin on the runner, or use a kubeconfig with a token.',
  });
});

test("the plugin's own installHint comes first, in one line", async () => {
  const { login } = open(
    { ...plugin, installHint: 'Install get-token:\n  brew install x\n' },
    new Error('no'),
  );
  await expect(login()).rejects.toMatchObject({ hint: 'Install get-token: brew install x' });
});

test('requests that start together share one run of the plugin', async () => {
  const { calls, login } = open(plugin, credential({ token: 'token-1' }));
  expect(await Promise.all([login(), login(), login()])).toMatchObject(
    Array(3).fill(bearer('token-1')),
  );
  expect(calls).toHaveLength(1);
});

test('a plugin that failed is run again for the next request', async () => {
  const { login } = open(plugin, new Error('busy'), credential({ token: 'token-2' }));
  await expect(login()).rejects.toThrow('busy');
  expect(await login()).toMatchObject(bearer('token-2'));
});

test('a wait for the plugin ends with the signal, and the plugin with it', async () => {
  const { calls, ended, login } = open(plugin, 'never', credential({ token: 'token-2' }));
  const timeout = new BuildError('timeout', 'the step did not end within its timeout of 5 s');
  const stop = new AbortController();
  const waiting = login(stop.signal);
  stop.abort(timeout);
  await expect(waiting).rejects.toMatchObject({
    kind: 'timeout',
    message: `the step did not end within its timeout of 5 s, while ${doing}`,
    hint: 'Look at what it waits for (there is nobody to ask here), or use a kubeconfig with a token.',
  });
  expect(ended).toHaveLength(1);
  expect(await login()).toMatchObject(bearer('token-2'));
  expect(calls).toHaveLength(2);
});

test('a request that is aborted leaves the credential that is there', async () => {
  const { calls, login } = open(plugin, credential({ token: 'token-1' }));
  await login();
  await expect(login(AbortSignal.abort(new Error('not needed')))).rejects.toThrow('not needed');
  expect(await login()).toMatchObject(bearer('token-1'));
  expect(calls).toHaveLength(1);
});

test('a plugin that somebody else still waits for goes on', async () => {
  const { ended, login } = open(plugin, 'never');
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [login(first.signal), login(second.signal)];
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

test.each([
  {
    name: 'a token of two lines',
    status: { token: 'token-1\ntoken-2' },
    message:
      "the token of the kubeconfig's credential plugin has a line break, or another character that no HTTP header may hold",
  },
  {
    name: 'a certificate that is none',
    status: { clientCertificateData: 'none', clientKeyData: key },
    message:
      "the clientCertificateData of the kubeconfig's credential plugin is no certificate in PEM",
  },
])('a plugin that gives $name is named', async ({ status, message }) => {
  const { login } = open(plugin, credential(status));
  await expect(login()).rejects.toMatchObject({ kind: 'input', message });
});

test.each([{ command: '' }, { command: null }])('$command is no plugin', ({ command }) => {
  expect(() => open({ ...plugin, command })).toThrow(
    "the command of the kubeconfig's exec names no program",
  );
});
