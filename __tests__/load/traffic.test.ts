import { expect, test } from '@jest/globals';
import { judgeTraffic } from '../../load/figures.ts';
import { fullestShare, Traffic } from '../../load/traffic.ts';

const pod = '/api/v1/namespaces/builds/pods/kbp-build-abc';

function request(line: string, query = ''): { line: string; query: string; client: string } {
  return { line, query, client: 'build-1' };
}

test('counts requests by verb and resource, without refused ones', () => {
  const traffic = new Traffic();
  traffic.add(request('GET /version'), false);
  traffic.add(request(`GET ${pod}`), true);
  traffic.add(request(`GET ${pod}`), false);
  traffic.add(request(`GET ${pod}/log`, 'follow=true'), false);
  traffic.add(request('GET /api/v1/namespaces/builds/pods', 'watch=true'), false);
  traffic.add(request('POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews'), false);
  expect([...traffic.countsOf('build-1')]).toEqual([
    ['GET version', 1],
    ['GET pod', 1],
    ['GET pod/log', 1],
    ['watch pods', 1],
    ['POST selfsubjectaccessreviews', 1],
  ]);
  expect(traffic.refused).toBe(1);
  expect(traffic.retries().map(({ kind }) => kind)).toEqual(['GET pod']);
});

test('reports a request that is repeated too early', () => {
  const traffic = new Traffic();
  traffic.add(request(`GET ${pod}`), true);
  traffic.add(request(`GET ${pod}`), false);
  expect(judgeTraffic(traffic, 5).problems).toEqual([
    expect.stringMatching(/^GET pod was retried \d+ ms before Retry-After had passed$/),
  ]);
});

test('reports too many requests', () => {
  const traffic = new Traffic();
  for (let count = 0; count < 25; count += 1) traffic.add(request(`GET ${pod}`), false);
  expect(judgeTraffic(traffic, 1).problems).toEqual(['build-1 sent 25 requests: 25 GET pod']);
});

test.each([
  { name: 'none', moments: [], share: 0 },
  { name: 'all together', moments: [5, 1, 9], share: 1 },
  { name: 'half of them together', moments: [0, 50, 200, 400], share: 0.5 },
  { name: 'a window that ends where the next begins', moments: [0, 100], share: 0.5 },
])('the fullest window of moments: $name', ({ moments, share }) => {
  expect(fullestShare(moments, 100)).toBe(share);
});
