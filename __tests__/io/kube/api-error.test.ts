import { expect, test } from '@jest/globals';
import { ApiError, isApiError, readApiError, readStatus } from '../../../src/io/kube/api-error.ts';

const status = JSON.stringify({
  kind: 'Status',
  status: 'Failure',
  reason: 'NotFound',
  message: 'pods "kbp-x" not found',
  code: 404,
});

test.each([
  {
    name: 'the words of a Status',
    code: 404,
    body: status,
    expected: { code: 404, reason: 'NotFound', message: 'pods "kbp-x" not found' },
  },
  {
    name: 'a page of a proxy in one line',
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
    name: 'no more than the beginning of a long body',
    code: 500,
    body: 'x'.repeat(1_000),
    expected: { code: 500, reason: '', message: `HTTP 500: ${'x'.repeat(200)}…` },
  },
  {
    name: 'no more than 2,000 characters of a Status',
    code: 403,
    body: JSON.stringify({ message: 'x'.repeat(100_000), reason: 'Forbidden' }),
    expected: { code: 403, reason: 'Forbidden', message: `${'x'.repeat(2_000)}…` },
  },
])('readApiError says $name', ({ code, body, expected }) => {
  expect(readApiError(code, body, undefined)).toMatchObject(expected);
});

test.each([
  { header: undefined, expected: undefined },
  { header: '3', expected: 3_000 },
  { header: '0', expected: 0 },
  { header: '-1', expected: undefined },
  { header: 'Wed, 21 Oct 2026 07:28:00 GMT', expected: undefined },
])('Retry-After $header is $expected ms', ({ header, expected }) => {
  expect(readApiError(429, '', header).retryAfterMs).toBe(expected);
});

test.each([
  {
    name: 'a Status',
    body: status,
    expected: { reason: 'NotFound', message: 'pods "kbp-x" not found' },
  },
  { name: 'a message alone', body: '{"message":"no"}', expected: { reason: '', message: 'no' } },
  { name: 'a message that is no text', body: '{"message":1}', expected: undefined },
  { name: 'JSON without a message', body: '{"kind":"Pod"}', expected: undefined },
  { name: 'null', body: 'null', expected: undefined },
  { name: 'no JSON', body: 'Forbidden', expected: undefined },
])('readStatus of $name', ({ body, expected }) => {
  expect(readStatus(body)).toEqual(expected);
});

test('isApiError tells answers by their code from everything else', () => {
  const error = new ApiError(404, '', 'gone');
  expect(isApiError(error, 403, 404)).toBe(true);
  expect(isApiError(error, 403)).toBe(false);
  expect(isApiError(new Error('404'), 404)).toBe(false);
});
