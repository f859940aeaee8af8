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
  document: '',
  requestOptions: () => Promise.reject(new Error('nothing is sent here')),
  renewCredentials: () => Promise.resolve(false),
};
const quiet = new AbortController().signal;

function describe(error: unknown, signal = quiet): BuildError {
  return clusterError('creating pod "x"', error, connection, signal);
}

test.each([
  { code: 401, message: 'Unauthorized', hint: /^Make a new kubeconfig secret/ },
  { code: 403, message: 'pods is forbidden: User "x" cannot create', hint: /README's Role/ },
  { code: 403, message: 'violates PodSecurity "restricted:latest"', hint: /PodSecurity level/ },
  { code: 403, message: 'exceeded quota: small', hint: /ResourceQuota/ },
  { code: 403, message: 'error looking up service account a/b', hint: /'service-account'/ },
  { code: 403, message: 'admission webhook "x" denied the request', hint: /this webhook/ },
  { code: 404, message: 'namespaces "x" not found', hint: /'namespace'/ },
  { code: 400, message: 'strict decoding error: unknown field', hint: /'pod-template'/ },
  { code: 403, message: 'pods is forbidden: User "system:anonymous" cannot', hint: /no login/ },
  { code: 302, message: 'the server redirects to x', hint: /address of the API server itself/ },
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

test('the pause that the server asks for is passed on', () => {
  expect(describe(new ApiError(429, 'TooManyRequests', 'slow down', 7_000))).toMatchObject({
    code: 429,
    retryAfterMs: 7_000,
  });
});

test('an answer that nobody can do anything about has no hint', () => {
  expect(describe(new ApiError(500, '', 'etcdserver: leader changed'))).toMatchObject({
    code: 500,
    hint: undefined,
  });
});

test("an answer that is none of Kubernetes' claims no status", () => {
  const cause = new NonKubernetesResponse('something that is no log: <html>');
  expect(describe(cause)).toMatchObject({
    kind: 'cluster',
    code: undefined,
    message: 'creating pod "x" failed: the server answered with something that is no log: <html>',
    hint: 'Check that the server in the kubeconfig is the API server itself, and what stands before it.',
    cause,
  });
});

test('a certificate that cannot be verified names the fields of the kubeconfig', () => {
  const cause = Object.assign(new Error('self-signed certificate'), {
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  expect(describe(cause)).toMatchObject({
    kind: 'cluster',
    message:
      'creating pod "x" failed: the certificate of https://api.example:6443 cannot be verified: self-signed certificate',
    hint: 'Correct certificate-authority-data in the kubeconfig, or tls-server-name if the server goes by another name.',
    cause,
  });
});

test("Node's advice about its own options is left out", () => {
  const cause = Object.assign(
    new Error(
      'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
    ),
    { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  );
  expect(describe(cause).message).toMatch(/: unable to verify the first certificate$/);
});

test('a server that cannot be reached is named', () => {
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

test('an error that is a sentence already stays as it is', () => {
  const error = new BuildError('input', 'the kubeconfig is broken');
  expect(describe(error)).toBe(error);
});

test('the reason of a cancelled step comes before what it broke', () => {
  const reason = new BuildError('cancelled', 'the job was cancelled');
  expect(describe(new Error('aborted'), AbortSignal.abort(reason))).toBe(reason);
});
