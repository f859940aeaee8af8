import { afterEach, expect, test } from '@jest/globals';
import { readTls } from '../../../playground/cluster/credentials.ts';
import { OidcIssuer } from '../../../runner/oidc-issuer.ts';
import { connect, type Connection } from '../../../src/io/kube/connection.ts';
import { KubeCluster } from '../../../src/io/kube/cluster.ts';
import { RestClient } from '../../../src/io/kube/rest.ts';
import { serverKubeconfig } from '../../../src/kubeconfig/server-access.ts';
import { jwtClaims } from '../../../src/text/jwt.ts';
import { ApiServer, sendJson, type Answer } from '../../support/api-server.ts';
import { VirtualClock } from '../../support/clock.ts';

const cleanups: (() => unknown)[] = [];
const { signal } = new AbortController();
const audience = 'https://kubernetes.example.com';

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const refuse = sendJson({ kind: 'Status', message: 'Unauthorized', reason: 'Unauthorized' }, 401);
const answer = sendJson({ minor: '35' });

interface Login {
  readonly server: ApiServer;
  readonly issuer: OidcIssuer;
  readonly connection: Connection;
  readonly masked: readonly string[];
  readonly clock: VirtualClock;
}

/** A connection to an API server with these answers, by OIDC tokens that live for 300 s. */
async function login(...answers: readonly Answer[]): Promise<Login> {
  const server = await ApiServer.start({ 'GET /version': answers }, { tls: true });
  const issuer = await OidcIssuer.start({ tls: readTls('server'), claims: { sub: 'repo:a/b' } });
  cleanups.push(
    () => server.stop(),
    () => issuer.stop(),
  );
  const clock = new VirtualClock();
  const masked: string[] = [];
  const access = { server: server.url, caCertificate: ApiServer.ca, token: undefined };
  const kube = {
    kubeconfig: serverKubeconfig(access),
    oidcAudience: audience,
    context: undefined,
    namespace: undefined,
  };
  const connection = connect(kube, issuer.environment, {
    run: () => Promise.reject(new Error('no program may be run')),
    mask: (secret) => masked.push(secret),
    clock,
  });
  return { server, issuer, connection, masked, clock };
}

async function ask({ connection, clock }: Login): Promise<void> {
  const rest = new RestClient(connection, clock);
  const response = await rest.open({ method: 'GET', path: '/version', signal });
  response.resume();
}

function tokensOf({ server }: Login): readonly string[] {
  return server.requests.map(({ headers }) => (headers.authorization ?? '').replace('Bearer ', ''));
}

test('authenticates with a token of the job for the audience, and masks it before it is sent', async () => {
  const run = await login(answer);
  expect(run.issuer.audiences).toEqual([]);
  await ask(run);
  const [token = ''] = tokensOf(run);
  expect(jwtClaims(token)).toMatchObject({ sub: 'repo:a/b', aud: audience });
  expect(run.masked).toContain(token);
});

test('requests a new token once after a 401', async () => {
  const run = await login(refuse, answer);
  await ask(run);
  expect(new Set(tokensOf(run)).size).toBe(2);
  expect(run.issuer.audiences).toHaveLength(2);
});

test('reports a second 401 with what the API server must accept', async () => {
  const run = await login(refuse);
  const cluster = new KubeCluster(run.connection, run.clock);
  const outcome = cluster.serverMinor(signal);
  await expect(outcome).rejects.toMatchObject({
    code: 401,
    hint: expect.stringContaining('AuthenticationConfiguration') as unknown,
  });
  expect(run.server.requests).toHaveLength(2);
});

test('requests that follow each other for 20 minutes have tokens that have not expired', async () => {
  const run = await login(answer);
  const startedAtMs = run.clock.now();
  const sentAtMs: number[] = [];
  for (let minute = 0; minute < 20; minute += 1) {
    sentAtMs.push(run.clock.now());
    await ask(run);
    await run.clock.advance(60_000);
  }
  const firstUse = new Map<string, number>();
  const ages = tokensOf(run).map((token, index) => {
    const at = sentAtMs[index] ?? startedAtMs;
    if (!firstUse.has(token)) firstUse.set(token, at);
    return at - (firstUse.get(token) ?? at);
  });
  expect(Math.max(...ages)).toBeLessThan(300_000);
  expect(firstUse.size).toBeGreaterThanOrEqual(5);
});

test('fails before any request if the job cannot request tokens', () => {
  const access = { server: 'https://api.example', caCertificate: undefined, token: undefined };
  const kube = {
    kubeconfig: serverKubeconfig(access),
    oidcAudience: audience,
    context: undefined,
    namespace: undefined,
  };
  const noRunner = { run: () => Promise.reject(new Error('unused')), mask: () => undefined };
  expect(() => connect(kube, {}, noRunner)).toThrow('ACTIONS_ID_TOKEN_REQUEST_URL');
});
