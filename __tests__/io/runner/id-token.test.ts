import { afterEach, describe, expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import {
  idTokenService,
  requestIdToken,
  type IdTokenService,
} from '../../../src/io/runner/id-token.ts';
import type { Clock } from '../../../src/ports.ts';
import { orAborted } from '../../../src/time/abort.ts';
import { ApiServer, sendJson, type Answer } from '../../support/api-server.ts';

const names = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'] as const;
const { signal } = new AbortController();
const servers: ApiServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function runner(...answers: readonly Answer[]): Promise<ApiServer> {
  const server = await ApiServer.start({ 'GET /idtoken': answers });
  servers.push(server);
  return server;
}

/** Pauses pass at once, and the limit of a request never. */
const clock: Clock = {
  now: () => 0,
  sleep: (ms, until) =>
    ms < 10_000 ? Promise.resolve() : orAborted(new Promise<never>(() => undefined), until),
};

/** The token for the audience `a b&c`, or the message of the failure. */
function ask(server: ApiServer, until = signal): Promise<string> {
  return requestIdToken(serviceOf(server), 'a b&c', clock, until).catch(
    (error: unknown) => (error as Error).message,
  );
}

function serviceOf(server: ApiServer): IdTokenService {
  return idTokenService({
    ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/idtoken?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-secret',
  });
}

test('requests a token as the toolkit of GitHub does', async () => {
  const server = await runner(sendJson({ count: 1, value: 'a.b.c' }));
  expect(await ask(server)).toBe('a.b.c');
  const [request] = server.requests;
  expect(request?.query).toEqual({ 'api-version': '2.0', audience: 'a b&c' });
  expect(request?.headers.authorization).toBe('Bearer request-secret');
});

test.each([
  { name: '503', answer: sendJson({}, 503) },
  { name: '429', answer: sendJson({}, 429) },
  {
    name: 'a closed connection',
    answer: (response) => response.destroy(),
  },
])('asks again after $name', async ({ answer }) => {
  const server = await runner(answer, answer, sendJson({ value: 'a.b.c' }));
  expect(await ask(server)).toBe('a.b.c');
  expect(server.requests).toHaveLength(3);
});

test.each([
  { name: 'a refusal', answer: sendJson({ secret: 'quoted' }, 403), problem: 'HTTP 403', count: 1 },
  { name: 'an outage', answer: sendJson({}, 500), problem: 'HTTP 500', count: 4 },
  {
    name: 'another document',
    answer: sendJson({ secret: 'quoted' }),
    problem: 'the response has no token',
    count: 1,
  },
])('reports $name without its content', async ({ answer, problem, count }) => {
  const server = await runner(answer);
  const host = new URL(server.url).host;
  expect(await ask(server)).toBe(
    `requesting an OIDC token from the runner (${host}) failed: ${problem}`,
  );
  expect(server.requests).toHaveLength(count);
});

const network = 'Check that the runner reaches this host (network, firewall, proxy)';
const outage = 'Run the job again when the service is available';
const otherServer = 'Check that ACTIONS_ID_TOKEN_REQUEST_URL is the address of the runner.';

test.each<{ name: string; answer: Answer; hint: string; isTemporary: boolean }>([
  { name: '400', answer: sendJson({}, 400), hint: "'oidc-audience'", isTemporary: false },
  { name: '401', answer: sendJson({}, 401), hint: 'Run the job again:', isTemporary: false },
  { name: '403', answer: sendJson({}, 403), hint: 'Run the job again,', isTemporary: false },
  { name: '404', answer: sendJson({}, 404), hint: otherServer, isTemporary: false },
  { name: 'no token', answer: sendJson({}), hint: otherServer, isTemporary: false },
  { name: '429', answer: sendJson({}, 429), hint: outage, isTemporary: true },
  { name: '503', answer: sendJson({}, 503), hint: outage, isTemporary: true },
  {
    name: 'a closed connection',
    answer: (response) => response.destroy(),
    hint: network,
    isTemporary: true,
  },
])('has the hint for $name, which is no permission', async ({ answer, hint, isTemporary }) => {
  const server = await runner(answer);
  const failure: unknown = await requestIdToken(serviceOf(server), 'a', clock, signal).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ hint: expect.stringContaining(hint), isTemporary });
  expect((failure as BuildError).hint).not.toContain('permission');
});

test('ends with the reason of the signal', async () => {
  const stop = new AbortController();
  const server = await runner(() => {
    stop.abort(new Error('cancelled'));
  });
  expect(await ask(server, stop.signal)).toBe('cancelled');
});

describe('a job that cannot request tokens', () => {
  test.each(names)('has no %s', (missing) => {
    const environment = Object.fromEntries(
      names.filter((name) => name !== missing).map((name) => [name, 'https://runner.example']),
    );
    const expected = new BuildError(
      'input',
      `input 'oidc-audience': the job cannot request an OIDC token, because the runner has no ${missing}`,
    );
    expect(() => idTokenService(environment)).toThrow(expected);
    // A list of permissions, pasted, removes those that are not in it.
    expect(() => idTokenService(environment)).toThrow(
      expect.objectContaining({ hint: expect.not.stringContaining('permissions: {') }),
    );
  });

  test.each(['runner', 'ftp://runner.example'])('has the address %s', (url) => {
    const environment = { [names[0]]: url, [names[1]]: 'x' };
    expect(() => idTokenService(environment)).toThrow(`${names[0]} of the runner is not a URL`);
  });
});
