import { expect, test } from '@jest/globals';
import { BuildError } from '../../../src/errors.ts';
import {
  ApiError,
  NonKubernetesResponse,
  readApiError,
  UpgradeRefusal,
} from '../../../src/io/kube/api-error.ts';
import { clusterError } from '../../../src/io/kube/cluster-error.ts';
import type { Connection } from '../../../src/io/kube/connection.ts';
import { ProxyError } from '../../../src/io/proxy/proxy-error.ts';

const connection: Connection = {
  source: 'the test',
  server: 'https://api.example:6443',
  contextName: 'test',
  namespace: 'builds',
  unverifiedTls: false,
  hasCa: false,
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
  const cause = new ApiError(code, 'Reason', message);
  const error = describe(cause);
  expect(error).toMatchObject({
    kind: 'cluster',
    code,
    message: `creating pod "x" failed: ${message}`,
    cause,
  });
  expect(error.hint).toMatch(hint);
});

const notKubernetes = 'the response is not from Kubernetes.';

test.each([
  {
    code: 401,
    hint: `Renew the kubeconfig secret, or check the gateway in front of the API server: ${notKubernetes}`,
  },
  {
    code: 403,
    hint: `Let the proxy, gateway or web application firewall in front of the API server allow this request: ${notKubernetes}`,
  },
  { code: 404, hint: `Check the server in the kubeconfig and its path: ${notKubernetes}` },
  { code: 400, hint: undefined },
])('$code without a Status has the hint of a server in front', ({ code, hint }) => {
  expect(describe(readApiError(code, '<html>Request blocked</html>', {})).hint).toBe(hint);
  expect(describe(readApiError(code, '{"message":"Forbidden"}', {})).hint).toBe(hint);
});

test.each([
  { code: 200, reason: '', hint: /pass WebSockets/ },
  { code: 426, reason: '', hint: /pass WebSockets/ },
  { code: 404, reason: '', hint: /pass WebSockets/ },
  { code: 502, reason: '', hint: /pass WebSockets/ },
  { code: 403, reason: '', hint: /web application firewall/ },
  { code: 403, reason: 'Forbidden', hint: /^Grant the missing RBAC permission/ },
])('a WebSocket refused with $code, reason "$reason", has its hint', ({ code, reason, hint }) => {
  expect(describe(new UpgradeRefusal(code, reason, 'no')).hint).toMatch(hint);
});

test('the Role is not blamed for a page that only mentions it', () => {
  const status = { kind: 'Status', reason: 'Forbidden', message: 'pods is forbidden' };
  expect(describe(readApiError(403, JSON.stringify(status), {})).hint).toMatch(
    /^Grant the missing/,
  );
  const { reason, message } = status;
  expect(describe(readApiError(403, JSON.stringify({ reason, message }), {})).hint).toMatch(
    /^Let the proxy/,
  );
});

test.each([
  {
    text: 'Client sent an HTTP request to an HTTPS server.',
    hint: /^Write https:\/\/ in the server/,
  },
  {
    text: '<h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port',
    hint: /^Write https:\/\/ in the server/,
  },
  {
    text: JSON.stringify({
      kind: 'Status',
      reason: 'BadRequest',
      message: 'Upgrade request required',
    }),
    hint: /^Let the proxies and load balancers in front of the API server pass WebSockets/,
  },
])('400 "$text" has its hint', ({ text, hint }) => {
  expect(describe(readApiError(400, text, {})).hint).toMatch(hint);
});

test.each([
  { message: 'ssl3_get_record:wrong version number', hint: /^Correct the port of the server/ },
  {
    message: 'tls_get_more_records:packet length too long',
    hint: /^Correct the port of the server/,
  },
  { message: 'ssl/tls alert bad certificate', hint: /^Renew the client certificate/ },
  { message: 'tlsv1 alert unknown ca', hint: /^Renew the client certificate/ },
  { message: 'tlsv13 alert certificate required', hint: /^Renew the client certificate/ },
  { message: 'tlsv1 alert protocol version', hint: /^Check that the server in the kubeconfig/ },
])('"$message" has its hint', ({ message, hint }) => {
  const cause = Object.assign(new Error(`0:error:0A:SSL routines:${message}`), { code: 'EPROTO' });
  expect(describe(cause).hint).toMatch(hint);
});

test.each([
  { hasCa: false, hint: /^Set certificate-authority-data in the kubeconfig/ },
  {
    hasCa: true,
    hint: /^Renew the kubeconfig: its CA certificate is not the one of this server\. If a proxy/,
  },
])('an unknown CA has a hint, with a CA in the kubeconfig: $hasCa', ({ hasCa, hint }) => {
  const cause = Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  const { signal } = new AbortController();
  expect(clusterError('x', cause, { ...connection, hasCa }, signal).hint).toMatch(hint);
});

test('names the proxy', () => {
  const cause = new ProxyError('the proxy refused', { hint: 'Allow it.', isTemporary: false });
  expect(describe(cause)).toMatchObject({
    message: 'creating pod "x" failed: the proxy refused',
    hint: 'Allow it.',
  });
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
