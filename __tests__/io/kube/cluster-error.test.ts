import { expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import { ApiError, NonKubernetesResponse } from '../../../src/io/kube/api-error.ts';
import { clusterError } from '../../../src/io/kube/cluster-error.ts';
import type { Connection } from '../../../src/io/kube/connection.ts';

const connection: Connection = {
  source: 'the test',
  server: 'https://api.example:6443',
  contextName: 'test',
  namespace: 'builds',
  unverifiedTls: false,
  lifetimeWarnings: () => [],
  requestOptions: () => Promise.reject(new Error('nothing is sent here')),
  renewCredentials: () => Promise.resolve(false),
};
const quiet = new AbortController().signal;

function describe(error: unknown, signal = quiet): BuildError {
  return clusterError('creating pod "x"', error, connection, signal);
}

test.each([
  { code: 401, message: 'Unauthorized', hint: /^Renew the kubeconfig secret: its token/ },
  {
    code: 403,
    message: 'pods is forbidden: User "x" cannot create',
    hint: /^Grant the missing RBAC permission; examples\/cluster\/rbac.yaml/,
  },
  { code: 403, message: 'violates PodSecurity "restricted:latest"', hint: /PodSecurity level/ },
  { code: 403, message: 'exceeded quota: small', hint: /ResourceQuota/ },
  { code: 403, message: 'failed quota: small: must specify limits.cpu', hint: /LimitRange with/ },
  ...[
    'maximum ephemeral-storage usage per Container is 10Gi, but limit is 100Gi',
    'minimum cpu usage per Pod is 1. No request is specified',
    'memory max limit to request ratio per Container is 2, but provided ratio is 4.000000',
  ].map((message) => ({ code: 403, message, hint: /LimitRange of the namespace allows/ })),
  { code: 403, message: 'seccomp may not be set', hint: /RuntimeDefault/ },
  {
    code: 400,
    message: 'strict decoding error: unknown field "spec.hostUsers"',
    hint: /Kubernetes 1.33 or later, or remove 'host-users'/,
  },
  { code: 403, message: 'error looking up service account a/b', hint: /'service-account'/ },
  { code: 403, message: 'admission webhook "x" denied the request', hint: /this webhook/ },
  { code: 404, message: 'namespaces "x" not found', hint: /'namespace'/ },
  { code: 400, message: 'strict decoding error: unknown field', hint: /'pod-template'/ },
  {
    code: 403,
    message: 'pods is forbidden: User "system:anonymous" cannot',
    hint: /no credentials for this context/,
  },
  {
    code: 302,
    message: 'the server redirects to x',
    hint: /address of the API server; this one leads/,
  },
  { code: 422, message: 'spec.x: Invalid value', hint: /named field/ },
])('$code "$message" has its hint', ({ code, message, hint }) => {
  const cause = new ApiError(code, '', message);
  const error = describe(cause);
  expect(error).toMatchObject({
    kind: 'cluster',
    code,
    message: `creating pod "x" failed: ${message}`,
    cause,
  });
  expect(error.hint).toMatch(hint);
});

test('keeps Retry-After', () => {
  expect(describe(new ApiError(429, 'TooManyRequests', 'slow down', 7_000))).toMatchObject({
    code: 429,
    retryAfterMs: 7_000,
  });
});

test('a response without a remedy has no hint', () => {
  expect(describe(new ApiError(500, '', 'etcdserver: leader changed'))).toMatchObject({
    code: 500,
    hint: undefined,
  });
});

test('a response that is not from Kubernetes has no status', () => {
  const cause = new NonKubernetesResponse('not a container log', '<html>');
  expect(describe(cause)).toMatchObject({
    kind: 'cluster',
    code: undefined,
    message: 'creating pod "x" failed: unexpected response (not a container log): <html>',
    hint: 'Check that the server in the kubeconfig is the API server, and check the proxies and gateways in front of it.',
    cause,
  });
});

test('removes advice about the options of Node', () => {
  const cause = Object.assign(
    new Error(
      'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
    ),
    { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  );
  expect(describe(cause).message).toMatch(/: unable to verify the first certificate$/);
});

test('names the server that cannot be reached', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:6443'), {
    code: 'ECONNREFUSED',
  });
  expect(describe(cause)).toMatchObject({
    kind: 'cluster',
    message:
      'creating pod "x" failed: https://api.example:6443 cannot be reached: connect ECONNREFUSED 192.0.2.1:6443',
    cause,
  });
});

test('keeps a BuildError', () => {
  const error = new BuildError('input', 'the kubeconfig is broken');
  expect(describe(error)).toBe(error);
});

test('prefers the reason of the signal', () => {
  const reason = new BuildError('cancelled', 'the job was cancelled');
  expect(describe(new Error('aborted'), AbortSignal.abort(reason))).toBe(reason);
});
