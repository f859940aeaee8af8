import { expect, test } from '@jest/globals';
import { runCrowd } from '../../load/crowd.ts';
import { mostRequests } from '../../load/figures.ts';

/** Requests that must wait for Retry-After, as `Traffic` names them. */
const patient = ['GET version', 'GET pod', 'watch pods', 'POST pods', 'DELETE pod', 'GET pod/log'];
const retryAfterSeconds = 1;
const toleranceMs = 10;

test('eight builds at once on a server that refuses a fifth of their requests', async () => {
  const { problems, traffic } = await runCrowd({
    processes: 8,
    refuseEach: 5,
    retryAfterSeconds,
    outageMs: 500,
  });
  expect(problems).toEqual([]);
  expect(traffic.clients).toHaveLength(8);
  for (const client of traffic.clients) {
    const counts = [...traffic.countsOf(client)].filter(([kind]) => kind !== 'GET pod/log');
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    expect(total).toBeLessThanOrEqual(mostRequests);
  }
  const early = traffic
    .retries()
    .filter(({ kind }) => patient.includes(kind))
    .filter(({ afterMs }) => afterMs < retryAfterSeconds * 1_000 - toleranceMs);
  expect(early).toEqual([]);
}, 60_000);
