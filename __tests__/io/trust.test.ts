// In processes of their own: the trusted certificates and the variables are those of a process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { ApiServer, sendJson } from '../support/api-server.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const program = `
  const { connect } = await import('./src/io/kube/connection.ts');
  const { RestClient } = await import('./src/io/kube/rest.ts');
  const { systemClock } = await import('./src/io/clock.ts');
  const { parseKubeconfig } = await import('./src/kubeconfig/document.ts');
  const { HttpRegistry } = await import('./src/io/registry/registry.ts');
  const { signal } = new AbortController();
  const kubeconfig = parseKubeconfig(process.env.CONFIG);
  const runner = { run: () => Promise.reject(new Error('none')), mask: () => undefined };
  const rest = new RestClient(connect({ kubeconfig }, {}, runner), systemClock);
  const asked = rest.json({ method: 'GET', path: '/version', signal }, ({ minor }) => minor, false);
  console.log(await asked.catch(({ code }) => code));
  const registry = new HttpRegistry({ ca: undefined, insecure: [], logins: new Map() });
  const tag = { registry: process.env.HOST, repository: 'a', tag: 'b' };
  const { failure } = await registry.tagDigest(tag, signal);
  console.log(failure.code ?? failure.message);
  process.exit();
`;

/** What a request to the API server, and one to a registry, end with. */
function run(server: ApiServer, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const config = server.kubeconfig({}, { 'certificate-authority-data': undefined });
  const variables = { ...env, CONFIG: config, HOST: new URL(server.url).host };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program],
      { env: variables, cwd: fileURLToPath(new URL('../..', import.meta.url)) },
      (error, stdout) => {
        if (error === null) resolve(stdout.trim().split('\n'));
        else reject(new Error(error.message));
      },
    );
  });
}

const untrusted = 'DEPTH_ZERO_SELF_SIGNED_CERT';

test.each([
  {
    name: 'trusts the CA certificates of the operating system',
    env: {
      SSL_CERT_FILE: fileURLToPath(new URL('../fixtures/tls/server.crt', import.meta.url)),
    },
    expected: ['35', 'the registry responded with HTTP 404'],
  },
  { name: 'trusts no other certificate', env: {}, expected: [untrusted, untrusted] },
  {
    name: 'does not obey NODE_TLS_REJECT_UNAUTHORIZED',
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    expected: [untrusted, untrusted],
  },
])('$name', async ({ env, expected }) => {
  const server = await ApiServer.start(
    { 'GET /version': [sendJson({ minor: '35' })] },
    { tls: true },
  );
  cleanups.push(() => server.stop());
  expect(await run(server, env)).toEqual(expected);
});
