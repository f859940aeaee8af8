import { expect, test } from '@jest/globals';
import { ApiError, isApiError, readApiError } from '../../../src/io/kube/api-error.ts';

const status = JSON.stringify({
  kind: 'Status',
  status: 'Failure',
  reason: 'NotFound',
  message: 'pods "kbp-x" not found',
  code: 404,
});

test.each([
  {
    name: 'the message of a Status',
    code: 404,
    body: status,
    expected: { code: 404, reason: 'NotFound', message: 'pods "kbp-x" not found' },
  },
  {
    name: 'the page of a proxy in one line',
    code: 502,
    body: '<html>\n  <h1>Bad   Gateway</h1>\n</html>\n',
    expected: {
      code: 502,
      reason: '',
      message: 'HTTP 502: <html> <h1>Bad Gateway</h1> </html>',
    },
  },
  {
    name: 'an empty body',
    code: 503,
    body: '',
    expected: { code: 503, reason: '', message: 'HTTP 503' },
  },
  {
    name: 'only the beginning of a long body',
    code: 500,
    body: 'x'.repeat(1_000),
    expected: { code: 500, reason: '', message: `HTTP 500: ${'x'.repeat(200)}…` },
  },
  {
    name: 'only 2,000 characters of a Status',
    code: 403,
    body: JSON.stringify({ kind: 'Status', message: 'x'.repeat(100_000), reason: 'Forbidden' }),
    expected: { code: 403, reason: 'Forbidden', message: `${'x'.repeat(2_000)}…` },
  },
  {
    name: 'a Status without a reason',
    code: 403,
    body: '{"kind":"Status","message":"no"}',
    expected: { code: 403, reason: 'Unknown', message: 'no' },
  },
  {
    name: 'the message of another server, without its reason',
    code: 403,
    body: '{"message":"no","reason":"Forbidden"}',
    expected: { code: 403, reason: '', message: 'no' },
  },
  {
    name: 'a message without a reason',
    code: 403,
    body: '{"message":"no"}',
    expected: { code: 403, reason: '', message: 'no' },
  },
  {
    name: 'a body with a message that is not a string',
    code: 403,
    body: '{"message":1}',
    expected: { code: 403, reason: '', message: 'HTTP 403: {"message":1}' },
  },
  {
    name: 'JSON without a message',
    code: 403,
    body: '{"kind":"Pod","reason":"x"}',
    expected: { code: 403, reason: '', message: 'HTTP 403: {"kind":"Pod","reason":"x"}' },
  },
  {
    name: 'null',
    code: 403,
    body: 'null',
    expected: { code: 403, reason: '', message: 'HTTP 403: null' },
  },
])('readApiError returns $name', ({ code, body, expected }) => {
  expect(readApiError(code, body, {})).toMatchObject(expected);
});

test('has the pause of Retry-After', () => {
  expect(readApiError(429, '', { 'retry-after': '3' }).retryAfterMs).toBe(3_000);
  expect(readApiError(429, '', {}).retryAfterMs).toBeUndefined();
});

test('isApiError distinguishes responses by their code', () => {
  const error = new ApiError(404, '', 'gone');
  expect(isApiError(error, 403, 404)).toBe(true);
  expect(isApiError(error, 403)).toBe(false);
  expect(isApiError(new Error('404'), 404)).toBe(false);
});
