import { expect, test } from '@jest/globals';
import { CacheRefusal } from '../../../src/engines/kaniko/cache-refusal.ts';

/** What is found in the output, which arrives in pieces of this size. */
function scan(output: string, size: number): string | undefined {
  const refusal = new CacheRefusal();
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length; at += size) refusal.push(bytes.subarray(at, at + size));
  return refusal.end();
}

function log(level: string, message: string): string {
  return `time="2026-11-28T10:08:13Z" level=${level} msg=${JSON.stringify(message)}\n`;
}

const key = '1361723c02ca6dc1466fa8207783962dfe01a0ec193d3ca064f8ad651be509a6';
const destination = `failed to push to destination 10.0.0.1:5000/fl/cache:${key}:`;
/** Recorded with kaniko v1.24.0 of Google and v1.25.16 of Chainguard. */
const refused = `Error uploading layer to cache: ${destination} PUT http://10.0.0.1:5000/v2/fl/cache/manifests/${key}: DENIED: no cache for you`;
const advice =
  "The image is not affected. Check the repository in 'cache-to', and the credentials for its registry.";

const cases: readonly { name: string; output: string; expected: string | undefined }[] = [
  {
    name: 'a cache that refuses a layer, once',
    output: `x\n${log('info', 'RUN x')}no newline${log('warning', refused)}${log('warning', refused.replace('DENIED', 'OTHER'))}`,
    expected: `a layer could not be pushed to the cache 10.0.0.1:5000/fl/cache: DENIED: no cache for you. ${advice}`,
  },
  {
    name: 'a cache that is unreachable',
    output: log(
      'warning',
      `Error uploading layer to cache: ${destination} Get "https://10.0.0.1:5000/v2/": dial tcp: i/o timeout`,
    ),
    expected: `a layer could not be pushed to the cache 10.0.0.1:5000/fl/cache: Get "https://10.0.0.1:5000/v2/": dial tcp: i/o timeout. ${advice}`,
  },
  {
    name: 'another reason',
    output: log('warning', 'Error uploading layer to cache: getting cache destination: x'),
    expected: `a layer could not be pushed to the cache: getting cache destination: x. ${advice}`,
  },
  {
    name: 'the beginning of a very long reason',
    output: log('warning', `Error uploading layer to cache: ${'x'.repeat(100_000)}`),
    expected: `a layer could not be pushed to the cache: ${'x'.repeat(300)}…. ${advice}`,
  },
  { name: 'nothing in a retry', output: log('warning', 'Retrying operation'), expected: undefined },
  { name: 'nothing at another level', output: log('info', refused), expected: undefined },
  { name: 'nothing in no output', output: '', expected: undefined },
];

test.each(cases)('finds $name', ({ output, expected }) => {
  for (const size of [1, 7, 64, 1_000, 1_000_000]) {
    expect({ size, found: scan(output, size) }).toEqual({ size, found: expected });
  }
});
